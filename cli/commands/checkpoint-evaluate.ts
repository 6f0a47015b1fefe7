/** `commonweights checkpoint evaluate`: a model's loss on a text, signed where that is asked for. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { TextEvaluation } from '@commonweights/trainer/run/evaluate-text.js';
import { wholeNumber, withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { readTextFile } from '../input-file.js';
import { formatFacts } from '../output.js';
import { storageDeposit } from '../proposal-bond.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

interface Flags {
  readonly text: string;
  readonly sequences: number;
  readonly attest?: boolean;
}

export function addCheckpointEvaluate(checkpoint: Command, terminal: Terminal): void {
  does<Flags>(
    withExamples(
      withJson(checkpoint.command('evaluate <dir>'))
        .description('loss and bits per byte on a text, computed by the exact engine')
        .requiredOption('--text <file>', 'UTF-8 text that the model has not learned from')
        .option('--sequences <n>', 'at most so many contexts', wholeNumber(1, 1_000_000), 512)
        .option(
          '--attest',
          'publish the record, and sign on chain that you evaluated these weights',
        ),
      'commonweights checkpoint evaluate ./model --text held-out.txt',
      'commonweights checkpoint evaluate ./model --text held-out.txt --attest --account ada.near',
    ),
    terminal,
    (session, [dir], flags) => evaluate(session, dir!, flags),
  );
}

async function evaluate(session: Session, dir: string, flags: Flags): Promise<void> {
  const [{ evaluateText }, { createSimdWasmEngine }, { readFolder }] = await Promise.all([
    import('@commonweights/trainer/run/evaluate-text.js'),
    import('@commonweights/trainer/engines/simd-wasm.js'),
    import('@commonweights/trainer/release/read-folder.js'),
  ]);
  const { cwd } = session.terminal;
  const text = await readTextFile(cwd, flags.text);
  // Before the work: who cannot sign is told at once, not after an hour.
  const attest = flags.attest ? await openAttesting(session) : null;
  const progress = session.startProgress('evaluating');
  let record;
  try {
    record = await evaluateText({
      files: await readFolder(resolve(cwd, dir)),
      text,
      engine: createSimdWasmEngine(),
      sequencesMax: flags.sequences,
    });
  } catch (error) {
    progress.fail('not evaluated');
    throw error;
  }
  progress.finish(`${record.sequences} contexts`);
  const signed = attest && (await attest(record));
  session.print({ record, ...signed }, () =>
    formatFacts([
      ['checkpoint', record.checkpoint],
      ['held-out loss', `${record.natsPerToken.toFixed(4)} nats per token`],
      ['bits per byte', record.bitsPerByte.toFixed(4)],
      ['of', `${record.sequences} × ${record.contextLength} tokens`],
      ...(signed
        ? ([
            ['record', signed.evidence],
            ['signed by', signed.by],
          ] as const)
        : []),
    ]),
  );
}

type Attest = (record: TextEvaluation) => Promise<{ evidence: Digest; by: string }>;

/** The weights are the subject, the record is the evidence: whoever reads it can repeat it. */
async function openAttesting(session: Session): Promise<Attest> {
  const client = await session.signer();
  const blobs = await openBlobs(session, 'write');
  return async (record) => {
    const evidence = await blobs.publish(canonicalBytes(record));
    const statement = { subject: record.checkpoint, purpose: 'evaluates' as const, evidence };
    await client.attest({ ...statement, depositYocto: storageDeposit(statement) });
    return { evidence, by: client.accountId! };
  };
}
