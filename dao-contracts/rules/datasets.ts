/** What a publisher declares about data, and whether a run may be trained on it. */
import type { Policy } from './actions.js';
import { account, digest, integer, list, nullable, record, text } from './decoding.js';
import { refuse } from './errors.js';
import { isLicenceAllowed } from './licence.js';
import {
  contributorsMax,
  licenceCharsMax,
  parentsMax,
  textCharsMax,
  titleCharsMax,
} from './limits.js';
import type { DatasetRecord, DatasetView } from './views.js';

const decodeShape = record<DatasetRecord>({
  id: text(128),
  version: text(40),
  title: text(titleCharsMax),
  manifest: digest,
  itemsRoot: digest,
  bytes: integer(0, Number.MAX_SAFE_INTEGER),
  items: integer(0, Number.MAX_SAFE_INTEGER),
  source: text(textCharsMax),
  collectedAt: text(50),
  licenceDeclared: text(licenceCharsMax),
  licenceConcluded: text(licenceCharsMax),
  evidence: nullable(digest),
  parents: list(record({ dataset: text(128), transform: digest }), parentsMax),
  contributors: list(record({ account, weightBps: integer(1, 10_000) }), contributorsMax),
});

export function decodeDatasetRecord(value: unknown, field: string): DatasetRecord {
  const dataset = decodeShape(value, field);
  const [, version] = dataset.id.split('@');
  // One case, nothing invisible: an id is not mistaken for another.
  if (
    !/^[a-z0-9][a-z0-9._/-]*@[a-z0-9][a-z0-9._+-]*$/.test(dataset.id) ||
    version !== dataset.version
  ) {
    refuse('BAD_ARGUMENT', `${field}.id must be <name>@<version>, both of a-z, 0-9, ._-`);
  }
  const weights = dataset.contributors.reduce((sum, one) => sum + one.weightBps, 0);
  if (dataset.contributors.length > 0 && weights !== 10_000) {
    refuse('BAD_ARGUMENT', `${field}.contributors: weightBps must sum to 10000, not ${weights}`);
  }
  const accounts = dataset.contributors.map((one) => one.account);
  if (new Set(accounts).size < accounts.length) {
    refuse('BAD_ARGUMENT', `${field}.contributors names an account twice; add up its weights`);
  }
  return dataset;
}

/** The record as it is first on chain. */
export function newDataset(
  dataset: DatasetRecord,
  it: { publisher: string; bounty: number | null; nowMs: number },
): DatasetView {
  const { publisher, bounty, nowMs } = it;
  const added = { publisher, registeredAtMs: nowMs, status: 'active' as const, bounty };
  return { ...dataset, ...added, approved: false, optOut: null, disputes: 0 };
}

/** Whether something may be made of it from now on. What was made of it before stays. */
export function checkUsable({ id, status }: DatasetView): void {
  if (status !== 'active') refuse('DATASET_BLOCKED', `dataset ${id} is ${status}; use another`);
}

/** Unknown fails closed: the concluded licence must be one that the policy allows (licence.ts). */
export function checkTrainable(dataset: DatasetView, policy: Policy): void {
  checkUsable(dataset);
  // Of a bounty, too: its items are decided, the files that are said to hold them are not.
  if (policy.approvedDatasetsOnly && !dataset.approved) {
    refuse(
      'DATASET_NOT_APPROVED',
      `the policy wants dataset ${dataset.id} to be approved by a vote; propose that first`,
    );
  }
  checkLicence(dataset.licenceConcluded, policy, `dataset ${dataset.id} is`);
}

export function checkLicence(licence: string, { licences }: Policy, subject: string): void {
  if (isLicenceAllowed(licence, licences)) return;
  refuse(
    'LICENCE_NOT_ALLOWED',
    `${subject} under "${licence}"; the policy allows ${licences.join(', ')}; conclude one of ` +
      'these or several with AND, or propose to allow it',
  );
}
