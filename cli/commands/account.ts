/** `commonweights account`: NEAR accounts and their keys. */
import { rm } from 'node:fs/promises';
import type { Command } from 'commander';
import { createKey, parseAccountId } from '@commonweights/dao-contracts/client/accounts.js';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import type { AccountKey } from '@commonweights/dao-contracts/client/connection.js';
import { mayHaveLanded } from '@commonweights/dao-contracts/client/errors.js';
import type { ReputationView } from '@commonweights/dao-contracts/client/views.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { addAccountKeyCommands } from './account-keys.js';
import { nearAmount, withExamples, withJson } from '../arguments.js';
import { readCredentials, writeCredentials } from '../credentials.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatBytes, formatFacts } from '../output.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

/** Pays for some months of storage and fees. */
const fundDefaultYocto = 10n ** 25n;

export function addAccountCommands(program: Command, terminal: Terminal): void {
  const account = program.command('account').description('NEAR accounts and their keys');
  does<{ fund?: bigint }>(
    withExamples(
      withJson(account.command('create <account>'))
        .description(
          'create an account with a fresh key, paid for by the account above it or by --account',
        )
        .option('--fund <near>', 'NEAR to give it (default: 10)', nearAmount),
      'commonweights account create alice.local',
      'commonweights account create a.me.testnet --network testnet --account me.testnet --fund 2',
    ),
    terminal,
    (session, [name], { fund }) => create(session, parseAccountId(name!), fund ?? fundDefaultYocto),
  );
  addAccountKeyCommands(account, terminal);
  does(
    withExamples(
      withJson(account.command('show [account]')).description('balance, storage and earnings'),
      'commonweights account show',
      'commonweights account show alice.testnet --network testnet --contract dao.testnet',
    ),
    terminal,
    (session, [name]) =>
      show(session, name === undefined ? session.accountId : parseAccountId(name)),
  );
}

async function create(session: Session, newAccountId: string, initialYocto: bigint): Promise<void> {
  const { network, keys } = session;
  const payer = await payerOf(session, newAccountId);
  // The payer need not know any DAO: creating an account is NEAR's own business.
  const client = connect({ network, contract: payer.accountId, account: payer });
  if (await client.viewAccount(newAccountId)) {
    throw new CliError(
      exitCodes.account,
      `ACCOUNT_EXISTS: ${newAccountId} exists already on ${network.name}; choose another name`,
    );
  }
  const key = createKey();
  // The key is on disk before it is on chain: an account whose key was lost would be lost too.
  const file = await writeCredentials(keys, newAccountId, key);
  try {
    await client.createAccount({ newAccountId, publicKey: key.publicKey, initialYocto });
  } catch (error) {
    if (!mayHaveLanded(error)) await rm(file);
    throw error;
  }
  const made = { account: newAccountId, network: network.name, publicKey: key.publicKey, file };
  session.print(
    made,
    () => `${newAccountId} exists on ${network.name}; its key is in ${file} (keep it safe)\n`,
  );
}

/** --account where it is given; else the account above the new one, where its key is here. */
async function payerOf(session: Session, newAccountId: string): Promise<AccountKey> {
  const above = newAccountId.slice(newAccountId.indexOf('.') + 1);
  if (session.namesAccount || above === newAccountId) return session.accountKey();
  return readCredentials(session.keys, above).catch(() => session.accountKey());
}

async function show(session: Session, accountId: string): Promise<void> {
  const { network } = session;
  const client = connect({ network, contract: session.namedContract ?? accountId });
  const view = await client.viewAccount(accountId);
  if (!view) {
    throw new CliError(
      exitCodes.account,
      `NO_SUCH_ACCOUNT: ${accountId} does not exist on ${network.name}; create it with ` +
        `"commonweights account create ${accountId}"`,
    );
  }
  const reputation = session.namedContract
    ? await client.getReputation({ account: accountId })
    : null;
  session.print({ network: network.name, ...view, reputation }, () =>
    formatFacts([
      ['account', accountId],
      ['network', network.name],
      ['balance', formatNear(view.amountYocto)],
      ['storage', formatBytes(view.storageBytes)],
      ['contract', view.codeHash === null ? 'none' : `code ${view.codeHash}`],
      ...(reputation ? factsOfReputation(reputation) : []),
    ]),
  );
}

function factsOfReputation(it: ReputationView): [string, string][] {
  const audits = `${it.auditsRight} audits right, ${it.auditsWrong} wrong`;
  return [
    ['reputation', `${it.points} of ${it.totalPoints} points, ${it.standing} of them count`],
    ['for', `${it.verifiedRounds} verified rounds, ${audits}, ${it.slashes} slashes`],
  ];
}
