/**
 * `commonweights release evidence` and `release head`: what proves the DAO's decision to somebody who asks
 * no node, and the one block that such a person trusts.
 */
import { appendFile, readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { CollectedEvidence } from '@commonweights/trainer/release/collect-evidence.js';
import type { EvidenceBundle } from '@commonweights/trainer/release/evidence-bundle.js';
import { withExamples, withJson } from '../arguments.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatFacts } from '../output.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readRelease } from './release-record.js';

interface EvidenceFlags {
  readonly transaction?: readonly string[];
  readonly signature?: string;
  readonly to: string;
  readonly head?: string;
}

interface HeadFlags {
  readonly at?: string;
}

export function addReleaseEvidence(release: Command, terminal: Terminal): void {
  does<EvidenceFlags>(
    withExamples(
      withJson(release.command('evidence <release>'))
        .description('collect what proves the decision on a release without any node')
        .option(
          '--transaction <hash...>',
          'that executed the proposal, voted on it ("proposal" tells both), revoked or attests it',
        )
        .option('--signature <file>', 'a signature of its folder ("oms sign"), to go along')
        .requiredOption('--to <file>', 'a bundle; what it has already stays in it')
        .option('--head <hash>', 'a block that verifiers trust, before or after the decision'),
      `commonweights release evidence 1 --transaction ${'4'.repeat(44)} --to evidence.jsonl`,
      `commonweights release evidence 1 --transaction ${'4'.repeat(44)} ${'6'.repeat(44)} --to evidence.jsonl`,
      `commonweights release evidence 1 --transaction ${'4'.repeat(44)} --to evidence.jsonl --head ${'5'.repeat(44)}`,
      'commonweights release evidence 1 --signature model.sig --to evidence.jsonl',
    ),
    terminal,
    (session, [name], flags) => addEvidence(session, name!, flags),
  );
  does<HeadFlags>(
    withExamples(
      withJson(release.command('head'))
        .description('a block to name in your policy, as one node tells it: compare it with others')
        .option('--at <hash>', 'of this block, instead of the newest final one'),
      'commonweights release head',
      'commonweights release head --network mainnet --contract dao.near --json',
    ),
    terminal,
    (session, _, flags) => showHead(session, flags),
  );
}

async function addEvidence(session: Session, name: string, flags: EvidenceFlags): Promise<void> {
  const { transaction, signature } = flags;
  if (transaction !== undefined && signature === undefined) {
    return addProof(session, name, { ...flags, transaction });
  }
  if (signature !== undefined && transaction === undefined) {
    return addSignature(session, name, { ...flags, signature });
  }
  throw new CliError(exitCodes.usage, 'USAGE: name either --transaction or --signature');
}

/** Whose it is, each verifier decides; that it is a signature is looked at here. */
async function addSignature(
  session: Session,
  name: string,
  flags: EvidenceFlags & { readonly signature: string },
): Promise<void> {
  const [{ readBundle: readSigned }, { formatEntry, startBundle }] = await Promise.all([
    import('@commonweights/trainer/model-signing/bundle.js'),
    import('@commonweights/trainer/release/evidence-bundle.js'),
  ]);
  const { cwd } = session.terminal;
  const { id, manifest } = await readRelease(session.reader(), name);
  const text = await readFile(resolve(cwd, flags.signature), 'utf8');
  readSigned(text);
  const file = resolve(cwd, flags.to);
  const before = (await exists(file)) ? await readBundle(file, manifest) : null;
  const line = formatEntry({ kind: 'signature', signature: JSON.parse(text) as unknown });
  const isThere = before?.entries.some((entry) => formatEntry(entry) === line) === true;
  if (!isThere) await appendFile(file, (before ? '' : startBundle(manifest)) + line);
  session.print({ file, added: isThere ? 0 : 1 }, () =>
    formatFacts([
      ['release', id],
      ['lines added', isThere ? 0 : 1],
      ['written to', file],
    ]),
  );
}

