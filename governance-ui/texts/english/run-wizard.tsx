/** Proposing a run: the model, its data, who trains it, what it pays, and what follows from that. */
import type { ComponentChildren } from 'preact';

const label = (text: string, hint = '') => ({ label: text, hint });

export const runWizard = {
  lead: 'Choose a model and data, and what the work pays. What it would cost and whether cheating would pay is computed as you type, by the rules that the contract applies.',
  steps: {
    model: 'The model',
    data: 'The data',
    recipe: 'The training',
    people: 'Who trains',
    money: 'What it pays',
  },
  size: 'A size to begin with',
  sizes: {
    small: 'small: 3 layers of width 96',
    medium: 'medium: 6 layers of width 256',
    large: 'large: 12 layers of width 512',
    own: 'as below',
  },
  fields: {
    title: label('Title', 'Of the run, and of what is released from it.'),
    layers: label('Layers'),
    hiddenSize: label('Width', 'An even multiple of the attention heads.'),
    heads: label('Attention heads'),
    kvHeads: label('Heads of keys and values', 'Must divide the attention heads.'),
    intermediateSize: label('Width inside a layer'),
    contextLength: label('Context', 'Tokens of one sequence.'),
    tiedEmbeddings: label('One table for input and output'),
    initialSeed: label('Seed of the first weights'),
    rounds: label('Rounds', 'Final rounds wanted.'),
    stepsPerRound: label('Steps of a round', 'Between two exchanges.'),
    batchSize: label('Sequences of a step'),
    segments: label('Segments of a round', 'What an audit repeats; they divide the steps.'),
    warmupSteps: label('Steps of warm-up'),
    evaluated: label('Held-out sequences evaluated'),
    dataSeed: label('Seed of the data’s order'),
    peak: label('Learning rate at its peak'),
    outerRate: label('Outer learning rate'),
    momentum: label('Outer momentum'),
    minWorkers: label('Trainers at least'),
    maxWorkers: label('Trainers at most'),
    maxAuditors: label('Auditors at most', 'Beside the trainers, who audit each other.'),
    enrol: label('Time to enrol'),
    train: label('Time to train a round'),
    exchange: label('Time to reveal, to certify and to aggregate', 'Each.'),
    audit: label('Time for each step of an audit'),
    reward: label('NEAR for a verified update'),
    auditFee: label('NEAR for a right audit'),
    stake: label('Stake of a seat, in NEAR'),
    heldBackRounds: label('Rounds of pay held back'),
    audited: label('Work that is audited, in %'),
    challengeWindow: label(
      'Open to challenges at least',
      'Needed where not everything is audited.',
    ),
  },
  dataset: 'Dataset',
  datasetHint:
    'A packed one: texts as tokens, as “dataset derive --transform tokenise-and-pack” makes.',
  noData: 'No dataset is registered yet. One is added and packed by commands:',
  chooseData: 'choose one',
  readingData: 'Reading what is in it…',
  unreadable: 'It cannot be trained on:',
  licence: (it: { licence: ComponentChildren; allowed: ComponentChildren }) => (
    <>
      Its concluded licence is {it.licence}; the policy allows {it.allowed}.
    </>
  ),
  allowed: 'The policy allows to train on it.',
  tokens: (it: { train: string; heldOut: string; vocabulary: string }) =>
    `${it.train} tokens to train on and ${it.heldOut} held out, of a vocabulary of ${it.vocabulary}.`,
  follows: 'What follows',
  notYet: 'When model and data are right, this shows what the run takes and costs.',
  parameters: 'Parameters',
  memory: 'Memory of a trainer',
  about: (size: string) => `about ${size}`,
  computing: 'Computing of a round',
  gigaFlop: (count: string) => `${count} GFLOP`,
  tokensPerRound: 'Tokens of a trainer’s round',
  epochs: 'Each sequence is trained on',
  times: (count: string) => `${count} times at most`,
  price: 'Pay for a teraFLOP',
  priceOf: (it: { price: ComponentChildren; most: ComponentChildren }) => (
    <>
      {it.price}, of {it.most} at most
    </>
  ),
  budget: 'Locked for the run',
  ofTreasury: (it: { budget: ComponentChildren; treasury: ComponentChildren }) => (
    <>
      {it.budget} of {it.treasury} in the treasury
    </>
  ),
  tooLarge: 'The exact engine holds 4 GiB: no trainer could work on this model.',
  draft: 'The draft, as “commonweights run propose” reads it',
};
