/** `commonweights dao`: who decides, by what rules, and who votes for whom. */
import type { Command } from 'commander';
import { readMembers } from '@commonweights/dao-contracts/client/governance.js';
import { withExamples, withJson } from '../arguments.js';
import { formatFacts, formatTable, formatTime } from '../output.js';
import { describePolicy } from '../policy-words.js';
import { storageDeposit } from '../proposal-bond.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

export function addDaoCommands(program: Command, terminal: Terminal): void {
  const dao = program.command('dao').description('members, rules and delegates');
  does(
    withExamples(
      withJson(dao.command('policy')).description('the rules of votes, and the guardian'),
      'commonweights dao policy',
    ),
    terminal,
    showPolicy,
  );
  does(
    withExamples(
      withJson(dao.command('members')).description('who votes, with what weight'),
      'commonweights dao members',
    ),
    terminal,
    showMembers,
  );
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
}

async function showPolicy(session: Session): Promise<void> {
  const view = await session.reader().getPolicy();
  const { version, guardian, guardianUntilMs, ...policy } = view;
  session.print(view, () =>
    formatFacts([
      ['version', version],
      ...describePolicy(policy),
      ['guardian', guardian === null ? 'none' : `${guardian} until ${formatTime(guardianUntilMs)}`],
    ]),
  );
}

async function showMembers(session: Session): Promise<void> {
  const view = await readMembers(session.reader());
  const total = BigInt(view.totalWeight);
  session.print(view, () => {
    const rows = view.members.map(({ account, weight }) => [
      account,
      weight,
      `${Number((BigInt(weight) * 10_000n) / total) / 100} %`,
    ]);
    return formatTable(['account', 'weight', 'share'], rows);
  });
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

async function undelegate(session: Session): Promise<void> {
  const client = await session.signer();
  await client.undelegate({ depositYocto: storageDeposit({}) });
  session.note(`nobody votes for ${session.accountId}, on proposals made from now on`);
}
