/**
 * What the people who made the data earn of a run that trains on it. Each final round sets one fixed
 * sum aside, and nobody is looked up: who contributed to which dataset, and how much, stands in
 * records that never change, so a counter of rounds says at any time what everybody has earned. Each
 * contributor takes its own part, and every part is a whole number: nothing is rounded.
 */
import { integer, list, record, text, type Decoder } from './decoding.js';
import type { DatasetDispute } from './dataset-dispute.js';
import { refuse } from './errors.js';
import { dataRewardUnitYocto, datasetsPerRunMax } from './limits.js';
import type { RunDraft } from './run-draft.js';
import type { DataShare, RunTerms } from './run-terms.js';
import type { DataShareView, DatasetView } from './views.js';

export const decodeDataShares: Decoder<DataShare[]> = list(
  record<DataShare>({ dataset: text(128), weightBps: integer(1, 10_000) }),
  datasetsPerRunMax,
);

type DataTerms = Pick<RunTerms, 'dataRewardYocto' | 'dataShares'>;

/** What makes sense without the datasets' records. Error: `BAD_TERMS`. */
export function checkDataTerms({ dataRewardYocto, dataShares }: DataTerms): void {
  const reward = BigInt(dataRewardYocto);
  if ((reward === 0n) !== (dataShares.length === 0)) {
    refuse('BAD_TERMS', 'dataShares must say whose dataRewardYocto is, and be empty where it is 0');
  }
  if (reward % dataRewardUnitYocto !== 0n) {
    refuse(
      'BAD_TERMS',
      `dataRewardYocto must be a multiple of ${dataRewardUnitYocto}, so that each part is whole`,
    );
  }
  const names = dataShares.map(({ dataset }) => dataset);
  if (new Set(names).size < names.length) refuse('BAD_TERMS', 'dataShares names a dataset twice');
  const sum = dataShares.reduce((all, { weightBps }) => all + weightBps, 0);
  if (names.length > 0 && sum !== 10_000) {
    refuse('BAD_TERMS', `weightBps of dataShares must sum to 10000, not ${sum}`);
  }
}

/**
 * Whether contributors of this dataset may be paid by a run: it is among what the run is trained on
 * (`trainedOn`: its datasets and all that they descend from), and its list of contributors is one
 * that a vote or a bounty vouches for. Anybody can register somebody else's text under their name.
 */
export function checkDataShare(dataset: DatasetView, trainedOn: ReadonlySet<string>): void {
  const { id, approved, bounty, contributors } = dataset;
  if (!trainedOn.has(id)) {
    refuse('BAD_TERMS', `the run is not trained on ${id}, nor on anything that descends from it`);
  }
  if (contributors.length === 0) {
    refuse('BAD_TERMS', `dataset ${id} has no contributors on record; leave it out of dataShares`);
  }
  if (!approved && bounty === null) {
    refuse(
      'DATASET_NOT_APPROVED',
      `nobody vouches for the contributors of ${id}; propose "approve-dataset" first`,
    );
  }
}

/** A round became final: its data is paid for. */
export function payData(draft: RunDraft): void {
  const { run, terms } = draft;
  const reward = BigInt(terms.dataRewardYocto);
  if (reward === 0n) return;
  // Cannot be: rounds open only with this in the escrow. A counter without its money would be worse.
  if (run.escrowYocto < reward) {
    draft.emit('escrow_short', { round: run.finalRound, seat: null });
    return;
  }
  draft.spendEscrow('dataShares', reward);
  run.paidYocto += reward;
  run.dataRounds++;
}

/** Of one round. Exact: the sum is a multiple of 10^8, and both weights are parts of 10^4. */
export function contributorYocto(
  terms: DataTerms,
  it: { share: DataShare; contributorBps: number },
): bigint {
  const parts = BigInt(it.share.weightBps) * BigInt(it.contributorBps);
  return (BigInt(terms.dataRewardYocto) * parts) / dataRewardUnitYocto;
}

/** What a contributor's part depends on beyond time: disputes of the dataset. */
export type DataStanding = DataShareView['standing'];

