/**
 * A proposal's action in words, the same at a terminal and on a page: two voters who read it in two
 * places read one thing. Nothing here is taken from the proposer's own text. How a number is
 * written is up to who shows it (`Figures`): to the last digit, or short.
 */
import { formatNear } from './near-amount.js';
import type { Action, RunView } from './views.js';

export interface Figures {
  /** An amount of yoctoNEAR, with its unit. */
  readonly near: (yocto: bigint) => string;
  readonly digest: (digest: string) => string;
  readonly span: (ms: number) => string;
  /** Digits of a whole number, grouped or not. */
  readonly whole: (digits: string) => string;
}

/** The action in a few words, as one would ask for it: `stop run 3`. */
export function describeAction(action: Action, write: Figures): string {
  const near = (yocto: string | bigint) => write.near(BigInt(yocto));
  const count = (number: number, noun: string) => countOf(number, noun, write);
  switch (action.kind) {
    case 'fund-run':
      return `fund a run of ${count(action.terms.rounds, 'round')} with ${near(action.budgetYocto)}`;
    case 'publish-release':
      return `publish run ${action.run} as “${action.title}” ${action.version}`;
    case 'revoke-release':
      return `revoke release ${action.release}`;
    case 'upgrade':
      return action.from === action.to
        ? `run other code: ${write.digest(action.code)}`
        : `run other code: ${write.digest(action.code)}, ` +
            `with records converted from version ${action.from} to ${action.to}`;
    case 'transfer':
      return `pay ${near(action.amountYocto)} to ${action.to}`;
    case 'transfer-token':
      return `pay ${write.whole(`${action.amountUnits}`)} units of ${action.token} to ${action.to}`;
    case 'set-member':
      return action.weight === '0'
        ? `remove member ${action.account}`
        : `give ${action.account} weight ${action.weight}`;
    case 'set-members':
      return `set the weights of ${count(action.members.length, 'member')}`;
    case 'set-policy':
      return 'change the policy';
    case 'set-guardian':
      return action.account === null ? 'have no guardian' : `make ${action.account} the guardian`;
    case 'stop-run':
      return `stop run ${action.run}`;
    case 'resolve-dispute':
      return `decide dispute ${action.dispute} of run ${action.run} ${action.verdict} the claim`;
    case 'pause-run':
      return `pause run ${action.run} for up to ${write.span(action.forMs)}`;
    case 'resume-run':
      return `resume run ${action.run}`;
    case 'amend-run':
      return `change the terms of run ${action.run} and add ${near(action.budgetYocto)}`;
    case 'rewind-run':
      return action.to === 0
        ? `rewind run ${action.run} to its start`
        : `rewind run ${action.run} to round ${action.to}`;
    case 'open-bounty':
      return `open a bounty, “${action.terms.title}”, for ${count(action.terms.items, 'item')}`;
    case 'approve-dataset':
      return `approve dataset ${action.dataset}`;
    case 'resolve-dataset-dispute':
      return action.verdict === 'upheld'
        ? `withdraw dataset ${action.dataset}, upholding dispute ${action.dispute}`
        : `dismiss dispute ${action.dispute} of dataset ${action.dataset}`;
    default:
      return `“${String((action as { kind?: unknown }).kind)}”, which this program does not know`;
  }
}

/** What carrying it out makes, with a number of its own (`created` of the proposal); null: nothing. */
export function madeBy({ kind }: Action): 'run' | 'release' | 'bounty' | null {
  switch (kind) {
    case 'fund-run':
      return 'run';
    case 'publish-release':
      return 'release';
    case 'open-bounty':
      return 'bounty';
    default:
      return null;
  }
}

/** What a voter also sees in a comparison with what holds now, wherever actions are shown. */
export type ComparedKind = 'set-policy' | 'set-member' | 'set-members';

/**
 * What would change, one sentence each. `run`: the one that the action names, as it is now; null
 * where it names none, or one that does not exist. Policy and weights are told by comparison.
 */
