/**
 * `commonweights attest`: signed statements about a digest, on chain. By the account itself, or, with
 * `--ethereum`, by an Ethereum key whose signature the account only brings.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readAll } from '@commonweights/dao-contracts/client/page.js';
import { typedData, type Purpose } from '@commonweights/dao-contracts/rules/attestation.js';
import { isDigest, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { duration, withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { readEthereumKey } from '../ethereum-key.js';
import { exitCodes } from '../exit-codes.js';
import { readBytesFile } from '../input-file.js';
import { formatTable, formatTime } from '../output.js';
import { storageDeposit } from '../proposal-bond.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readRelease } from './release-record.js';

interface AttestFlags {
  readonly evidence?: string;
  readonly ethereum?: string;
  readonly password?: string;
  readonly valid: number;
}

const verbs: readonly [string, Purpose, string][] = [
  ['endorse', 'endorses', 'say that you stand behind it'],
  ['evaluate', 'evaluates', 'say that you evaluated it, with the results as evidence'],
  ['reproduce', 'reproduces', 'say that you computed it again and got the same'],
  ['dispute', 'disputes', 'say that it is not what it claims to be'],
];

export function addAttestCommands(program: Command, terminal: Terminal): void {
  const attest = program.command('attest').description('signed statements about a digest');
  for (const [verb, purpose, what] of verbs) {
    does<AttestFlags>(
      withExamples(
        withJson(attest.command(`${verb} <subject>`))
          .description(`${what}: a digest, or a release by its number`)
          .option(
            '--evidence <what>',
            'what backs it: its digest, or a file, which is uploaded for everybody to read',
          )
          .option('--ethereum <file>', 'sign with the Ethereum key in this keystore or hex file')
          .option('--password <file>', 'a file with the password of the keystore')
          .option('--valid <time>', 'how long the signature can be brought', duration, 3_600_000),
        `commonweights attest ${verb} 1 --account ada.near --evidence notes.json`,
        `commonweights attest ${verb} sha256:${'5'.repeat(64)} --ethereum key.json --password pw`,
      ),
      terminal,
      (session, [subject], flags) => state(session, { subject: subject!, purpose }, flags),
    );
  }
  does(
    withExamples(
      withJson(attest.command('list <subject>')).description(
        'what was said about a digest, or about a release by its number',
      ),
      `commonweights attest list sha256:${'5'.repeat(64)}`,
    ),
    terminal,
    async (session, [subject]) => list(session, await readSubject(session, subject!)),
  );
}

async function state(
  session: Session,
  it: { subject: string; purpose: Purpose },
  flags: AttestFlags,
): Promise<void> {
  const subject = await readSubject(session, it.subject);
  const client = await session.signer();
  const evidence = await readEvidence(session, flags.evidence);
  const statement = { subject, purpose: it.purpose, evidence };
  const depositYocto = storageDeposit(statement);
  let by = client.accountId!;
  if (flags.ethereum === undefined) await client.attest({ ...statement, depositYocto });
  else {
    const { cwd } = session.terminal;
    const passwordFile = flags.password === undefined ? null : resolve(cwd, flags.password);
    const password = passwordFile && (await readFile(passwordFile, 'utf8')).replace(/\r?\n$/, '');
    const wallet = await readEthereumKey(resolve(cwd, flags.ethereum), password);
    // Time only ever grows, and so must nonces.
    const terms = { nonce: Date.now(), deadlineMs: Date.now() + flags.valid };
    const { purpose } = statement;
    const signed = { contract: client.contract, purpose, subject, evidence: evidence ?? '' };
    const { domain, types } = typedData;
    const signature = await wallet.signTypedData(domain, types, { ...signed, ...terms });
    const signer = wallet.address.toLowerCase();
    by = await client.attestEthereum({
      ...statement,
      by: signer,
      ...terms,
      signature,
      depositYocto,
    });
  }
  session.print({ ...statement, by }, () => `${by} ${it.purpose} ${subject}\n`);
}

/** Error: `BAD_DIGEST`, `NO_SUCH_RELEASE`. */
async function readSubject(session: Session, name: string): Promise<Digest> {
  if (isDigest(name)) return name;
  if (/^[1-9]\d{0,8}$/.test(name)) return (await readRelease(session.reader(), name)).manifest;
  throw new CliError(
    exitCodes.badInput,
    `BAD_DIGEST: ${JSON.stringify(name)} is neither "sha256:" and 64 lower-case hex digits nor the number ` +
      'of a release; see "commonweights release list"',
  );
}

/** Of a file: put where everybody can read it, before anybody is told of it. */
async function readEvidence(session: Session, what: string | undefined): Promise<Digest | null> {
  if (what === undefined) return null;
  if (isDigest(what)) return what;
  const bytes = await readBytesFile(session.terminal.cwd, what, evidenceBytesMax);
  return (await openBlobs(session, 'write')).publish(bytes);
}

/** Results and notes, not data. */
const evidenceBytesMax = 2 ** 24;

async function list(session: Session, subject: Digest): Promise<void> {
  const client = session.reader();
  const all = await readAll((page) => client.listAttestations({ subject, ...page }));
  const { describeStanding, readStandings } =
    await import('@commonweights/trainer/release/signer-standing.js');
  const standings = await readStandings(
    client,
    all.map(({ by }) => by),
  );
  const told = all.map((one) => ({ ...one, standing: standings.get(one.by) ?? null }));
  session.print(told, () => {
    if (all.length === 0) return `Nobody has said anything about ${subject}.\n`;
    const rows = told.map(({ atMs, by, purpose, evidence, standing }) => [
      ...[formatTime(atMs), by, purpose, describeStanding(by, standing), evidence],
    ]);
    return formatTable(['at', 'by', 'says', 'known here for', 'evidence'], rows);
  });
}
