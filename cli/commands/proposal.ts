/** `commonweights proposal`: what members are asked, what they said, and doing it. */
import type { Command } from 'commander';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { madeBy } from '@commonweights/dao-contracts/client/action-words.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { digestOfAction } from '@commonweights/dao-contracts/client/governance.js';
import { readAll } from '@commonweights/dao-contracts/client/page.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import type { Choice, ProposalView } from '@commonweights/dao-contracts/client/views.js';
import { decodeAction } from '@commonweights/dao-contracts/rules/action-decoding.js';
import { parseId, withExamples, withJson } from '../arguments.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { readJsonFile } from '../input-file.js';
import { formatFacts, formatJson, formatTable, formatTime } from '../output.js';
import { payingIfAsked } from '../proposal-bond.js';
import { describeDataPay, describePrice } from '../price-words.js';
import { describeQuorum, readDifferences } from '../proposal-differences.js';
import { proposeAction, withProposeFlags, type ProposeFlags } from '../propose-action.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { describeAction, readEffects } from './proposal-words.js';
import { describeSpec } from './spec-words.js';

const choices = ['yes', 'no', 'abstain'] as const;

export function addProposalCommands(program: Command, terminal: Terminal): void {
  const proposal = program.command('proposal').description('proposals and votes');
  does(
    withExamples(
      withJson(proposal.command('list')).description('all proposals'),
      'commonweights proposal list',
    ),
    terminal,
    list,
  );
  does(
    withExamples(
      withJson(proposal.command('show <proposal>')).description('what a proposal would do'),
      'commonweights proposal show 1',
    ),
    terminal,
    (session, [id]) => show(session, parseId('proposal', id)),
  );
  does(
    withExamples(
      proposal
        .command('vote <proposal> <choice>')
        .description('vote yes, no or abstain on exactly the action that is shown'),
      'commonweights proposal vote 1 yes --account alice.founder.local',
    ),
    terminal,
    (session, [id, choice]) => vote(session, parseId('proposal', id), choice!),
  );
  does(
    withExamples(
      withJson(proposal.command('execute <proposal>')).description(
        'carry out an accepted proposal after its timelock; anyone may',
      ),
      'commonweights proposal execute 1',
    ),
    terminal,
    (session, [id]) => execute(session, parseId('proposal', id)),
  );
  does(
    withExamples(
      proposal
        .command('cancel <proposal>')
        .description('stop an accepted proposal in its timelock; the guardian may, once'),
      'commonweights proposal cancel 1 --account guardian.local',
    ),
    terminal,
    (session, [id]) => cancel(session, parseId('proposal', id)),
  );
  does<ProposeFlags>(
    withExamples(
      withProposeFlags(
        withJson(proposal.command('create <action>')).description(
          'propose any action, as a JSON file holds it: {"kind":"transfer","to":"a.near",' +
            '"amountYocto":"1"}; docs/protocol/governance.md has all kinds',
        ),
      ),
      'commonweights proposal create pay.json --dry-run',
      'commonweights proposal create pay.json --description "For the labels of May"',
    ),
    terminal,
    (session, [file], flags) => create(session, file!, flags),
  );
}

async function list(session: Session): Promise<void> {
  const proposals = await readAll((page) => session.reader().listProposals(page));
  session.print(proposals, () => {
    if (proposals.length === 0) return 'No proposals yet.\n';
    const rows = proposals.map((one) => [
      one.id,
      one.status,
      describeAction(one.action),
      one.proposer,
    ]);
    return formatTable(['id', 'status', 'what', 'by'], rows);
  });
}

async function show(session: Session, id: number): Promise<void> {
  const client = session.reader();
  const view = await readProposal(client, id);
  const [effects, differences] = [
    await readEffects(client, view.action),
    await readDifferences(client, view),
  ];
  const { action } = view;
  const spec = specOf(action);
  const words = spec && !session.wantsJson ? `${await describeSpec(session, spec)}\n` : '';
  session.print({ ...view, ...differences.data }, () => {
    const facts = formatFacts([
      ['proposal', view.id],
      ['what', describeAction(action)],
      ['by', view.proposer],
      ['status', view.status],
      ['voting ends', formatTime(view.votingEndsMs)],
      ['executable', formatTime(view.executableAtMs)],
      ['expires', formatTime(view.expiresAtMs)],
      ['policy version', view.policyVersion],
      ['quorum', describeQuorum(view)],
      ['yes / no / abstain', `${view.yes} / ${view.no} / ${view.abstain} of ${view.totalWeight}`],
      ...(view.reputation ? [['by reputation', `${view.reputation.weight} of all`] as const] : []),
      ['bond', `${formatNear(view.bondYocto)}, ${view.bond}`],
      ['action digest', view.actionDigest],
      ...(action.kind === 'fund-run' ? pricesOf(action.terms) : []),
      ['made', describeMade(view)],
    ]);
    const affected = effects.map((one) => `- ${one}\n`).join('');
    const told = `${words}${affected}${affected === '' ? '' : '\n'}${differences.text}`;
    return `${facts}\n${told}${formatJson(action)}`;
  });
}

