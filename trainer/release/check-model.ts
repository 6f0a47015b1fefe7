/** Claims about the files: they are what they say, and the weights are the final state. */
import { canonicalJson } from '@commonweights/dataset-registry/digest/canonical.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import {
  CONFIG_FILE,
  describingFiles,
  readLlamaConfig,
  TOKENIZER_FILE,
  WEIGHTS_FILE,
} from '../checkpoint/hugging-face.js';
import { hasOuterMomentum } from '../exchange/recipe.js';
import type { RunSpec } from '../run/run-spec.js';
import { failed, passed } from './finding.js';
import { ReleaseFault, type FindingCode } from './finding-codes.js';
import { decidedRelease, type Material } from './material.js';
import { writeModelCard } from './model-card.js';
import {
  FILES,
  readCanonical,
  readDatasets,
  readReleaseNote,
  readRounds,
  readRunSpec,
  readStateNote,
  requireFile,
} from './release-files.js';
import type { Finding } from './verdict.js';

/** Strict weights file; small files that follow from the spec, a card from the records. */
export function checkStructure(material: Material): Finding {
  const { files, state, seen } = material;
  const spec = readRunSpec(files);
  const config = as('CONFIG_ALTERED', () => readLlamaConfig(requireFile(files, CONFIG_FILE)));
  if (canonicalJson(config) !== canonicalJson(spec.model)) {
    return failed('CONFIG_ALTERED', `${CONFIG_FILE} is not the model of the run spec`);
  }
  if (state.weights) throw state.weights;
  const derived = as('TOKENIZER_MALFORMED', () =>
    describingFiles(spec.model, requireFile(files, TOKENIZER_FILE), spec.chatTemplate),
  );
  const card = writeModelCard({
    note: readReleaseNote(files),
    spec,
    rounds: readRounds(files),
    datasets: readDatasets(files),
    evaluation: readCanonical(files, FILES.evaluation),
    root: readStateNote(files).root,
    parameters: state.parameters,
  });
  derived.push({ path: FILES.card, bytes: new TextEncoder().encode(card) });
  for (const { path, bytes } of derived) {
    if (!equal(requireFile(files, path), bytes)) {
      return failed('DESCRIPTION_ALTERED', `${path} is not what the records give`);
    }
  }
  const strange = findStrange([...seen.keys()], spec, derived);
  if (strange !== undefined) {
    return failed('FILE_UNKNOWN', `${JSON.stringify(strange)} does not belong in a release`);
  }
  return passed(
    `${state.parameters} finite float32 parameters in ${state.tensors} tensors; ` +
      'configuration and card are what the records give',
  );
}

/** The first file that no loader of this model may find. */
function findStrange(
  paths: readonly string[],
  spec: RunSpec,
  derived: readonly { path: string }[],
): string | undefined {
  const known = new Set<string>([
    ...Object.values(FILES),
    ...derived.map((file) => file.path),
    WEIGHTS_FILE,
    TOKENIZER_FILE,
  ]);
  if (!hasOuterMomentum(spec.outer)) known.delete(FILES.outerState);
  return paths.find((path) => !known.has(path));
}

/** The state root, recomputed from the weights that people run. */
export function checkWeights(material: Material): Finding {
  const { files, state } = material;
  const note = readStateNote(files);
  const root = recomputeRoot(material);
  const last = readRounds(files).findLast((record) => record.outcome === 'final');
  if (root !== last?.root) {
    return failed(
      'WEIGHTS_NOT_FINAL',
      `the weights give root ${root}, the last final round ${last?.root ?? 'none'}`,
    );
  }
  if (note.root !== root) {
    return failed('STATE_NOTE_WRONG', `${FILES.state} names ${note.root}, not ${root}`);
  }
  if (note.parameters !== state.parameters) {
    return failed('STATE_NOTE_WRONG', `${FILES.state} counts ${note.parameters} parameters`);
  }
  const voted = decidedRelease(material)?.root ?? root;
  if (voted !== root) {
    return failed('ROOT_OTHER', `the weights give root ${root}, the DAO voted for ${voted}`);
  }
  return passed(`the weights are the final state ${root}`);
}

function recomputeRoot({ files, seen, state }: Material): Digest {
  const spec = readRunSpec(files);
  const note = readStateNote(files);
  if (state.weights) throw state.weights;
  const wrong = (facts: string) => new ReleaseFault('STATE_NOTE_WRONG', `BAD_RELEASE: ${facts}`);
  if (hasOuterMomentum(spec.outer) !== (note.momentum !== null)) {
    throw wrong(`${FILES.state} does not fit the outer recipe`);
  }
  if (note.momentum === null) return seen.get(WEIGHTS_FILE)!.digest!;
  if (seen.get(FILES.outerState)?.digest !== note.momentum) {
    throw wrong(`${FILES.outerState} is not ${note.momentum}`);
  }
  if (state.momentum) throw state.momentum;
  return state.root!;
}

function as<T>(code: FindingCode, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new ReleaseFault(code, (error as Error).message);
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
