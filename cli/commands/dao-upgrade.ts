/** `commonweights dao upgrade`: other code for the contract, by vote. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { isDaoError } from '@commonweights/dao-contracts/client/errors.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { readAll } from '@commonweights/dao-contracts/client/page.js';
import { stagingDeposit } from '@commonweights/dao-contracts/client/upgrades.js';
import { checkCode } from '@commonweights/dao-contracts/rules/upgrade.js';
import { parseId, wholeNumber, withExamples, withJson } from '../arguments.js';
import { buildDaoContract } from '../contract-build.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatFacts, formatTable, formatTime } from '../output.js';
import { proposeAction, type ProposeFlags } from '../propose-action.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readProposal } from './proposal.js';

export function addDaoUpgrade(dao: Command, terminal: Terminal): void {
  const upgrade = dao.command('upgrade').description("replacing the contract's code, by vote");
  does<ProposeFlags & { to?: number }>(
    withExamples(
      withJson(upgrade.command('propose [file]'))
        .description(
          'propose code, by default that of this installation, and publish it for the voters',
        )
        .option('--to <version>', 'version of the records that it writes', wholeNumber(1, 2 ** 31))
        .option('--description <text>', 'why, for the voters')
        .option('--dry-run', 'check the code and show its digest, propose nothing'),
      'commonweights dao upgrade propose dao.wasm --to 2',
    ),
    terminal,
    (session, [file], flags) => propose(session, file, flags),
  );
  does(
    withExamples(
      withJson(upgrade.command('status', { isDefault: true })).description(
        'the code that runs, whether all is well, and what became of upgrades',
      ),
      'commonweights dao upgrade status',
    ),
    terminal,
    status,
  );
  does<{ code?: string }>(
    withExamples(
      withJson(upgrade.command('execute <proposal>'))
        .description('upload the code that was voted for, if nobody has, and deploy it; anyone may')
        .option('--code <file>', 'the code (default: from the registry)'),
      'commonweights dao upgrade execute 7',
    ),
    terminal,
    (session, [id], flags) => execute(session, parseId('proposal', id), flags.code),
  );
}

async function propose(
  session: Session,
  file: string | undefined,
  flags: ProposeFlags & { to?: number },
): Promise<void> {
  const client = session.reader();
  const code =
    file === undefined ? (await buildDaoContract(session)).wasm : await readCode(session, file);
  const digest = digestOf(code);
  const [{ state }, running] = [await client.getCode(), await codeOnChain(client)];
  if (digest === running) {
    throw new CliError(
      exitCodes.badInput,
      `NOTHING_TO_UPGRADE: ${client.contract} runs ${digest} already; propose other code`,
    );
  }
  const to = flags.to ?? state;
  if (!flags.dryRun) await (await session.registryWriter()).put(code);
  const facts = formatFacts([
    ['code', digest],
    ['instead of', running],
    ['bytes', code.length],
    ['records', state === to ? `stay at version ${state}` : `from version ${state} to ${to}`],
    ['to upload it', `${formatNear(stagingDeposit(code.length))}, which come back`],
  ]);
  const action = { kind: 'upgrade' as const, code: digest, from: state, to };
  await proposeAction(session, { action, flags, facts: `${facts}\n` });
}

interface UpgradeStanding {
  readonly proposal: number;
  readonly code: Digest;
  readonly stage: string;
  readonly staged: boolean;
  readonly outcome: string | null;
  readonly executableAtMs: number;
}

async function status(session: Session): Promise<void> {
  const client = session.reader();
  const [code, running] = [await client.getCode(), await codeOnChain(client)];
  const health = await client.checkHealth().then(
    ({ surplusYocto }) => ({ well: true, surplusYocto, because: null }),
    (error: unknown) => {
      if (!isDaoError(error)) throw error;
      return { well: false, surplusYocto: null, because: error.message };
    },
  );
  const proposals = await readAll((page) => client.listProposals(page));
  const upgrades: UpgradeStanding[] = [];
  for (const { id, action, status: stage, executableAtMs } of proposals) {
    if (action.kind !== 'upgrade') continue;
    const staged = (await client.getStagedCode({ code: action.code })) !== null;
    const outcome = (await client.getUpgrade({ proposal: id }))?.outcome ?? null;
    upgrades.push({ proposal: id, code: action.code, stage, staged, outcome, executableAtMs });
  }
  session.print({ ...code, running, health, upgrades }, () => {
    const facts = formatFacts([
      ['code', running],
      ['on record', code.code === running ? 'the same' : (code.code ?? 'nothing')],
      ['before it', code.former],
      ['by proposal', code.proposal],
      ['records', `version ${code.state}`],
      ['health', health.because ?? 'all is well'],
    ]);
    if (upgrades.length === 0) return `${facts}\nNo upgrade was proposed.\n`;
    const rows = upgrades.map((one) => [
      one.proposal,
      one.outcome ?? one.stage,
      one.staged ? 'uploaded' : '–',
      formatTime(one.executableAtMs),
      one.code,
    ]);
    return `${facts}\n${formatTable(['proposal', 'status', 'code is', 'executable', 'code'], rows)}`;
  });
}

async function execute(session: Session, proposal: number, file?: string): Promise<void> {
  const client = await session.signer();
  const { action } = await readProposal(client, proposal);
  if (action.kind !== 'upgrade') {
    throw new CliError(
      exitCodes.badInput,
      `BAD_ACTION: proposal ${proposal} is no upgrade but ${action.kind}; use ` +
        `"commonweights proposal execute ${proposal}"`,
    );
  }
  const { code } = action;
  const closed = await client.getUpgrade({ proposal });
  if (closed === null && !(await client.getStagedCode({ code }))) {
    const bytes = file ? await readCode(session, file) : await session.registryReader().get(code);
    await stage(session, client, { bytes, code });
  }
  const { outcome, because } = await client.executeUpgrade({ proposal });
  if (because !== null) {
    throw new CliError(
      exitCodes.refused,
      `ROLLED_BACK: the new code failed with "${because}" and ${client.contract} runs what it ran ` +
        'before; propose corrected code',
    );
  }
  session.print({ proposal, code, outcome }, () => `${client.contract} runs ${code} now\n`);
}

async function stage(
  session: Session,
  client: DaoClient,
  { bytes, code }: { bytes: Uint8Array; code: Digest },
): Promise<void> {
  const found = digestOf(bytes);
  if (found !== code) {
    throw new CliError(
      exitCodes.badInput,
      `WRONG_CODE: these bytes are ${found}, and members voted for ${code}; bring those`,
    );
  }
  await client.stageCode({ code: bytes });
  session.note(`uploaded ${bytes.length} bytes; what that cost comes back to your ledger`);
}

async function readCode(session: Session, file: string): Promise<Uint8Array> {
  const code = new Uint8Array(await readFile(resolve(session.terminal.cwd, file)));
  checkCode(code);
  return code;
}

/** What the chain runs, whatever the contract says of itself. */
async function codeOnChain(client: DaoClient): Promise<Digest> {
  const digest = await client.getCodeOnChain();
  if (digest) return digest;
  throw new CliError(
    exitCodes.notFound,
    `WRONG_CONTRACT: ${client.contract} has no code on ${client.network.name}; name a DAO with ` +
      '--contract',
  );
}
