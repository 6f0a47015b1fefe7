/**
 * `commonweights attest`: signed statements about a digest, on chain. By the account itself, or, with
 * `--ethereum`, by an Ethereum key whose signature the account only brings.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readAll } from '@commonweights/dao-contracts/client/page.js';
import { typedData, type Purpose } from '@commonweights/dao-contracts/rules/attestation.js';
import { parseDigest, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { duration, withExamples, withJson } from '../arguments.js';
import { readEthereumKey } from '../ethereum-key.js';
import { formatTable, formatTime } from '../output.js';
import { storageDeposit } from '../proposal-bond.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

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
        withJson(attest.command(`${verb} <digest>`))
          .description(what)
          .option('--evidence <digest>', 'digest of what backs it')
          .option('--ethereum <file>', 'sign with the Ethereum key in this keystore or hex file')
          .option('--password <file>', 'a file with the password of the keystore')
          .option('--valid <time>', 'how long the signature can be brought', duration, 3_600_000),
        `commonweights attest ${verb} sha256:${'5'.repeat(64)} --account ada.near`,
        `commonweights attest ${verb} sha256:${'5'.repeat(64)} --ethereum key.json --password pw`,
      ),
      terminal,
      (session, [digest], flags) => state(session, { digest: digest!, purpose }, flags),
    );
  }
  does(
    withExamples(
      withJson(attest.command('list <digest>')).description('what was said about a digest'),
      `commonweights attest list sha256:${'5'.repeat(64)}`,
    ),
    terminal,
    (session, [digest]) => list(session, parseDigest(digest)),
  );
}

async function state(
  session: Session,
  it: { digest: string; purpose: Purpose },
  flags: AttestFlags,
): Promise<void> {
  const evidence = flags.evidence === undefined ? null : parseDigest(flags.evidence);
  const statement = { subject: parseDigest(it.digest), purpose: it.purpose, evidence };
  const client = await session.signer();
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
    const { subject, purpose } = statement;
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
  session.print({ ...statement, by }, () => `${by} ${it.purpose} ${it.digest}\n`);
}

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
