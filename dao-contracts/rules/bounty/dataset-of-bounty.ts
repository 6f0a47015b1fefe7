/** What a bounty says of the dataset that its accepted items are; the rest its publisher declares. */
import type { DatasetRecord } from '../views.js';
import type { Policy } from '../actions.js';
import { canonicalText } from '../canonical-text.js';
import { checkLicence } from '../datasets.js';
import { refuse } from '../errors.js';
import { bothLicences } from '../licence.js';
import { licenceCharsMax } from '../limits.js';
import { sharesOf } from './new-bounty.js';
import type { Bounty, Contributor } from './state.js';
import type { BountyTerms } from './terms.js';

type Licences = Pick<DatasetRecord, 'licenceDeclared' | 'licenceConcluded'>;

type Decided = Pick<
  DatasetRecord,
  'itemsRoot' | 'items' | 'licenceDeclared' | 'licenceConcluded' | 'parents' | 'contributors'
>;

/**
 * `contributors` by number; `labelled` is the dataset of `material`, whose texts the items repeat:
 * they are under its licence as well. Error: `WRONG_PHASE` before the batches are settled.
 */
export function datasetOfBounty(
  bounty: Pick<Bounty, 'id' | 'itemsRoot' | 'accepted'>,
  terms: Pick<BountyTerms, 'licence' | 'material' | 'instructions'>,
  contributors: readonly Pick<Contributor, 'account' | 'accepted'>[],
  labelled: Licences | null,
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
    ...licencesOfBounty(licence, labelled),
    parents: material === null ? [] : [{ dataset: material, transform: instructions }],
    contributors: contributors
      .map(({ account }, i) => ({ account, weightBps: shares[i]! }))
      .filter(({ weightBps }) => weightBps > 0),
  };
}

/** Whether the policy allows what a bounty asks for, and the dataset that would come of it. */
export function checkBountyLicence(
  licence: string,
  labelled: (Licences & Pick<DatasetRecord, 'id'>) | null,
  policy: Policy,
): void {
  checkLicence(licence, policy, 'the bounty asks for items');
  if (!labelled) return;
  const licences = licencesOfBounty(licence, labelled);
  checkLicence(licences.licenceConcluded, policy, `what comes of ${labelled.id} would be`);
  // Else nobody could ever register what the bounty has paid for.
  const long = Object.values(licences).find((one) => one.length > licenceCharsMax);
  if (long !== undefined)
    refuse('BAD_TERMS', `"${long}" is too long for a record; ask for another`);
}

/** Of the dataset that a bounty's items will be: theirs, and that of the texts that they label. */
export function licencesOfBounty(licence: string, labelled: Licences | null): Licences {
  if (!labelled) return { licenceDeclared: licence, licenceConcluded: licence };
  return {
    licenceDeclared: bothLicences(licence, labelled.licenceDeclared),
    licenceConcluded: bothLicences(licence, labelled.licenceConcluded),
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
    `${it.proposer} registers what bounty ${it.bounty} accepted; leave "bounty" out`,
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