/** Of the run that it would begin, or go on with. */
function specOf(action: ProposalView['action']): Digest | null {
  if (action.kind === 'fund-run') return action.terms.spec;
  return action.kind === 'amend-run' ? action.changes.spec : null;
}

async function vote(session: Session, proposal: number, text: string): Promise<void> {
  const choice = choices.find((one) => one === text) as Choice | undefined;
  if (!choice) {
    throw new CliError(
      exitCodes.usage,
      `USAGE: "${text}" is not a choice; vote ${choices.join(', ')}`,
    );
  }
  const client = await session.signer();
  const view = await readProposal(client, proposal);
  // The vote names what was read here, computed here: the contract's own word is not enough.
  const action = digestOfAction(view.action);
  if (action !== view.actionDigest) {
    throw new CliError(
      exitCodes.refused,
      `WRONG_ACTION: proposal ${proposal} shows an action with digest ${action} and names ` +
        `${view.actionDigest}; do not vote on it, and tell the DAO`,
    );
  }
  const { transaction } = await payingIfAsked(action, (paid) =>
    client.vote({ proposal, choice, action, ...paid }),
  );
  session.note(`${session.accountId} voted ${choice} on proposal ${proposal}`);
  if (view.action.kind === 'publish-release' && transaction !== null) {
    session.note(`"release evidence" can show this vote later, by --transaction ${transaction}`);
  }
}

async function execute(session: Session, proposal: number): Promise<void> {
  const client = await session.signer();
  await readProposal(client, proposal);
  const { transaction } = await payingIfAsked({ proposal }, (paid) =>
    client.execute({ proposal, ...paid }),
  );
  const view = await readProposal(client, proposal);
  const release = releaseDecidedOn(view);
  if (release !== null && transaction !== null) {
    session.note(
      `To prove it later without a node, now: commonweights release evidence ${release} ` +
        `--transaction ${transaction} --to evidence.jsonl`,
    );
  }
  session.print({ ...view, transaction }, () => {
    const made = describeMade(view);
    return `Proposal ${proposal} is ${view.status}${made === null ? '' : `: ${made}`}\n`;
  });
}

/** Published or revoked just now; null: it was about something else. */
function releaseDecidedOn({ action, created, status }: ProposalView): number | null {
  if (action.kind === 'publish-release') return created;
  return action.kind === 'revoke-release' && status === 'executed' ? action.release : null;
}

async function cancel(session: Session, proposal: number): Promise<void> {
  const client = await session.signer();
  await readProposal(client, proposal);
  await payingIfAsked({ proposal }, (paid) => client.cancel({ proposal, ...paid }));
  session.note(`Proposal ${proposal} is cancelled; the same action, passed again, cannot be`);
}

/** Decoded as the contract decodes it: what it would refuse is refused here, for nothing. */
async function create(session: Session, file: string, flags: ProposeFlags): Promise<void> {
  const action = decodeAction(await readJsonFile(session.terminal.cwd, file), 'action');
  await proposeAction(session, { action, flags });
}

export async function readProposal(client: DaoClient, proposal: number): Promise<ProposalView> {
  const view = await client.getProposal({ proposal });
  if (view) return view;
  throw new CliError(
    exitCodes.notFound,
    `NO_SUCH_PROPOSAL: ${client.contract} has no proposal ${proposal}; see ` +
      '"commonweights proposal list"',
  );
}

/** What its execution made: `run 3`. */
function pricesOf(
  terms: Parameters<typeof describePrice>[0] & Parameters<typeof describeDataPay>[0],
) {
  return [
    ['price', describePrice(terms)],
    ['for data', describeDataPay(terms)],
  ] as const;
}

function describeMade({ action, created }: ProposalView): string | null {
  return created === null ? null : `${madeBy(action) ?? 'number'} ${created}`;
}
