/** `commonweights dao treasury` and `dao deposit`: what the DAO holds, whose it is, and giving to it. */
import type { Command } from 'commander';
import { parseAccountId } from '@commonweights/dao-contracts/client/accounts.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { formatNear, parseNear } from '@commonweights/dao-contracts/client/near-amount.js';
import type { TokenView } from '@commonweights/dao-contracts/client/views.js';
import { withExamples, withJson } from '../arguments.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatFacts, formatTable } from '../output.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { formatUnits, parseUnits } from '../token-amount.js';

export function addDaoTreasury(dao: Command, terminal: Terminal): void {
  does(
    withExamples(
      withJson(dao.command('treasury')).description('what the DAO holds, and whose it is'),
      'commonweights dao treasury',
      'commonweights dao treasury --json --contract dao.near --network mainnet',
    ),
    terminal,
    showTreasury,
  );
  does<{ token?: string }>(
    withExamples(
      dao
        .command('deposit <amount>')
        .description('give NEAR, or a token that the policy accepts, to the treasury')
        .option('--token <account>', "the token's account"),
      'commonweights dao deposit 5',
      'commonweights dao deposit 12.5 --token usdt.tether-token.near',
    ),
    terminal,
    (session, [amount], { token }) => deposit(session, amount!, token),
  );
}

async function showTreasury(session: Session): Promise<void> {
  const client = session.reader();
  const [near, tokens] = [await client.getAccounting(), await client.listTokens()];
  const shown = await Promise.all(tokens.map((token) => describeToken(client, token)));
  session.print({ near, tokens }, () => {
    const facts = formatFacts([
      ['free', near.treasuryYocto],
      ['in escrow for runs', near.escrowsYocto],
      ['stakes', near.stakesYocto],
      ['pay held back', near.heldBackYocto],
      ['bonds', near.bondsYocto],
      ['slashed, undecided', near.slashedYocto],
      ['on ledgers, to claim', near.ledgersYocto],
      ['on its way', near.inFlightYocto],
      ['storage deposits', near.depositsYocto],
      ['earned by data', near.dataSharesYocto],
      ['staked for storage', near.storageYocto],
      ['beyond all that', near.surplusYocto],
      ['balance', near.balanceYocto],
    ]);
    if (shown.length === 0) return facts;
    const head = ['token', 'free', 'on ledgers', 'on its way', 'takes more'];
    return `${facts}\n${formatTable(head, shown)}`;
  });
}

/** Units alone, where the token does not say what they are called. */
async function describeToken(client: DaoClient, view: TokenView): Promise<string[]> {
  const { token, accepted, treasuryUnits, ledgersUnits, inFlightUnits } = view;
  const known = await client.getTokenMetadata({ token }).catch(() => null);
  const denomination = known ?? { symbol: 'units', decimals: 0 };
  const format = (units: bigint) => formatUnits(units, denomination);
  return [
    token,
    format(treasuryUnits),
    format(ledgersUnits),
    format(inFlightUnits),
    accepted ? 'yes' : 'no',
  ];
}

async function deposit(session: Session, amount: string, name?: string): Promise<void> {
  const client = await session.signer();
  if (name === undefined) {
    const amountYocto = parseAmount(amount);
    await client.deposit({ amountYocto });
    session.note(`${formatNear(amountYocto)} went to the treasury of ${client.contract}`);
    return;
  }
  const token = parseAccountId(name);
  const denomination = await client.getTokenMetadata({ token });
  const amountUnits = parseUnits(amount, denomination);
  const taken = await client.depositToken({ token, amountUnits });
  const words = formatUnits(amountUnits, denomination);
  if (taken !== amountUnits) {
    throw new CliError(
      exitCodes.refused,
      `NOT_TAKEN: ${client.contract} gave ${words} back; "commonweights dao policy" lists the ` +
        'tokens that it accepts',
    );
  }
  session.note(`${words} went to the treasury of ${client.contract}`);
}

function parseAmount(text: string): bigint {
  try {
    return parseNear(text);
  } catch (error) {
    throw new CliError(exitCodes.usage, (error as Error).message);
  }
}
