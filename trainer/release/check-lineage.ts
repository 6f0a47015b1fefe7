/**
 * From the vote that funded the run to the data: spec, program, fingerprint and tokenizer are those
 * of the run's terms, the initial weights follow from the spec's seed or are those of its parent, and
 * every dataset that the run and its parents descend from is on record.
 */
import { canonicalJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { DatasetRecord } from '@commonweights/dao-contracts/rules/views.js';
import { TOKENIZER_FILE } from '../checkpoint/hugging-face.js';
import { hasOuterMomentum } from '../exchange/recipe.js';
import { llamaLayout } from '../program/llama.js';
import { initialRootOf } from '../run/initial-state.js';
import { datasetsOf } from '../run/parent.js';
import type { RunSpec } from '../run/run-spec.js';
import {
  FILES,
  readDatasets,
  readRounds,
  readRunSpec,
  recordOf,
  requireFile,
} from './release-files.js';
import type { Finding, Material } from './material.js';

export function checkLineage({ files, chain }: Material): Finding {
  const spec = readRunSpec(files);
  const digest = (path: string) => digestOf(requireFile(files, path));
  const found = {
    spec: digest(FILES.runSpec),
    program: digest(FILES.program),
    fingerprint: digest(FILES.fingerprint),
    tokenizer: digest(TOKENIZER_FILE),
  };
  for (const name of ['program', 'fingerprint', 'tokenizer'] as const) {
    if (found[name] !== spec[name]) return failed(`the ${name} is not the one of the run spec`);
  }
  const startRoot = readRounds(files)[0]?.startRoot ?? null;
  const start = startOf(spec);
  if (startRoot === null || (start.root !== null && startRoot !== start.root)) {
    return failed(`the first round did not start from ${start.name}`);
  }
  const records = readDatasets(files);
  const problem = findDatasetProblem(records, spec);
  if (problem) return failed(problem);
  const count = `${records.length} datasets, program, tokenizer and ${start.name} on record`;
  if (!chain?.run) {
    const detail = `${count}; no chain says which spec was voted on`;
    return { status: 'unknown', standing: 'declared', detail };
  }
  const { run } = chain;
  for (const name of ['spec', 'program', 'fingerprint', 'tokenizer'] as const) {
    if (run[name] !== found[name]) return failed(`the ${name} is not the one that was voted on`);
  }
  if (run.initialRoot !== startRoot) return failed('the vote names another initial state');
  const unnamed = datasetsOf(spec).find((id) => !run.datasets.includes(id));
  if (unnamed !== undefined) return failed(`the vote does not name ${unnamed}`);
  for (const record of records) {
    const view = chain.datasets.find((one) => one.id === record.id);
    if (!view || canonicalJson(recordOf(view)) !== canonicalJson(record)) {
      return failed(`the record of ${record.id} is not the one on chain`);
    }
  }
  if (start.root !== null) {
    return { status: 'pass', standing: 'proven', detail: `${count}, as voted` };
  }
  // The initial state adds a momentum of zeros to the parent's weights, which are not in this folder.
  const detail = `${count}, as voted; "commonweights replay" computes the start from the parent`;
  return { status: 'pass', standing: 'attested', detail };
}

/** What a run starts from, in words, and its root; null: it takes the parent's weights to tell. */
function startOf(spec: RunSpec): { name: string; root: Digest | null } {
  const { parent } = spec;
  if (!parent) {
    const program = { model: spec.model, layout: llamaLayout(spec.model) };
    return { name: 'initial weights', root: initialRootOf(spec, program) };
  }
  const name = parent.release ? `release ${parent.release}` : `checkpoint ${parent.weights}`;
  return { name, root: hasOuterMomentum(spec.outer) ? null : parent.weights };
}

/** The named dataset and every ancestor is there, nothing else is, and none is its own. */
function findDatasetProblem(records: readonly DatasetRecord[], spec: RunSpec): string | null {
  const byId = new Map(records.map((record) => [record.id, record]));
  if (byId.size !== records.length) return 'a dataset is on record twice';
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (id: string): string | null => {
    if (done.has(id)) return null;
    if (open.has(id)) return `${id} descends from itself`;
    const record = byId.get(id);
    if (!record) return `${id} is not on record`;
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
    return `${spec.data.dataset} is not the data of the run spec`;
  }
  const stray = records.find((record) => !done.has(record.id));
  return stray ? `${stray.id} has nothing to do with the run` : null;
}

function failed(detail: string): Finding {
  return { status: 'fail', standing: 'proven', detail };
}
