/** `commonweights dao init`: a DAO from one file, checked before the first transaction. */
import { rm } from 'node:fs/promises';
import type { Command } from 'commander';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { connect, type DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { storageYoctoPerByte } from '@commonweights/dao-contracts/rules/limits.js';
import { withExamples, withJson } from '../arguments.js';
import { buildDaoContract } from '../contract-build.js';
import { writeCredentials } from '../credentials.js';
import { exampleConfig, readDaoConfig, type DaoConfig } from '../dao-config.js';
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
        .description('found a DAO from one JSON file: policy, members, guardian, treasury')
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

/** Fees of the four transactions, generously: some hundredths of a NEAR. */
const feesYocto = 10n ** 23n;

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
  const founder = connect({
    ...{ network, contract: config.account },
    account: await session.accountKey(),
  });
  await checkAccounts(founder, config);
  const { wasm, digest } = await buildDaoContract(session);
  const codeYocto = BigInt(wasm.length) * storageYoctoPerByte;
  const balanceYocto = codeYocto + config.reserveYocto;
  const costYocto = balanceYocto + config.treasuryYocto + feesYocto;
  await checkMoney(founder, costYocto);
  const facts = [
    ['DAO', `${config.account} on ${network.name}`],
    ['code', digest],
    ['members', config.members.map((one) => `${one.account} (${one.weight})`).join(', ')],
    ['guardian', config.guardian?.account ?? 'none'],
    ['locked for the code', formatNear(codeYocto)],
    ['for records', formatNear(config.reserveYocto)],
    ['to the treasury', formatNear(config.treasuryYocto)],
    ['fees, at most', formatNear(feesYocto)],
    [`paid by ${founder.accountId}`, formatNear(costYocto)],
  ] as const;
  const told = {
    ...{ contract: config.account, network: network.name, code: digest },
    ...{ codeYocto, reserveYocto: config.reserveYocto, treasuryYocto: config.treasuryYocto },
    costYocto,
  };
  if (flags.dryRun) return session.print({ ...told, founded: false }, () => formatFacts(facts));
  if (network.name !== 'localnet' && !flags.yes) {
    throw new CliError(
      exitCodes.usage,
      `NOT_CONFIRMED: this spends ${formatNear(costYocto)} of ${founder.accountId} on ` +
        `${network.name}; see --dry-run, and say --yes`,
    );
  }
  const sealed = await found(session, { config, founder, wasm, digest, balanceYocto, ...flags });
  session.print({ ...told, founded: true, sealed }, () => {
    const key = sealed
      ? 'Nobody holds a key of it any more: its code changes by vote only.'
      : 'Its key can replace the code without a vote: keep it safe, or delete it.';
    return `${formatFacts(facts)}\n${config.account} is founded. ${key}\n`;
  });
}

/** Who is named must be there: a vote given to a name that nobody holds is lost. */
async function checkAccounts(client: DaoClient, config: DaoConfig): Promise<void> {
  if (await client.viewAccount(config.account)) {
    throw new CliError(
      exitCodes.account,
      `ACCOUNT_EXISTS: ${config.account} exists already on ${client.network.name}; ` +
        'choose another name for the DAO',
    );
  }
  const names = [...config.members, ...(config.guardian ? [config.guardian] : [])];
  for (const { account } of names) {
    if (await client.viewAccount(account)) continue;
    throw new CliError(
      exitCodes.account,
      `NO_SUCH_ACCOUNT: ${account} is not on ${client.network.name}; correct its name, or ` +
        'create it first',
    );
  }
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

/** Returns whether the contract's key was deleted. */
async function found(
  session: Session,
  it: {
    config: DaoConfig;
    founder: DaoClient;
    wasm: Uint8Array;
    digest: string;
    balanceYocto: bigint;
    keepKey?: boolean;
  },
): Promise<boolean> {
  const { config, founder, wasm, digest, balanceYocto } = it;
  const { network, keys } = session;
  const progress = session.startProgress('founding the DAO');
  const key = createKey();
  // On disk first: with its key lost, a half-founded account would keep its money for ever.
  const file = await writeCredentials(keys, config.account, key);
  try {
    const { publicKey } = key;
    const account = { accountId: config.account, secretKey: key.secretKey };
    await founder.createAccount({
      ...{ newAccountId: config.account, publicKey },
      initialYocto: balanceYocto,
    });
    progress.update(1, 'account created');
    const contract = connect({ network, contract: config.account, account });
    const { policy, members, guardian } = config;
    const appointed = guardian
      ? { guardian: guardian.account, guardianTermMs: guardian.termMs }
      : { guardian: null };
    const args = { members, policy, code: digest, ...appointed };
    await contract.deployContract({ code: wasm, init: { method: 'init', args } });
    progress.update(2, 'code deployed');
    if (config.treasuryYocto > 0n) await founder.deposit({ amountYocto: config.treasuryYocto });
    await founder.checkHealth();
    if (it.keepKey) {
      progress.finish(`its key is in ${file}`);
      return false;
    }
    await contract.deleteKey({ publicKey });
    await rm(file);
    progress.finish('its only key is deleted');
    return true;
  } catch (error) {
    progress.fail(`not finished; the key of ${config.account} is in ${file}`);
    throw error;
  }
}
