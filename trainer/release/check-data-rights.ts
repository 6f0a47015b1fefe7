/** Claims about the data's terms of use: its licences fit the policy, and none was withdrawn. */
import { isLicenceAllowed } from '@commonweights/dao-contracts/rules/licence.js';
import type { DatasetRecord } from '@commonweights/dao-contracts/rules/views.js';
import { readDatasets } from './release-files.js';
import type { Finding, Material } from './material.js';

/** The concluded licences against the policy's list, as the contract compares them. */
export function checkLicences({ files, chain }: Material): Finding {
  const records = readDatasets(files);
  const licences = [...new Set(records.map((record) => record.licenceConcluded))].sort();
  const listed = licences.map((licence) => JSON.stringify(licence)).join(', ');
  if (!chain) {
    const detail = `${listed} on record; no chain says what the policy allows`;
    return { status: 'unknown', standing: 'declared', detail };
  }
  const refused = records.filter(
    (record) => !isLicenceAllowed(record.licenceConcluded, chain.licences),
  );
  if (refused.length > 0) {
    const detail = `the policy does not allow ${refused.map(describe).join(', ')}`;
    return { status: 'fail', standing: 'attested', detail };
  }
  const differing = records.filter((one) => one.licenceDeclared !== one.licenceConcluded);
  if (differing.length > 0) {
    const detail = `allowed, but declared otherwise: ${differing.map(describe).join(', ')}`;
    return { status: 'warn', standing: 'declared', detail };
  }
  return {
    status: 'pass',
    standing: 'declared',
    detail: `${listed}: declared by the publishers, allowed by the policy`,
  };
}

export function checkTakedown({ files, chain }: Material): Finding {
  if (!chain) {
    return { status: 'unknown', standing: 'declared', detail: 'no chain was asked' };
  }
  const status = new Map(chain.datasets.map((dataset) => [dataset.id, dataset.status]));
  const standing = 'attested';
  const disputed: string[] = [];
  for (const { id } of readDatasets(files)) {
    const found = status.get(id);
    if (found === undefined) {
      return { status: 'unknown', standing, detail: `the chain does not know ${id}` };
    }
    if (found === 'withdrawn') {
      return { status: 'fail', standing, detail: `${id} was withdrawn after it was used` };
    }
    if (found !== 'active') disputed.push(id);
  }
  if (disputed.length > 0) {
    return { status: 'warn', standing, detail: `disputed: ${disputed.join(', ')}` };
  }
  return { status: 'pass', standing, detail: `all ${status.size} datasets are active` };
}

function describe(record: DatasetRecord): string {
  const { id, licenceDeclared, licenceConcluded } = record;
  return `${id} (declared ${licenceDeclared}, concluded ${licenceConcluded})`;
}
