/**
 * From the vote that funded the run to the data: spec, program, fingerprint and tokenizer are those
 * of the run's terms, the initial weights follow from the spec's seed or are those of its parent, and
 * every dataset that the run and its parents descend from is on record.
 */
import { canonicalJson } from '@commonweights/dataset-registry/digest/canonical.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { DatasetRecord } from '@commonweights/dao-contracts/rules/views.js';
import { TOKENIZER_FILE } from '../checkpoint/hugging-face.js';
import { hasOuterMomentum } from '../exchange/recipe.js';
import { parametersMax } from '../program/limits.js';
import { seededRootOf } from '../run/seeded-root.js';
import { datasetsOf } from '../run/parent.js';
import type { RunSpec } from '../run/run-spec.js';
import {
  FILES,
  readDatasets,
  readRounds,
  readRunSpec,
  recordOf,
  requireSeen,
} from './release-files.js';
import { failed, passed, unknown } from './finding.js';
import type { FindingCode } from './finding-codes.js';
import { decidedRelease, type Material } from './material.js';
import type { Finding } from './verdict.js';

export function checkLineage(material: Material): Finding {
  const { files, seen, state, chain } = material;
  const spec = readRunSpec(files);
  // Drawing weights takes time by their number, which a spec may only name with the weights to show.
  if (state.weights && state.parameters > parametersMax) throw state.weights;
  const digest = (path: string) => requireSeen(seen, path);
  const found = {
    spec: digest(FILES.runSpec),
    program: digest(FILES.program),
    fingerprint: digest(FILES.fingerprint),
    tokenizer: digest(TOKENIZER_FILE),
  };
  for (const name of ['program', 'fingerprint', 'tokenizer'] as const) {
    if (found[name] === spec[name]) continue;
    return failed('ARTEFACT_OTHER', `the ${name} is not the one of the run spec`);
  }
  const startRoot = readRounds(files)[0]?.startRoot ?? null;
  const start = startOf(spec);
  if (startRoot === null || (start.root !== null && startRoot !== start.root)) {
    return failed('START_OTHER', `the first round did not start from ${start.name}`);
  }
  const records = readDatasets(files);
  const problem = findDatasetProblem(records, spec);
  if (problem) return failed(...problem);
  const count = `${records.length} datasets, program, tokenizer and ${start.name} on record`;
  const decided = decidedRelease(material);
  if (decided && decided.spec !== found.spec) {
    return failed(
      'TERMS_OTHER',
      'the run spec is not the one that the run had when it was voted on',
    );
  }
  if (!chain?.run) {
    const detail = `${count}; no chain says which spec was voted on`;
    return unknown('NO_CHAIN', detail);
  }
  const { run } = chain;
  for (const name of ['program', 'fingerprint', 'tokenizer'] as const) {
    if (run[name] === found[name]) continue;
    return failed('TERMS_OTHER', `the ${name} is not the one that was voted on`);
  }
  if (run.initialRoot !== startRoot) {
    return failed('TERMS_OTHER', 'the vote names another initial state');
  }
  const unnamed = datasetsOf(spec).find((id) => !run.datasets.includes(id));
  if (unnamed !== undefined) return failed('TERMS_OTHER', `the vote does not name ${unnamed}`);
  for (const record of records) {
    const view = chain.datasets.find((one) => one.id === record.id);
    if (!view || canonicalJson(recordOf(view)) !== canonicalJson(record)) {
      return failed('RECORD_OTHER', `the record of ${record.id} is not the one on chain`);
    }
  }
  if (start.root !== null) {
    return passed(`${count}, as voted`);
  }
  // The initial state adds a momentum of zeros to the parent's weights, which are not in this folder.
  const detail = `${count}, as voted; "commonweights replay" computes the start from the parent`;
  return passed(detail, 'attested');
}

/** What a run starts from, in words, and its root; null: it takes the parent's weights to tell. */
function startOf(spec: RunSpec): { name: string; root: Digest | null } {
  const { parent } = spec;
  if (!parent) return { name: 'initial weights', root: seededRootOf(spec) };
  const name = parent.release ? `release ${parent.release}` : `checkpoint ${parent.weights}`;
  return { name, root: hasOuterMomentum(spec.outer) ? null : parent.weights };
}

/** The named dataset and every ancestor is there, nothing else is, and none is its own. */
function findDatasetProblem(
  records: readonly DatasetRecord[],
  spec: RunSpec,
): [FindingCode, string] | null {
  const byId = new Map(records.map((record) => [record.id, record]));
  if (byId.size !== records.length) return ['LINEAGE_STRAY', 'a dataset is on record twice'];
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (id: string): [FindingCode, string] | null => {
    if (done.has(id)) return null;
    if (open.has(id)) return ['LINEAGE_CIRCULAR', `${id} descends from itself`];
    const record = byId.get(id);
    if (!record) return ['LINEAGE_INCOMPLETE', `${id} is not on record`];
    open.add(id);
    for (const parent of record.parents) {
      const problem = visit(parent.dataset);
      if (problem) return problem;
    }
    open.delete(id);
    done.add(id);
    return null;
  };
  for (const id of datasetsOf(spec)) {
    const problem = visit(id);
    if (problem) return problem;
  }
  if (byId.get(spec.data.dataset)!.manifest !== spec.data.manifest) {
    return ['DATA_OTHER', `${spec.data.dataset} is not the data of the run spec`];
  }
  const stray = records.find((record) => !done.has(record.id));
  return stray ? ['LINEAGE_STRAY', `${stray.id} has nothing to do with the run`] : null;
}
