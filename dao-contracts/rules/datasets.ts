/** What a publisher declares about data, and whether a run may be trained on it. */
import type { Policy } from './actions.js';
import { account, digest, integer, list, nullable, record, text } from './decoding.js';
import { refuse } from './errors.js';
import { contributorsMax, parentsMax, textCharsMax, titleCharsMax } from './limits.js';
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
  licenceDeclared: text(100),
  licenceConcluded: text(100),
  evidence: nullable(digest),
  parents: list(record({ dataset: text(128), transform: digest }), parentsMax),
  contributors: list(record({ account, weightBps: integer(1, 10_000) }), contributorsMax),
});

export function decodeDatasetRecord(value: unknown, field: string): DatasetRecord {
  const dataset = decodeShape(value, field);
  const [name, version, ...rest] = dataset.id.split('@');
  if (!/^[a-z0-9][a-z0-9._/-]*$/.test(name!) || version !== dataset.version || rest.length > 0) {
    refuse('BAD_ARGUMENT', `${field}.id must be <name>@<version>, the name of a-z, 0-9, ._/-`);
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

/** Unknown fails closed: the concluded licence must be in the policy, letter by letter. */
export function checkTrainable(dataset: DatasetView, policy: Policy): void {
  if (dataset.status !== 'active') {
    refuse('LICENCE_NOT_ALLOWED', `dataset ${dataset.id} is ${dataset.status}; use another`);
  }
  if (!policy.licences.includes(dataset.licenceConcluded)) {
    refuse(
      'LICENCE_NOT_ALLOWED',
      `dataset ${dataset.id} is under "${dataset.licenceConcluded}"; ` +
        `the policy allows ${policy.licences.join(', ')}`,
    );
  }
}
