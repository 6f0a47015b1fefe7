/** `commonweights dao`: founding one, who decides, by what rules, who votes for whom, its code. */
import type { Command } from 'commander';
import { withExamples, withJson } from '../arguments.js';
import { formatFacts, formatTime } from '../output.js';
import { storageDeposit } from '../proposal-bond.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { addDaoInit } from './dao-init.js';
import { addDaoMembers } from './dao-members.js';
import { addDaoPolicy } from './dao-policy.js';
import { addDaoTreasury } from './dao-treasury.js';
import { addDaoUpgrade } from './dao-upgrade.js';

export function addDaoCommands(program: Command, terminal: Terminal): void {
  const dao = program
    .command('dao')
    .description('founding, rules, members, delegates, treasury, code');
  addDaoInit(dao, terminal);
  addDaoPolicy(dao, terminal);
  addDaoMembers(dao, terminal);
  addDaoTreasury(dao, terminal);
  addDaoUpgrade(dao, terminal);
  does(
    withExamples(
      withJson(dao.command('standing [account]')).description(
        'what an account can vote with, and who votes for it (default: the acting account)',
      ),
      'commonweights dao standing mia.local',
    ),
    terminal,
    (session, [account]) => showStanding(session, account),
  );
  does(
    withExamples(
      dao
        .command('delegate <account>')
        .description('let another member vote for you wherever you do not vote yourself'),
      'commonweights dao delegate mia.local --account noa.local',
    ),
    terminal,
    (session, [to]) => delegate(session, to!),
  );
  does(
    withExamples(
      dao.command('undelegate').description('vote for yourself alone again'),
      'commonweights dao undelegate --account noa.local',
    ),
    terminal,
    undelegate,
  );
  does(
    withExamples(
      dao
        .command('count-reputation [account]')
        .description(
          'have reputation count in votes as it is now, where the policy lets it; after more work ' +
            'or a loss, count it again (default: of the acting account)',
        ),
      'commonweights dao count-reputation --account noa.local',
    ),
    terminal,
    (session, [account]) => countReputation(session, account),
  );
}

async function showStanding(session: Session, name: string | undefined): Promise<void> {
  const view = await session.reader().getStanding({ account: name ?? session.accountId });
  session.print(view, () =>
    formatFacts([
      ['account', view.account],
      ['weight', view.weight],
      ['delegated to it', view.delegated],
      ['its delegate', view.delegate],
      ['since', view.atMs === 0 ? 'the founding' : formatTime(view.atMs)],
      ...(view.reputation === undefined
        ? []
        : [['by reputation', `${view.reputation} on a proposal made now`] as [string, string]]),
    ]),
  );
}

async function delegate(session: Session, to: string): Promise<void> {
  const client = await session.signer();
  await client.delegate({ to, depositYocto: storageDeposit({ to }) });
  session.note(
    `${to} votes for ${session.accountId}, on proposals made one voting period from now or later, ` +
      'wherever it does not vote itself',
  );
}

async function countReputation(session: Session, name: string | undefined): Promise<void> {
  const account = name ?? session.accountId;
  const client = await session.signer();
  await client.countReputation({ account, depositYocto: storageDeposit({ account }) });
  const { reputation } = await client.getPolicy();
  session.note(
    `the reputation of ${account} is counted, for proposals made one voting period from now or later` +
      (reputation ? '' : '; the policy of now does not let reputation vote'),
  );
}

async function undelegate(session: Session): Promise<void> {
  const client = await session.signer();
  await client.undelegate({ depositYocto: storageDeposit({}) });
  session.note(`nobody votes for ${session.accountId}, on proposals made from now on`);
}
