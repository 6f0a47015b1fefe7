/** The figures of a run: loss, phases, money, bytes, use; and what stands behind each. */
import type { ComponentChildren } from 'preact';

export const figures = {
  before: 'Back',
  after: 'On',
  shownOf: (it: { shown: string; count: string }) => `${it.shown} of ${it.count}`,

  money: 'Money of the run',
  budget: 'budget',
  budgetBehind: (proposal: ComponentChildren) => (
    <>Moved from the treasury into the escrow when {proposal} was executed.</>
  ),
  proposal: (id: number) => `proposal ${id}`,
  paid: 'paid for verified work',
  paidBehind:
    'Rounds and audits are those of the seats below; what is left over are decoys, compensation and shares.',
  escrow: 'still in escrow',
  escrowBehind: (it: Record<'budget' | 'paid' | 'gone' | 'escrow', ComponentChildren>) => (
    <>
      {it.budget} of budget − {it.paid} paid − {it.gone} for storage of its records, or given back
      to the treasury = {it.escrow}.
    </>
  ),
  terms: {
    rewards: (count: string) => `${count} verified rounds`,
    audits: (count: string) => `${count} right audits`,
    data: (count: string) => `${count} final rounds, to the data`,
    calls: (count: string) => `${count} relayed calls`,
    other: 'other',
  },

  traffic: 'Bytes and use',
  trafficOf: (it: { first: number; last: number }) =>
    `Of the closed rounds ${it.first} to ${it.last}, from their records.`,
  bytes: 'updates handed in',
  bytesBehind: (it: { bytes: string; updates: string }) =>
    `${it.bytes} bytes: the sizes of ${it.updates} updates, as their records on chain name them.`,
  updateBytes: 'one update',
  updateBehind: (it: { bytes: string; updates: string }) =>
    `${it.bytes} bytes / ${it.updates} updates.`,
  placesUsed: 'places used',
  placesBehind: (it: { included: string; rounds: string; places: string }) =>
    `${it.included} updates that count / (${it.rounds} rounds × ${it.places} places).`,
  workUsed: 'work that counts',
  workBehind: (it: { included: string; claimed: string }) =>
    `${it.included} updates that count / ${it.claimed} handed in. Updates of rounds that were done again do not count.`,
  roundsStood: 'rounds that stood',
  stoodBehind: (it: { final: string; rounds: string }) =>
    `${it.final} final / ${it.rounds} closed rounds.`,
  roundsBehind: (figure: string) => `Rounds behind “${figure}”`,
  round: 'Round',
  outcome: 'Outcome',
  updates: 'Updates',
  counted: 'Count',
  size: 'Bytes',

  loss: 'Loss',
  lossIs:
    'The chain keeps no losses, and a trainer’s word is no measure: this page fetches states of the run by the digests on chain, and evaluates each on the held-out text with the run’s own engine.',
  measure: 'Measure it here',
  stopMeasuring: 'Stop measuring',
  measuring: (it: { round: number; done: number; of: number }) =>
    `Measuring after round ${it.round}; ${it.done} of ${it.of} states done.`,
  measuredAll: (count: number) => `${count} states are measured; each further final round will be.`,
  notMeasured: 'Not every state could be measured:',
  lossAfter: (round: number) => (round === 0 ? 'before training' : `after round ${round}`),
  lossBehind: (it: { sequences: number; engine: string }) =>
    `Mean of −ln p(token) over the first ${it.sequences} held-out sequences, in nats per token, by ${it.engine}. Whoever computes it again gets every digit.`,
  measuredStates: 'Measured states',
  afterRound: 'After round',
  stateRoot: 'State',
  natsPerToken: 'Nats per token',
  curveSpoken: (it: { first: number; last: number; from: string; to: string }) =>
    `Loss from round ${it.first} to ${it.last}: from ${it.from} to ${it.to} nats per token`,
  curvePoint: (it: { round: number; loss: string }) => `round ${it.round}: ${it.loss}`,

  timeline: 'Phases',
  timelineIs: 'Of the rounds that went on while this page was open, by the chain’s clock.',
  roundN: (round: number) => `Round ${round}`,
  training: 'time spent training',
  trainingBehind: (it: { training: string; total: string }) =>
    `${it.training} of train / ${it.total} of all phases.`,
  phaseOf: (it: { round: number; phase: string }) => `round ${it.round}, ${it.phase}`,

  behindSeat: (seat: string) => `What stands behind ${seat}`,
  earnedBehind: 'What is left over are shares of what others lost, and decoys.',
  heldBackBehind: (rounds: number) =>
    `Rewards of the last ${rounds} final rounds: part of what was earned, and lost if they turn out wrong.`,
  seatRounds: (it: { rounds: string; included: string; bytes: string }) =>
    `${it.rounds} updates in the rounds shown, ${it.included} of them count, ${it.bytes} together:`,
  noSeatRounds: 'No update of it is in the rounds shown.',
  earned: 'Earned',
  heldBack: 'Held back',
  payout: 'Paid to',
  operator: 'Acts',
  workNow: 'Now',
  now: {
    train: 'trains',
    committed: 'has committed',
    revealed: 'has revealed',
    certified: 'has certified',
    submitted: 'has named the root',
    idle: '–',
  },
  evidence: 'Evidence',
  evidenceStart: 'state that it starts from',
  evidenceClaimed: 'what was claimed',
  evidenceOther: 'what was found',
  evidenceRound: (round: number) => `record of round ${round}`,
  evidenceRecompute: 'Compute it again:',
  atStake: 'At stake',
};
