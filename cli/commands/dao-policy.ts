/** `commonweights dao policy`: the rules of votes, and what other rules would change. */
import type { Command } from 'commander';
import { decodePolicy } from '@commonweights/dao-contracts/rules/action-decoding.js';
import { toWire } from '@commonweights/dao-contracts/client/money-fields.js';
import { withExamples, withJson } from '../arguments.js';
import { readJsonFile } from '../input-file.js';
import { formatFacts, formatTime } from '../output.js';
import { describePolicy } from '../policy-words.js';
import { proposeAction, type ProposeFlags } from '../propose-action.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

export function addDaoPolicy(dao: Command, terminal: Terminal): void {
  const policy = dao.command('policy').description('the rules of votes, and the guardian');
  does(
    withExamples(
      withJson(policy.command('show', { isDefault: true })).description('the rules of now'),
      'commonweights dao policy show',
    ),
    terminal,
    show,
  );
  does<ProposeFlags>(
    withExamples(
      withJson(policy.command('propose <file>'))
        .description(
          'propose the policy that a JSON file holds ("dao init --example" shows one); rules that ' +
            'it leaves out stay, and null drops one that need not be there',
        )
        .option('--description <text>', 'why, for the voters')
        .option('--dry-run', 'show what it would change, and for which open proposals'),
      'commonweights dao policy propose policy.json --dry-run',
    ),
    terminal,
    (session, [file], flags) => propose(session, file!, flags),
  );
}

async function show(session: Session): Promise<void> {
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

async function propose(session: Session, file: string, flags: ProposeFlags): Promise<void> {
  const document = await readJsonFile(session.terminal.cwd, file);
  const view = toWire(await session.reader().getPolicy()) as Record<string, unknown>;
  const { version, guardian, guardianUntilMs, ...now } = view;
  void [version, guardian, guardianUntilMs];
  const given = typeof document === 'object' && document !== null ? document : {};
  const merged = Object.entries({ ...now, ...given }).filter(([, rule]) => rule !== null);
  const policy = decodePolicy(given === document ? Object.fromEntries(merged) : document, 'policy');
  await proposeAction(session, { action: { kind: 'set-policy', policy }, flags });
}
