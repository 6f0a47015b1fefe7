/** `commonweights dao members`: who votes, with what weight. */
import type { Command } from 'commander';
import { readMembers } from '@commonweights/dao-contracts/client/governance.js';
import { decodeMember } from '@commonweights/dao-contracts/rules/action-decoding.js';
import { list as listOf } from '@commonweights/dao-contracts/rules/decoding.js';
import { membersPerCallMax } from '@commonweights/dao-contracts/rules/limits.js';
import { withExamples, withJson } from '../arguments.js';
import { readJsonFile } from '../input-file.js';
import { formatTable } from '../output.js';
import { proposeAction, type ProposeFlags } from '../propose-action.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

export function addDaoMembers(dao: Command, terminal: Terminal): void {
  const members = dao.command('members').description('who votes, with what weight');
  does(
    withExamples(
      withJson(members.command('list', { isDefault: true })).description('all members'),
      'commonweights dao members list',
    ),
    terminal,
    list,
  );
  does<ProposeFlags>(
    withExamples(
      withJson(members.command('propose <file>'))
        .description(
          'propose the weights that a JSON file holds, like [{"account":"a.near","weight":"2"}]; ' +
            'weight "0" removes, who is not named keeps theirs',
        )
        .option('--description <text>', 'why, for the voters')
        .option('--dry-run', 'show what it would change'),
      'commonweights dao members propose members.json --description "Welcome Noa"',
    ),
    terminal,
    async (session, [file], flags) => {
      const decode = listOf(decodeMember, membersPerCallMax);
      const changes = decode(await readJsonFile(session.terminal.cwd, file!), 'members');
      await proposeAction(session, { action: { kind: 'set-members', members: changes }, flags });
    },
  );
}

async function list(session: Session): Promise<void> {
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
