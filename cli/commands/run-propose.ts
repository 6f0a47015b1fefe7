/** `commonweights run propose`: from a draft on disk to a question to the DAO. */
import type { Command } from 'commander';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { checkPrice } from '@commonweights/dao-contracts/rules/price-per-flop.js';
import { checkDraftEconomics } from '@commonweights/trainer/run/draft-economics.js';
import { withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { readDraft } from '../draft-file.js';
import { CliError } from '../errors.js';
import { defaultExactEngine, exactEngineHelp } from '../exact-engine-option.js';
import { exitCodes } from '../exit-codes.js';
import { readForecast } from '../forecast-file.js';
import { readJsonFile } from '../input-file.js';
import { draftOf } from '../main-job/recipe.js';
import { formatFacts, formatJson } from '../output.js';
import { describeParent, requirePublished } from '../parent-release.js';
import { describeDataPay, describePrice } from '../price-words.js';
import { submitProposal } from '../proposal-bond.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readDataset } from './dataset-record.js';

interface Flags {
  readonly example?: boolean;
  readonly description?: string;
  readonly dryRun?: boolean;
  readonly rehearsal?: string;
  readonly engine: string;
}

export function addRunPropose(run: Command, terminal: Terminal): void {
  does<Flags>(
    withExamples(
      withJson(run.command('propose [draft]'))
        .description('publish what a run is made of and propose to fund it')
        .option('--example', 'print a draft to begin with: the one that "npm start" trains')
        .option('--description <text>', 'why, for the voters')
        .option('--rehearsal <file>', 'attach what "run rehearse --json" printed')
        .option('--engine <name>', exactEngineHelp, defaultExactEngine)
        .option('--dry-run', 'prepare and price the run, propose nothing'),
      'commonweights run propose --example > small-run.json',
      'commonweights run propose small-run.json --description "A first small model"',
      'commonweights run propose small-run.json --dry-run',
    ),
    terminal,
    (session, [file], flags) => propose(session, file, flags),
  );
}

async function propose(session: Session, file: string | undefined, flags: Flags): Promise<void> {
  if (flags.example) {
    session.terminal.stdout.write(formatJson(draftOf(1)));
    return;
  }
  if (file === undefined) {
    throw new CliError(
      exitCodes.usage,
      'USAGE: run propose needs a draft; "commonweights run propose --example" prints one',
    );
  }
  const draft = readDraft(file, await readJsonFile(session.terminal.cwd, file));
  checkDraftEconomics(draft);
  const forecast = flags.rehearsal
    ? readForecast(await readJsonFile(session.terminal.cwd, flags.rehearsal))
    : null;
  const client = await session.signer();
  const dataset = await readDataset(client, draft.data.dataset);
  await requirePublished(client, draft);
  const blobs = await openBlobs(session, 'write');
  const progress = session.startProgress('preparing the run');
  const [{ prepareRun }, { exactEngineNamed }] = await Promise.all([
    import('@commonweights/trainer/run/prepare-run.js'),
    import('@commonweights/trainer/engines/exact-engines.js'),
  ]);
  let prepared;
  try {
    const engine = exactEngineNamed(flags.engine);
    prepared = await prepareRun({ draft, manifest: dataset.manifest, blobs, engine });
  } catch (error) {
    progress.fail('not prepared');
    throw error;
  }
  const { terms, budgetYocto, spec } = prepared;
  progress.finish(`spec ${terms.spec}`);
  checkPrice(terms, await client.getPolicy());
  if (forecast && forecast.spec !== terms.spec) {
    throw new CliError(
      exitCodes.badInput,
      `REHEARSAL_MISMATCH: ${flags.rehearsal} is of spec ${forecast.spec}, the draft makes ` +
        `${terms.spec}; rehearse it again with "commonweights run rehearse"`,
    );
  }
  const facts = formatFacts([
    ['spec', terms.spec],
    ['program', terms.program],
    ['starts from', describeParent(spec)],
    ['initial root', terms.initialRoot],
    ['dataset', `${dataset.id} (${dataset.licenceConcluded})`],
    ['rounds', terms.rounds],
    ['workers', `${terms.minWorkers} to ${terms.maxWorkers}`],
    ['price', describePrice(terms)],
    ['for data', describeDataPay(terms)],
    ['budget', formatNear(budgetYocto)],
  ]);
  if (flags.dryRun) {
    session.print({ spec, terms, budgetYocto }, () => facts);
    return;
  }
  const text = flags.description ?? spec.title;
  const rehearsal = forecast ? await blobs.publish(canonicalBytes(forecast)) : undefined;
  const description = await blobs.publish(
    canonicalBytes({ text, title: spec.title, ...(rehearsal ? { rehearsal } : {}) }),
  );
  const action = { kind: 'fund-run', terms, budgetYocto: budgetYocto.toString() } as const;
  const proposal = await submitProposal(client, { action, description });
  session.print(
    { proposal, terms, budgetYocto },
    () =>
      `${facts}\nProposal ${proposal}: vote with "commonweights proposal vote ${proposal} yes"\n`,
  );
}
