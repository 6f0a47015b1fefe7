/** What the numbers of a run mean for those who take part in it. */
export const terms = {
  rounds: {
    name: 'Rounds',
    meaning: 'Final rounds wanted. Rounds that are rewound or aborted do not count.',
  },
  trainers: {
    name: 'Trainers',
    value: (it: { least: string; most: string }) => `${it.least} to ${it.most}`,
    meaning: 'With fewer the run pauses and loses nothing but the open round.',
  },
  auditors: {
    name: 'Auditors',
    value: (most: string) => `up to ${most}`,
    meaning: 'They train nothing; they repeat what trainers claim, as trainers do for each other.',
  },
  stake: {
    name: 'Stake',
    meaning: 'Locked by each seat, returned at the end, lost for work that fails its audit.',
  },
  reward: { name: 'Reward', meaning: 'For each update that became part of a final round.' },
  computing: {
    name: 'Computing',
    value: (giga: string) => `${giga} GFLOP a round`,
    meaning: 'Of each trainer, counted from the program. The policy caps what a teraFLOP may cost.',
  },
  cost: {
    name: 'Cost of a round',
    meaning:
      'What computing a round costs a trainer, as the proposer says: cheating saves at most that.',
  },
  auditFee: {
    name: 'Audit fee',
    meaning: 'For each audit answered rightly, whatever its outcome.',
  },
  heldBack: {
    name: 'Held back',
    meaning: 'Pay of the latest final rounds stays locked, so that it can still be lost.',
  },
  audited: {
    name: 'Audited',
    meaning: (it: { audits: string; segments: string; one: boolean }) =>
      `Chance of each update to be audited: ${it.audits} of ${it.segments} of the work ${it.one ? 'is' : 'are'} done again and must give the same digest.`,
  },
  witnesses: {
    name: 'Witnesses',
    everybody: 'everybody',
    value: (count: string) => `${count} drawn by lot`,
    meaning: 'They fetch, decode and keep each update; more than half decides what is included.',
  },
  challenges: {
    name: 'Challenges',
    whileAudits: 'while audits run',
    value: (span: string) => `for ${span} at least`,
    meaning: 'Anybody who computes another root may say so, with a bond, before a round is final.',
  },
  tainted: {
    name: 'Bad work that stays',
    value: (share: string) => `up to ${share} of a round`,
    meaning: 'Found out above that share, the round is done again; below, it is marked as tainted.',
  },
  decoys: {
    name: 'Decoys',
    none: 'none',
    value: (it: { share: string; fee: string }) => `${it.share} of claims, ${it.fee} each`,
    meaning: 'Planted errors, paid for: an auditor who only ever agrees is caught by them.',
  },
  machines: {
    name: 'Machines',
    value: (seats: string) => `up to ${seats} for an account`,
    meaning: 'One for each of its machines, told apart by a name.',
  },
  noStake: {
    name: 'Without a stake',
    none: 'no seats',
    meaning: 'Start with nothing: their pay becomes their stake until it is whole.',
  },
  fees: {
    name: 'Fees of calls',
    own: 'paid by each worker',
    value: (it: { fee: string; calls: string }) =>
      `${it.fee} for a call, up to ${it.calls} a round`,
    meaning: 'Paid by the escrow to whoever brings a signed call to the chain.',
  },
  data: {
    name: 'Data',
    unpaid: 'unpaid',
    value: (it: { reward: string; shares: string }) => `${it.reward} a round, to ${it.shares}`,
    meaning: 'For each final round, to the contributors of these datasets, by their weights.',
  },
  deadlines: {
    name: 'Deadlines',
    phase: (it: { phase: string; span: string }) => `${it.phase} ${it.span}`,
    meaning: (span: string) =>
      `A phase ends early when everybody acted. Each step of an audit has ${span}.`,
  },
  reset: {
    name: 'Local reset',
    value: (rounds: string) => `every ${rounds}`,
    meaning: 'Then every trainer starts with empty optimizer state.',
  },
};
