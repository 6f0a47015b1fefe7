/**
 * `commonweights dao init`: a DAO from one file, checked before the first transaction. Run again after
 * a break, it tells what was done and does the rest (founding.ts).
 */
import type { Command } from 'commander';
import { connect, type DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { exampleConfig, readDaoConfig } from '@commonweights/dao-contracts/client/dao-config.js';
import {
  balanceYocto,
  checkNames,
  checkSealed,
  describeDone,
  foundingFeesYocto,
  goOnFounding,
  readFounding,
  remainingYocto,
  type Founding,
  type Plan,
} from '@commonweights/dao-contracts/client/founding.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { withExamples, withJson } from '../arguments.js';
import { buildDaoContract } from '../contract-build.js';
import { credentialsFile, foundingKeysIn } from '../credentials.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { readJsonFile } from '../input-file.js';
import { formatFacts, formatJson } from '../output.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

interface InitFlags {
  readonly example?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly keepKey?: boolean;
}

export function addDaoInit(dao: Command, terminal: Terminal): void {
  does<InitFlags>(
    withExamples(
      withJson(dao.command('init [file]'))
        .description(
          'found a DAO from one JSON file: policy, members, guardian, treasury; broken off, it goes ' +
            'on where it stopped',
        )
        .option('--example', 'print such a file')
        .option('--dry-run', 'check everything and say what it costs, send nothing')
        .option('--yes', 'spend real money: needed on testnet and mainnet')
        .option('--keep-key', 'keep the key that can replace the code without a vote'),
      'commonweights dao init --example > dao.json',
      'commonweights dao init dao.json --dry-run --account alice.local',
      'commonweights dao init dao.json --network testnet --account alice.testnet --yes',
    ),
    terminal,
    (session, [file], flags) => init(session, file, flags),
  );
}

async function init(session: Session, file: string | undefined, flags: InitFlags): Promise<void> {
  if (flags.example) {
    session.terminal.stdout.write(formatJson(exampleConfig));
    return;
  }
  if (file === undefined) {
    throw new CliError(
      exitCodes.usage,
      'USAGE: dao init needs a file; "commonweights dao init --example" prints one',
    );
  }
  const config = readDaoConfig(await readJsonFile(session.terminal.cwd, file));
  const { network } = session;
  const keys = foundingKeysIn(session.keys);
  const founder = connect({
    ...{ network, contract: config.account },
    account: await session.accountKey(),
  });
  const found = await readFounding(founder, { config, keys });
  if (!found.sealed) await checkNames(founder, config);
  const { wasm, digest } = await buildDaoContract(session);
  const plan = { config, wasm, digest };
  checkSealed(founder, { ...plan, found });
  const costYocto = found.sealed ? 0n : remainingYocto(found, plan) + foundingFeesYocto;
  const facts = factsOf(founder, { found, plan, costYocto });
  const { reserveYocto, treasuryYocto } = config;
  const codeYocto = balanceYocto(plan) - reserveYocto;
  const told = {
    ...{ contract: config.account, network: network.name, code: found.code ?? digest },
    ...{ codeYocto, reserveYocto, treasuryYocto, costYocto, done: describeDone(found) },
  };
  if (!found.sealed) await checkMoney(founder, costYocto);
  if (flags.dryRun) {
    return session.print({ ...told, founded: found.sealed }, () => formatFacts(facts));
  }
  if (network.name !== 'localnet' && !flags.yes && !found.sealed) {
    throw new CliError(
      exitCodes.usage,
      `NOT_CONFIRMED: this spends ${formatNear(costYocto)} of ${founder.accountId} on ` +
        `${network.name}; see --dry-run, and say --yes`,
    );
  }
  const sealed = await carryOut(session, { founder, plan, found, keepKey: flags.keepKey === true });
  session.print({ ...told, founded: true, sealed }, () => {
    const key = sealed
      ? 'Nobody holds a key of it any more: its code changes by vote only.'
      : 'Its key can replace the code without a vote: keep it safe, or delete it.';
    return `${formatFacts(facts)}\n${config.account} is founded. ${key}\n`;
  });
}

function factsOf(
  founder: DaoClient,
  { found, plan, costYocto }: { found: Founding; plan: Plan; costYocto: bigint },
): [string, string][] {
  const { config, digest } = plan;
  const done = describeDone(found);
  return [
    ['DAO', `${config.account} on ${founder.network.name}`],
    ['code', found.code ?? digest],
    ['members', config.members.map((one) => `${one.account} (${one.weight})`).join(', ')],
    ['guardian', config.guardian?.account ?? 'none'],
    ['locked for the code', formatNear(balanceYocto(plan) - config.reserveYocto)],
    ['for records', formatNear(config.reserveYocto)],
    ['to the treasury', formatNear(config.treasuryYocto)],
    ...(done.length === 0 ? [] : ([['done before', done.join(', ')]] as [string, string][])),
    ['fees, at most', formatNear(found.sealed ? 0n : foundingFeesYocto)],
    [`paid by ${founder.accountId}${done.length === 0 ? '' : ' now'}`, formatNear(costYocto)],
  ];
}

async function checkMoney(client: DaoClient, costYocto: bigint): Promise<void> {
  const held = await client.viewAccount(client.accountId!);
  const heldYocto = held?.amountYocto ?? 0n;
  if (heldYocto >= costYocto) return;
  throw new CliError(
    exitCodes.insufficientFunds,
    `INSUFFICIENT_BALANCE: this takes ${formatNear(costYocto)} and ${client.accountId} has ` +
      `${formatNear(heldYocto)}; send it more, or lower treasuryNear`,
  );
}

/** Returns whether nobody holds a key of it any more. */
async function carryOut(
  session: Session,
  it: { founder: DaoClient; plan: Plan; found: Founding; keepKey: boolean },
): Promise<boolean> {
  const { founder, plan, found, keepKey } = it;
  const done = describeDone(found);
  if (done.length > 0) session.note(`Going on with a founding; done before: ${done.join(', ')}`);
  const progress = session.startProgress('founding the DAO');
  const file = credentialsFile(session.keys, plan.config.account);
  try {
    const sealed = await goOnFounding(founder, {
      ...{ ...plan, found, keepKey, keys: foundingKeysIn(session.keys) },
      onStep: (count, step) => progress.update(count, step),
    });
    if (found.inUse && !found.sealed && found.treasuryLacksYocto > 0n) {
      const near = formatNear(found.treasuryLacksYocto).replace(/ NEAR$/, '');
      session.note(
        `Its treasury holds less than the file gives it, but proposals were made since, so it may ` +
          `have been spent: if it was not, add it with "commonweights dao deposit ${near}"`,
      );
    }
    progress.finish(sealed ? 'its only key is deleted' : `its key is in ${file}`);
    return sealed;
  } catch (error) {
    progress.fail(
      `not finished; run the same command again, it goes on from here with the key in ${file}`,
    );
    throw error;
  }
}
