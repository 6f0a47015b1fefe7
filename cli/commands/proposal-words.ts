/** An action in words: one line for lists, and what it would change, told against what is now. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import type { Action, RunView } from '@commonweights/dao-contracts/client/views.js';

type Changes = Extract<Action, { kind: 'amend-run' }>['changes'];

/** The action in a few words. */
export function describeAction({ action }: { action: Action }): string {
  switch (action.kind) {
    case 'fund-run':
      return `fund a run of ${action.terms.rounds} rounds with ${near(action.budgetYocto)}`;
    case 'publish-release':
      return `publish run ${action.run} as "${action.title}" ${action.version}`;
    case 'revoke-release':
      return `revoke release ${action.release}`;
    case 'upgrade':
      return action.from === action.to
        ? `run code ${shorten(action.code)}`
        : `run code ${shorten(action.code)}, records from version ${action.from} to ${action.to}`;
    case 'transfer':
      return `send ${near(action.amountYocto)} to ${action.to}`;
    case 'transfer-token':
      return `send ${action.amountUnits} units of the token ${action.token} to ${action.to}`;
    case 'set-member':
      return action.weight === '0'
        ? `remove member ${action.account}`
        : `give ${action.account} weight ${action.weight}`;
    case 'set-members':
      return `set the weights of ${action.members.length} members`;
    case 'set-policy':
      return 'change the policy';
    case 'set-guardian':
      return action.account === null ? 'have no guardian' : `make ${action.account} the guardian`;
    case 'stop-run':
      return `stop run ${action.run}`;
    case 'resolve-dispute':
      return `decide dispute ${action.dispute} of run ${action.run} ${action.verdict} the claim`;
    case 'open-bounty':
      return `open a bounty, "${action.terms.title}", for ${action.terms.items} items`;
    case 'approve-dataset':
      return `approve dataset ${action.dataset}`;
    case 'resolve-dataset-dispute':
      return action.verdict === 'upheld'
        ? `withdraw dataset ${action.dataset}, upholding dispute ${action.dispute}`
        : `dismiss dispute ${action.dispute} of dataset ${action.dataset}`;
    case 'pause-run':
      return `pause run ${action.run} for up to ${span(action.forMs)}`;
    case 'resume-run':
      return `resume run ${action.run}`;
    case 'amend-run':
      return `amend run ${action.run} and add ${near(action.budgetYocto)}`;
    case 'rewind-run':
      return `rewind run ${action.run} to round ${action.to} with ${near(action.budgetYocto)}`;
  }
}

/** Enough of a digest for a list; the whole of it is shown with the proposal. */
function shorten(digest: string): string {
  return `${digest.slice(0, 'sha256:'.length + 12)}…`;
}

/** What carrying out the action would change of a run under way; empty for other actions. */
export async function effectsOnRun(client: DaoClient, action: Action): Promise<string[]> {
  const kinds = ['stop-run', 'pause-run', 'resume-run', 'amend-run', 'rewind-run'];
  if (!kinds.includes(action.kind) || !('run' in action)) return [];
  const run = await client.getRun({ run: action.run });
  if (!run) return [`There is no run ${action.run}.`];
  switch (action.kind) {
    case 'amend-run':
      return [
        ...amendedFields(run.terms, action.changes),
        `The escrow would go from ${near(run.escrowYocto)} to ` +
          `${near(BigInt(run.escrowYocto) + BigInt(action.budgetYocto))}.`,
        'It would hold from the next round boundary on: rounds under way end as they began.',
      ];
    case 'rewind-run':
      return [
        `The run would go back from round ${run.finalRound} to ` +
          (action.to === 0 ? 'its start.' : `round ${action.to}.`),
        'Later rounds would be void and their data trained again; what was paid stays paid.',
        `${near(action.budgetYocto)} of the treasury would pay for doing them again.`,
      ];
    case 'pause-run':
      return [
        'The open round would be cancelled and its data trained later; nobody loses stake or pay.',
        `No round would open for ${span(action.forMs)}, unless a vote resumes or stops the run.`,
      ];
    case 'resume-run':
      return [`The run is ${describeStatus(run)}; its next round would open.`];
    default:
      return [
        `The run is ${describeStatus(run)} after ${run.closedRounds} of ${run.terms.rounds} rounds.`,
        `Stakes and pay would go to the ledgers, what is left of ${near(run.escrowYocto)} to the treasury.`,
      ];
  }
}

function amendedFields(now: RunView['terms'], next: Changes): string[] {
  const money = (yocto: string | bigint) => near(yocto);
  const rows: [string, string, string][] = [
    ['Rounds', `${now.rounds}`, `${next.rounds}`],
    ['Trainers at a time', `${now.maxWorkers}`, `${next.maxWorkers}`],
    ['Pay for a verified update', money(now.rewardYocto), money(next.rewardYocto)],
    ['Pay for a right audit', money(now.auditFeeYocto), money(next.auditFeeYocto)],
    ['Audited claims', `${now.auditedClaimsBps} bps`, `${next.auditedClaimsBps} bps`],
    ...Object.entries(now.deadlinesMs).map(([phase, ms]): [string, string, string] => [
      `Time to ${phase}`,
      span(ms),
      span(next.deadlinesMs[phase as keyof typeof next.deadlinesMs]),
    ]),
    ['Spec', now.spec, next.spec],
  ];
  return rows
    .filter(([, before, after]) => before !== after)
    .map(([what, before, after]) => `${what}: ${after} instead of ${before}.`);
}

function describeStatus(run: RunView): string {
  return run.pausedBecause ? `${run.status} (${run.pausedBecause})` : run.status;
}

function near(yocto: string | bigint): string {
  return formatNear(BigInt(yocto));
}

const units: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
  [1, 'ms'],
];

/** Exactly, in the largest unit that divides it. */
function span(ms: number): string {
  const [size, name] = units.find(([one]) => ms % one === 0)!;
  return `${ms / size}${name}`;
}
