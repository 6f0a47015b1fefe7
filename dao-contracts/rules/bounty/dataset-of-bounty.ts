/** What a bounty says of the dataset that its accepted items are; the rest its publisher declares. */
import type { DatasetRecord } from '../views.js';
import { canonicalText } from '../canonical-text.js';
import { refuse } from '../errors.js';
import { sharesOf } from './new-bounty.js';
import type { Bounty, Contributor } from './state.js';
import type { BountyTerms } from './terms.js';

type Decided = Pick<
  DatasetRecord,
  'itemsRoot' | 'items' | 'licenceDeclared' | 'licenceConcluded' | 'parents' | 'contributors'
>;

/** `contributors` by number. Error: `WRONG_PHASE` before the batches are settled. */
export function datasetOfBounty(
  bounty: Pick<Bounty, 'id' | 'itemsRoot' | 'accepted'>,
  terms: Pick<BountyTerms, 'licence' | 'material' | 'instructions'>,
  contributors: readonly Pick<Contributor, 'account' | 'accepted'>[],
): Decided {
  const { id, itemsRoot, accepted: items } = bounty;
  if (itemsRoot === null || items === 0) {
    return refuse(
      'WRONG_PHASE',
      `bounty ${id} has no settled items that a dataset could be made of`,
    );
  }
  const { licence, material, instructions } = terms;
  const shares = sharesOf(contributors.map(({ accepted }) => accepted));
  return {
    itemsRoot,
    items,
    licenceDeclared: licence,
    licenceConcluded: licence,
    parents: material === null ? [] : [{ dataset: material, transform: instructions }],
    contributors: contributors
      .map(({ account }, i) => ({ account, weightBps: shares[i]! }))
      .filter(({ weightBps }) => weightBps > 0),
  };
}

/**
 * The DAO paid for it: whoever asked for it on its behalf publishes it, and answers for the files. A
 * stranger who came first could name any files, and withdraw what others were paid for.
 */
export function requireProposer(it: { caller: string; proposer: string; bounty: number }): void {
  if (it.caller === it.proposer) return;
  refuse(
    'NOT_PUBLISHER',
    `what bounty ${it.bounty} accepted is registered by its proposer ${it.proposer}; register the ` +
      'same files without "bounty", or ask for them',
  );
}

/** Whoever registers it: what the bounty decided must be in the record, field by field. */
export function checkBountyDataset(record: DatasetRecord, decided: Decided): void {
  for (const [field, value] of Object.entries(decided)) {
    if (canonicalText(record[field as keyof Decided]) !== canonicalText(value)) {
      refuse('BAD_ARGUMENT', `record.${field} must be ${canonicalText(value).slice(0, 200)}`);
    }
  }
}
