/** Claims about the data's terms of use: its licences fit the policy, and none was withdrawn. */
import { isLicenceAllowed } from '@commonweights/dao-contracts/rules/licence.js';
import type { DatasetRecord } from '@commonweights/dao-contracts/rules/views.js';
import { failed, passed, unknown, warned } from './finding.js';
import type { Material } from './material.js';
import { readDatasets } from './release-files.js';
import type { Finding } from './verdict.js';

/** The concluded licences against the policy's list, as the contract compares them. */
export function checkLicences({ files, chain }: Material): Finding {
  const records = readDatasets(files);
  const licences = [...new Set(records.map((record) => record.licenceConcluded))].sort();
  const listed = licences.map((licence) => JSON.stringify(licence)).join(', ');
  if (!chain) {
    const detail = `${listed} on record; no chain says what the policy allows`;
    return unknown('NO_CHAIN', detail);
  }
  const refused = records.filter(
    (record) => !isLicenceAllowed(record.licenceConcluded, chain.licences),
  );
  if (refused.length > 0) {
    const detail = `the policy does not allow ${refused.map(describe).join(', ')}`;
    return failed('LICENCE_REFUSED', detail, 'attested');
  }
  const differing = records.filter((one) => one.licenceDeclared !== one.licenceConcluded);
  if (differing.length > 0) {
    const detail = `allowed, but declared otherwise: ${differing.map(describe).join(', ')}`;
    return warned('LICENCE_RECONCLUDED', detail, 'declared');
  }
  return passed(`${listed}: declared by the publishers, allowed by the policy`, 'declared');
}

export function checkTakedown({ files, chain }: Material): Finding {
  if (!chain) {
    return unknown('NO_CHAIN', 'no chain was asked');
  }
  const status = new Map(chain.datasets.map((dataset) => [dataset.id, dataset.status]));
  const standing = 'attested';
  const disputed: string[] = [];
  for (const { id } of readDatasets(files)) {
    const found = status.get(id);
    if (found === undefined) {
      return { ...unknown('DATA_UNKNOWN', `the chain does not know ${id}`), standing };
    }
    if (found === 'withdrawn') {
      return failed('DATA_WITHDRAWN', `${id} was withdrawn after it was used`, standing);
    }
    if (found !== 'active') disputed.push(id);
  }
  if (disputed.length > 0) {
    return warned('DATA_DISPUTED', `disputed: ${disputed.join(', ')}`, standing);
  }
  return passed(`all ${status.size} datasets are active`, standing);
}

function describe(record: DatasetRecord): string {
  const { id, licenceDeclared, licenceConcluded } = record;
  return `${id} (declared ${licenceDeclared}, concluded ${licenceConcluded})`;
}