/** `last`: the dataset's last dispute. Its publisher's withdrawal takes nothing from contributors. */
export function dataStanding(last: Pick<DatasetDispute, 'verdict'> | null): DataStanding {
  if (last === null) return 'due';
  if (last.verdict === null) return 'disputed';
  return last.verdict === 'upheld' ? 'forfeited' : 'due';
}

/** A dataset's share of a run: who contributed, and how many rounds each has taken already. */
export interface ShareBook {
  readonly share: DataShare;
  readonly contributors: DatasetView['contributors'];
  /** By contributor. */
  taken: number[];
  readonly standing: DataStanding;
  /** Rounds that the run has paid for data. */
  readonly rounds: number;
}

/** Takes what `account` has earned and not taken. Changes `book.taken`. Returns yoctoNEAR. */
export function takeDataShare(
  terms: DataTerms,
  book: ShareBook,
  account: string,
): { rounds: number; yocto: bigint } {
  const { share, contributors, standing, taken } = book;
  const index = contributors.findIndex((one) => one.account === account);
  if (index < 0) refuse('NOT_FOUND', `${account} is no contributor of ${share.dataset}`);
  if (standing === 'disputed') {
    refuse('DATASET_BLOCKED', `dataset ${share.dataset} is disputed; wait for what is decided`);
  }
  if (standing === 'forfeited') {
    refuse('DATASET_BLOCKED', `a dispute of dataset ${share.dataset} was upheld: it earns nothing`);
  }
  const rounds = book.rounds - taken[index]!;
  if (rounds === 0) refuse('NOTHING_TO_CLAIM', `${account} has taken all that it earned so far`);
  taken[index] = book.rounds;
  const { weightBps: contributorBps } = contributors[index]!;
  const yocto = BigInt(rounds) * contributorYocto(terms, { share, contributorBps });
  return { rounds, yocto };
}

/** What nobody has taken of a share that is forfeited, all at once. Changes `book.taken`. */
export function returnDataShare(terms: DataTerms, book: ShareBook): bigint {
  const { share, standing } = book;
  if (standing !== 'forfeited') {
    refuse('WRONG_PHASE', `the share of dataset ${share.dataset} is not forfeited`);
  }
  const yocto = untakenYocto(terms, book);
  if (yocto === 0n) refuse('NOTHING_TO_CLAIM', `nothing of ${share.dataset} is left to return`);
  book.taken = book.contributors.map(() => book.rounds);
  return yocto;
}

function untakenYocto(terms: DataTerms, { share, contributors, taken, rounds }: ShareBook): bigint {
  return contributors.reduce((sum, { weightBps: contributorBps }, i) => {
    const each = contributorYocto(terms, { share, contributorBps });
    return sum + BigInt(rounds - taken[i]!) * each;
  }, 0n);
}

/** `account` null: of nobody in particular. */
export function viewDataShare(
  terms: DataTerms,
  book: ShareBook,
  account: string | null,
): DataShareView {
  const { share, contributors, standing, rounds } = book;
  const { dataset, weightBps } = share;
  const each = contributorYocto(terms, { share, contributorBps: 10_000 });
  const accrued = each * BigInt(rounds);
  const index = contributors.findIndex((one) => one.account === account);
  const own = index < 0 ? null : ownPart(terms, book, index);
  return {
    ...{ dataset, weightBps, standing, rounds },
    perRoundYocto: `${each}`,
    accruedYocto: `${accrued}`,
    takenYocto: `${accrued - untakenYocto(terms, book)}`,
    own,
  };
}

function ownPart(terms: DataTerms, book: ShareBook, index: number): DataShareView['own'] {
  const { weightBps } = book.contributors[index]!;
  const perRound = contributorYocto(terms, { share: book.share, contributorBps: weightBps });
  const roundsTaken = book.taken[index]!;
  const due = book.standing === 'forfeited' ? 0n : BigInt(book.rounds - roundsTaken) * perRound;
  return { weightBps, perRoundYocto: `${perRound}`, roundsTaken, dueYocto: `${due}` };
}
