/** One run: how it stands, its rounds, who works in it, its audits and disputes. */
import type { ComponentChildren } from 'preact';

export const run = {
  title: (id: number) => `Run ${id}`,
  missing: 'The DAO has no such run.',
  open: 'The open round',
  audits: 'Audits',
  disputes: 'Disputes',
  seats: 'Seats',
  releasedAs: (releases: ComponentChildren) => <>Released as {releases}.</>,
  terms: 'Terms',
  fixedBy: (it: { proposal: ComponentChildren; proposer: string }) => (
    <>
      Fixed by {it.proposal} of {it.proposer}. While the run lives only a vote can change them,
      between two rounds.
    </>
  ),
  proposal: (id: number) => `proposal ${id}`,
  data: 'Data',
  whereFrom: 'where it comes from',
  artefacts: 'Artefacts',
  artefact: {
    spec: 'spec',
    program: 'program',
    fingerprint: 'fingerprint',
    tokenizer: 'tokenizer',
    initialRoot: 'initial state',
  },
  noSpec: 'The run spec cannot be shown:',
  chatTemplate: (characters: number) => `Chat template, ${characters} characters`,
  chatTemplateRuns:
    'A program in Jinja that comes with each release of this run: what loads the model lets it decide what the model is shown. Read it before you vote.',
  status: {
    enrolling: (it: { applied: string; seats: string; left: string }) =>
      `${it.applied} applied for ${it.seats} seats. The draw is in ${it.left}, by lot among all who apply until then. Join with this machine:`,
    due: (it: { applied: string; seats: string }) =>
      `${it.applied} applied for ${it.seats} seats. The draw is due. Join with this machine:`,
    running: (it: { round: number | null; root: ComponentChildren; provisional: string }) => (
      <>
        Round {it.round ?? 'none'} is the last final one, with root {it.root}
        {it.provisional}.
      </>
    ),
    provisional: (round: number) => `; round ${round} is provisional until its audits close`,
    completed: (root: ComponentChildren) => (
      <>All rounds are final. The model is the state with root {root}.</>
    ),
    stopped: (it: { why: ComponentChildren; root: ComponentChildren }) => (
      <>
        Stopped{it.why}. What was final stays final, with root {it.root}; the escrow went back to
        the treasury.
      </>
    ),
    because: (why: ComponentChildren) => <>: {why}</>,
  },
  rounds: 'Rounds so far',
  roundsOf: (it: { first: number; last: number }) => `Rounds ${it.first} to ${it.last}`,
  fromRound: (round: number) => `From round ${round} on.`,
  earlier: 'Earlier rounds',
  newest: 'The newest rounds',
  initialState: 'initial state',
  earlierRounds: 'earlier rounds',
  dots: 'Dots in the picture',
  dot: {
    passed: 'passed its audit',
    unaudited: 'not audited',
    pending: 'open',
    failed: 'failed its audit',
    out: 'not included',
  },
  noChain: (problem: ComponentChildren) => (
    <>
      The records do not form one hash chain: {problem}. The node or the contract is not telling the
      truth; do not rely on this run.
    </>
  ),
  hashed: (it: { records: string; head: ComponentChildren }) => (
    <>
      This page hashed {it.records} records: each names the one before it, and the last one is the
      log head {it.head} that the contract stores.
    </>
  ),
  hashedUpTo: (it: { records: string; head: ComponentChildren; next: number }) => (
    <>
      This page hashed {it.records} records: each names the one before it, and the last one is{' '}
      {it.head} that the record of round {it.next} names.
    </>
  ),
  noneClosed: 'No round is closed yet.',
  asTable: 'The same as a table',
  chain: {
    round: (round: number) => `Round ${round}`,
    noRoot: 'no root',
    gaveNoRoot: 'It gave no state root.',
    seat: (it: { seat: number; account: string; verdict: string }) =>
      `Seat ${it.seat}${it.account}: ${it.verdict}`,
    account: (account: string) => ` (${account})`,
    spoken: (rounds: string) => `Chain of rounds: ${rounds}`,
    spokenRound: (it: { round: number; state: string }) => `round ${it.round} ${it.state}`,
    picture: 'Picture of the rounds',
  },
  verdicts: {
    passed: 'passed',
    unaudited: 'not audited',
    pending: 'open',
    failed: 'failed',
    out: 'not included',
  },
  table: {
    rounds: 'Rounds as a table',
    round: 'Round',
    outcome: 'Outcome',
    fromRoot: 'From root',
    toRoot: 'To root',
    record: 'Record',
    work: 'Work',
    claim: (it: { seat: number; verdict: string }) => `seat ${it.seat} ${it.verdict}`,
    seats: 'Seats of the run',
    nobody: 'Nobody has a seat.',
    seatPages: 'Pages of the seats',
    seat: 'Seat',
    role: 'Role',
    status: 'Status',
    verified: 'Verified',
    earned: 'Earned',
    heldBack: 'Held back',
    staked: 'Staked',
    slashed: 'Slashed, and why',
    nothing: 'nothing',
    why: (it: { amount: ComponentChildren; why: string }) => (
      <>
        {it.amount}: {it.why}
      </>
    ),
  },
  seatStatus: {
    applied: 'waits for the draw',
    active: 'works',
    absent: 'missed a commitment and may rejoin; keeps what it earned',
    expelled: 'lost its seat, its stake and its locked pay',
    left: 'the run ended; stake and pay went to its ledger',
  },
  slashed: {
    failed: (round: number) => `failed the audit of round ${round}`,
    overruled: (times: string) => `overruled as an auditor ${times}`,
    unrevealed: (round: number) => `did not reveal in round ${round}`,
    elsewhere: 'the reason is in a round that is not shown here',
  },
  round: {
    inPhase: (it: { round: number; phase: ComponentChildren }) => (
      <>
        Round {it.round} is in its phase {it.phase}.
      </>
    ),
    goesOn: (span: string) =>
      `It goes on when everybody has acted, at the latest in ${span} by the chain's clock.`,
    overdue: 'Its deadline has passed; anybody may move it on.',
    startedFrom: (root: ComponentChildren) => <>It started from root {root}.</>,
    reset: 'Everybody starts it with empty optimizer state.',
    whoActed: 'Who has acted in the open round',
    trainer: 'Trainer',
    pages: 'Pages of the trainers',
    slice: 'Slice',
    phases: {
      train: 'train and commit to an update',
      reveal: 'publish the update',
      certify: 'say whose updates one could fetch',
      aggregate: 'sum them up, name the new root',
    },
    cells: { done: 'done', now: 'working', missed: 'not done', ahead: 'later' },
    unknown: 'unknown',
  },
  audit: {
    none: 'No audit is open. They are drawn when a round has a provisional root.',
    of: (it: { round: number; segment: number; seat: ComponentChildren }) => (
      <>
        round {it.round}, segment {it.segment} of {it.seat}
      </>
    ),
    by: (seat: ComponentChildren) => <>audited by {seat}</>,
    who: { worker: 'worker', auditor: 'auditor', jury: 'jury' },
    steps: {
      material: 'hands over its snapshot',
      answer: 'repeats the segment',
      opening: 'opens its own result',
      measure: 'says how far the two are apart',
      uncover: 'says whether it was a decoy',
      disputed: 'repeats it too',
    },
    left: (span: string) => `${span} left`,
    overdue: 'overdue',
    pages: 'Pages of the audits',
    step: (it: { who: string; what: string }) => `${it.who} ${it.what}`,
  },
  dispute: {
    what: 'Two who computed the same came to different results. Jurors drawn by lot compute it once more; a verdict acts on the model at once, and money stays locked until nobody can appeal.',
    segment: (it: { segment: number; who: string; round: number }) =>
      `Segment ${it.segment} of ${it.who}, round ${it.round}`,
    root: (round: number) => `The root of round ${round}`,
    update: (it: { who: string; round: number }) => `The update of ${it.who} in round ${it.round}`,
    seat: (seat: number) => `seat ${seat}`,
    unconfirmed: (it: { claimed: string; plaintiff: string }) =>
      `The worker opened ${it.claimed}; the auditor ${it.plaintiff} does not confirm it.`,
    otherRoot: (it: { plaintiff: string; other: string; claimed: string }) =>
      `${it.plaintiff} computed ${it.other} where most signed ${it.claimed}.`,
    anotherRoot: 'another root',
    unfetchable: (it: { plaintiff: string; claimed: string }) =>
      `${it.plaintiff} says that ${it.claimed} cannot be fetched or decoded; its witnesses certified it.`,
    left: (span: string) => `${span} left`,
    over: 'the time is over: the next tick ends it',
    last: {
      for: ' The last verdict was for the claim.',
      against: ' The last verdict was against the claim.',
    },
    drawn: (said: string) => `A jury is drawn by the next tick.${said}`,
    jury: (it: { answered: string; panel: string; until: string; said: string }) =>
      `${it.answered} of ${it.panel} jurors have computed it again; ${it.until}.${it.said}`,
    decided: {
      for: 'A jury decided for the claim.',
      against: 'A jury decided against the claim.',
      nothing: 'A jury decided nothing.',
    },
    both: (it: { decided: string; appeal: string }) => `${it.decided} ${it.appeal}`,
    noAppeal: (until: string) => `Nobody can appeal; ${until}.`,
    appeal: (it: { cost: string; until: string }) =>
      `Who lost may appeal for ${it.cost}; ${it.until}.`,
    dao: (it: { until: string; said: string }) =>
      `The members have the last word, by a proposal; ${it.until}.${it.said}`,
    defendedBy: 'Defended by',
    nobody: 'nobody',
    panel: 'Jury',
    locked: 'Locked',
    lockedOf: (it: { stake: ComponentChildren; bonds: ComponentChildren }) => (
      <>
        {it.stake} of stake and held-back pay, {it.bonds} of bonds
      </>
    ),
    claimed: 'Claimed',
    against: 'Against it',
    appealBy: 'Appeal',
    appealFor: (cost: ComponentChildren) => <>Appeal for {cost}</>,
    appealing: 'The appeal',
    askFor: {
      for: 'Propose a verdict for the claim',
      against: 'Propose a verdict against the claim',
    },
  },
  pause: {
    paused: (it: { because: string; goesOn: string; end: string }) =>
      `Paused: ${it.because}. ${it.goesOn}${it.end}`,
    noReason: 'no reason given',
    held: (it: { span: string; workers: string }) =>
      `No round opens for ${it.span}, unless a vote resumes or stops the run before. Then it goes on from the last root as soon as ${it.workers} trainers are active.`,
    goesOn: (workers: string) =>
      `It goes on from the last root as soon as ${workers} trainers are active.`,
    judged: (round: number) => `, once round ${round} is judged`,
    stopsIn: (it: { span: string; judged: string }) =>
      ` If that has not happened in ${it.span}, it stops${it.judged}: stakes and pay go to their owners, the rest of its escrow to the treasury.`,
    over: (judged: string) =>
      ` Its time is over: the next tick that finds fewer stops it${judged}; stakes and pay go to their owners, the rest of its escrow to the treasury.`,
  },
};