async function addProof(
  session: Session,
  name: string,
  flags: EvidenceFlags & { readonly transaction: readonly string[] },
): Promise<void> {
  const [{ collectEvidence, readHead }, { proveDecision }, bundles] = await Promise.all([
    import('@commonweights/trainer/release/collect-evidence.js'),
    import('@commonweights/trainer/release/decision-proof.js'),
    import('@commonweights/trainer/release/evidence-bundle.js'),
  ]);
  const client = session.reader();
  const { id, manifest, proposal } = await readRelease(client, name);
  const { contract, network } = client;
  const ask = (method: string, params: object) => client.connection.rpc(method, params);
  const several = flags.transaction.length > 1;
  // All of them from one head, so that whoever trusts it sees all of them.
  const common = flags.head ?? (several ? (await readHead(ask)).hash : undefined);
  const found: CollectedEvidence[] = [];
  for (const transaction of flags.transaction) {
    found.push(
      await collectEvidence({
        ...{ ask, contract, manifest, proposal, transaction },
        ...(common === undefined ? {} : { head: common }),
      }),
    );
  }
  const { head } = found[0]!;
  const entries = found.flatMap((one) => one.entries);
  const file = resolve(session.terminal.cwd, flags.to);
  const before = (await exists(file)) ? await readBundle(file, manifest) : null;
  // What nobody could verify is not worth keeping.
  const decision = proveDecision({
    bundle: { manifest, entries: [...(before?.entries ?? []), ...entries] },
    head: await readHead(ask, head),
    dao: { network: network.name, contract },
    manifest,
  });
  if (decision.kind !== 'proven') {
    throw new CliError(
      exitCodes.refused,
      `${decision.code}: ${decision.detail}; nothing was written: ask another node, or name the ` +
        'transaction that executed the proposal',
    );
  }
  const had = new Set(before?.entries.map(bundles.formatEntry));
  const added = new Set(entries.map(bundles.formatEntry));
  const lines = [...added].filter((line) => !had.has(line));
  await appendFile(file, (before ? '' : bundles.startBundle(manifest)) + lines.join(''));
  const { decidedIn, revokedIn, attestations, votes } = decision;
  const summary = { file, added: lines.length, head, decidedIn: decidedIn.height, votes };
  session.print(summary, () =>
    formatFacts([
      ['release', id],
      ['decided in block', decidedIn.height],
      ...(revokedIn ? ([['revoked in block', revokedIn.height]] as const) : []),
      ['votes', votes.map((one) => `${one.account} ${one.choice}`).join(', ') || '–'],
      [
        'statements',
        attestations.map(({ by, purpose }) => `${by} ${purpose} it`).join(', ') || '–',
      ],
      ['from head', head],
      ['lines added', lines.length],
      ['written to', file],
    ]),
  );
}

async function showHead(session: Session, { at }: HeadFlags): Promise<void> {
  const { readHead } = await import('@commonweights/trainer/release/collect-evidence.js');
  const client = session.reader();
  const ask = (method: string, params: object) => client.connection.rpc(method, params);
  const head = await readHead(ask, at);
  const dao = { network: session.network.name, contract: client.contract };
  session.note('For your policy. Whoever lies about this block decides what is proven to you.');
  session.print({ version: 1, dao, head }, () => {
    const facts = formatFacts([
      ['block', head.hash],
      ['block producers', head.producers?.length ?? 0],
      ['DAO', `${dao.contract} on ${dao.network}`],
    ]);
    return `${facts}A policy with it: "commonweights release head --json > policy.json"\n`;
  });
}

/** For this manifest, where one is named. Errors: `FILE_MISSING`, `BAD_BUNDLE`. */
export async function readBundle(file: string, manifest?: Digest): Promise<EvidenceBundle> {
  const { parseBundle } = await import('@commonweights/trainer/release/evidence-bundle.js');
  const { EVIDENCE_BYTES_MAX } = await import('@commonweights/trainer/release/limits.js');
  const bad = (message: string) => new CliError(exitCodes.badInput, message);
  const { size } = await stat(file);
  if (size > EVIDENCE_BYTES_MAX) {
    throw bad(`BAD_BUNDLE: ${file} has ${size} bytes, at most ${EVIDENCE_BYTES_MAX} are read`);
  }
  const text = await readFile(file, 'utf8');
  let bundle: EvidenceBundle;
  try {
    bundle = parseBundle(text);
  } catch (error) {
    throw bad((error as Error).message);
  }
  if (manifest === undefined || bundle.manifest === manifest) return bundle;
  throw bad(`BAD_BUNDLE: ${file} is about ${bundle.manifest}; name another file`);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