export function effectsOfAction(
  action: Exclude<Action, { kind: ComparedKind }>,
  run: RunView | null,
  write: Figures,
): string[] {
  const near = (yocto: string | bigint) => write.near(BigInt(yocto));
  switch (action.kind) {
    case 'fund-run':
      return effectsOfFunding(action, write);
    case 'publish-release':
      return [
        `The DAO would stand behind exactly the bytes that manifest ${write.digest(action.manifest)} names, as “${action.title}” ${action.version}.`,
        `They come from final root ${write.digest(action.root)} of run ${action.run}; the evaluation ${write.digest(action.evaluation)} goes with them.`,
        'No money moves.',
      ];
    case 'revoke-release':
      return [
        `Release ${action.release} would be marked as revoked, for good: whoever pulls or verifies it is told.`,
        `The reasons are in ${write.digest(action.reason)}. No money moves.`,
      ];
    case 'upgrade':
      return [
        `The DAO would run the code whose bytes have digest ${write.digest(action.code)}. It can do anything: read it, and build it yourself.`,
        action.from === action.to
          ? 'What is stored would stay as it is.'
          : `What is stored would be converted from version ${action.from} to ${action.to}.`,
        'If that, or the check after it, fails, the code of now stays.',
      ];
    case 'transfer':
      return [
        `${near(action.amountYocto)} would move from the treasury to the ledger of ${action.to}, who can then claim it.`,
      ];
    case 'transfer-token':
      return [
        `${write.whole(`${action.amountUnits}`)} units of the token ${action.token} would move from the treasury to the ledger of ${action.to}, who can then claim them.`,
      ];
    case 'set-guardian':
      return [
        action.account === null
          ? 'Nobody could cancel what waits in the timelock.'
          : `${action.account} could cancel what waits in the timelock, once each, for ${write.span(action.termMs)}.`,
      ];
    case 'resolve-dispute':
      return [
        `The last word in dispute ${action.dispute} of run ${action.run} would be ${action.verdict} what was claimed. Report ${write.digest(action.evidence)} computes it again.`,
        action.verdict === 'for'
          ? 'Stakes and pay that juries took for it go back; those who were wrong pay.'
          : 'Who claimed it loses stake and locked pay; rounds that are final stay final.',
      ];
    case 'stop-run':
    case 'pause-run':
    case 'resume-run':
    case 'amend-run':
    case 'rewind-run':
      return run === null ? [`There is no run ${action.run}.`] : effectsOnRun(action, run, write);
    case 'open-bounty':
      return effectsOfBounty(action, write);
    case 'approve-dataset':
      return [
        `The DAO would vouch for dataset ${action.dataset} and for the shares of its contributors.`,
        'No money moves.',
      ];
    case 'resolve-dataset-dispute':
      return action.verdict === 'upheld'
        ? [
            `Dataset ${action.dataset} would be withdrawn for good: no run could be funded on it or on what descends from it, and its releases would carry a warning. Its record stays.`,
            'Who disputed it gets the bond back.',
          ]
        : [
            `Dataset ${action.dataset} could be trained on again, unless its publisher withdrew it.`,
            'The bond of who disputed it goes to the treasury.',
          ];
    default:
      return ['This program is older than the contract. Read the action itself before you vote.'];
  }
}

type OnRun = Extract<
  Action,
  { kind: 'stop-run' | 'pause-run' | 'resume-run' | 'amend-run' | 'rewind-run' }
>;

function effectsOnRun(action: OnRun, run: RunView, write: Figures): string[] {
  const near = (yocto: string | bigint) => write.near(BigInt(yocto));
  const status = run.pausedBecause ? `${run.status} (${run.pausedBecause})` : run.status;
  switch (action.kind) {
    case 'stop-run':
      return [
        `Run ${run.id} is ${status} after ${run.closedRounds} of ${countOf(run.terms.rounds, 'round', write)} and would end.`,
        `Seats would get their stakes and the pay that they earned; what is left of ${near(run.escrowYocto)} in its escrow would return to the treasury.`,
      ];
    case 'pause-run':
      return [
        `The open round of run ${run.id} would be cancelled and its data trained later; nobody loses stake or pay.`,
        `No round would open for ${write.span(action.forMs)}, unless a vote resumes or stops the run.`,
      ];
    case 'resume-run':
      return [
        `Run ${run.id} is ${status}; its next round would open as soon as enough trainers are there.`,
      ];
    case 'amend-run':
      return [
        ...amendedTerms(action.changes, run, write),
        `The escrow would go from ${near(run.escrowYocto)} to ${write.near(BigInt(run.escrowYocto) + BigInt(action.budgetYocto))}.`,
        'It would hold from the next round boundary on: rounds under way end as they began.',
        ...(run.amendment
          ? ['It would replace the terms that were voted and wait for that boundary already.']
          : []),
      ];
    case 'rewind-run':
      return [
        `Run ${run.id} would go back from round ${run.finalRound} to ${action.to === 0 ? 'its start' : `the root of round ${action.to}`}.`,
        'Later rounds would be void and their data trained again; what was paid for them stays paid.',
        `${near(action.budgetYocto)} of the treasury would pay for doing them again.`,
      ];
  }
}

type Amended = Extract<Action, { kind: 'amend-run' }>['changes'];

/** Every term that would differ from those that hold now, and no other. */
function amendedTerms(next: Amended, run: RunView, write: Figures): string[] {
  // One that waits for the next boundary is replaced: what would differ, differs from that.
  const now = { ...run.terms, ...run.amendment };
  const money = (before: string | bigint, after: string | bigint, what: string) =>
    tellChange({
      ...{ what, before: BigInt(before), after: BigInt(after) },
      ...{ short: write.near, exact: formatNear },
    });
  const whole = (before: number, after: number, what: string) =>
    tellChange({ what, before, after, short: (value) => write.whole(`${value}`) });
  const changes = [
    ...whole(now.rounds, next.rounds, 'Rounds'),
    ...whole(now.maxWorkers, next.maxWorkers, 'Trainers at a time'),
    ...money(now.rewardYocto, next.rewardYocto, 'Pay for a verified update'),
    ...money(now.auditFeeYocto, next.auditFeeYocto, 'Pay for a right audit'),
    ...tellChange({
      what: 'Work that is audited',
      before: now.auditedClaimsBps,
      after: next.auditedClaimsBps,
      short: (bps) => `${bps / 100} %`,
    }),
    ...phases.flatMap((phase) =>
      tellChange({
        what: phase === 'audit' ? 'Time for each step of an audit' : `Time to ${phase}`,
        before: now.deadlinesMs[phase],
        after: next.deadlinesMs[phase],
        short: write.span,
        exact: (ms) => `${ms} ms`,
      }),
    ),
    ...tellChange({
      what: 'Computing of a round',
      before: now.flopsPerRound,
      after: next.flopsPerRound,
      short: (flops) => `${write.whole(flops)} FLOP`,
    }),
    ...tellChange<string>({
      what: 'Spec',
      before: now.spec,
      after: next.spec,
      short: write.digest,
      exact: (digest) => digest,
    }),
  ];
  return changes.length > 0 ? changes : ['These are the terms that hold already.'];
}

const phases = ['enrol', 'train', 'reveal', 'certify', 'aggregate', 'audit'] as const;

function tellChange<T>(it: {
  readonly what: string;
  readonly before: T;
  readonly after: T;
  readonly short: (value: T) => string;
  /** For values that differ and look alike when they are written short. */
  readonly exact?: (value: T) => string;
}): string[] {
  const { what, before, after, short, exact = short } = it;
  if (before === after) return [];
  const write = short(before) === short(after) ? exact : short;
  return [`${what}: ${write(after)} instead of ${write(before)}.`];
}

function effectsOfFunding(
  { terms, budgetYocto }: Extract<Action, { kind: 'fund-run' }>,
  write: Figures,
): string[] {
  const near = (yocto: string | bigint) => write.near(BigInt(yocto));
  const count = (number: number, noun: string) => countOf(number, noun, write);
  return [
    `${near(budgetYocto)} of the treasury would be locked for one run. It can only be spent on verified work and audits; the rest comes back.`,
    `${terms.minWorkers} to ${terms.maxWorkers} trainers and up to ${count(terms.maxAuditors, 'auditor')} would work until ${count(terms.rounds, 'round')} are final.`,
    `Each verified update pays ${near(terms.rewardYocto)}, each right audit ${near(terms.auditFeeYocto)}. Everybody stakes ${near(terms.stakeYocto)} and loses it for work that fails its audit.`,
    `${terms.auditedClaimsBps / 100} % of the work would be audited. It would train on ${terms.datasets.join(', ')}.`,
  ];
}

function effectsOfBounty(
  { terms }: Extract<Action, { kind: 'open-bounty' }>,
  write: Figures,
): string[] {
  const near = (yocto: string | bigint) => write.near(BigInt(yocto));
  const count = (number: number, noun: string) => countOf(number, noun, write);
  const what = terms.material === null ? 'written' : `labelled out of ${terms.material}`;
  return [
    `Up to ${count(terms.items, 'item')}, ${what} under ${terms.licence}, would be paid ${near(terms.priceYocto)} each; instructions ${write.digest(terms.instructions)} say what is to be accepted.`,
    `${count(terms.reviewers, 'reviewer')} drawn for each batch would judge it; ${terms.agreementBps / 100} % of their votes accept an item. Each vote with the majority is paid ${near(terms.reviewFeeYocto)}.`,
    'What is not spent returns to the treasury when the bounty ends.',
  ];
}

function countOf(number: number, noun: string, write: Figures): string {
  return `${write.whole(`${number}`)} ${noun}${number === 1 ? '' : 's'}`;
}
