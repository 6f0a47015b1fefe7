/** Claims about the files: they are what they say, and the weights are the final state. */
import { canonicalJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import {
  CONFIG_FILE,
  describingFiles,
  readHuggingFace,
  TOKENIZER_FILE,
  WEIGHTS_FILE,
} from '../checkpoint/hugging-face.js';
import { decodeMomentum, decodeParams, encodeState } from '../checkpoint/state.js';
import { hasOuterMomentum } from '../exchange/recipe.js';
import { llamaLayout } from '../program/llama.js';
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
  type FileMap,
} from './release-files.js';
import type { Finding, Material } from './material.js';

/** Strict weights file; small files that follow from the spec, a card from the records. */
export function checkStructure({ files }: Material): Finding {
  const spec = readRunSpec(files);
  const model = readHuggingFace(files);
  if (canonicalJson(model.config) !== canonicalJson(spec.model)) {
    return failed(`${CONFIG_FILE} is not the model of the run spec`);
  }
  const params = decodeParams(requireFile(files, WEIGHTS_FILE), model.layout);
  const derived = describingFiles(spec.model, requireFile(files, TOKENIZER_FILE));
  const card = writeModelCard({
    note: readReleaseNote(files),
    spec,
    rounds: readRounds(files),
    datasets: readDatasets(files),
    evaluation: readCanonical(files, FILES.evaluation),
    root: readStateNote(files).root,
    parameters: params.length,
  });
  derived.push({ path: FILES.card, bytes: new TextEncoder().encode(card) });
  for (const { path, bytes } of derived) {
    if (!equal(requireFile(files, path), bytes)) {
      return failed(`${path} is not what the records give`);
    }
  }
  const known = new Set<string>([
    ...Object.values(FILES),
    ...derived.map((file) => file.path),
    WEIGHTS_FILE,
    TOKENIZER_FILE,
  ]);
  if (!hasOuterMomentum(spec.outer)) known.delete(FILES.outerState);
  const strange = [...files.keys()].find((path) => !known.has(path));
  if (strange) return failed(`${JSON.stringify(strange)} does not belong in a release`);
  return passed(
    `${params.length} finite float32 parameters in ${model.layout.slots.length} tensors; ` +
      'configuration and card are what the records give',
  );
}

/** The state root, recomputed from the weights that people run. */
export function checkWeights({ files, chain }: Material): Finding {
  const spec = readRunSpec(files);
  const note = readStateNote(files);
  const root = recomputeRoot(files);
  const last = readRounds(files).findLast((record) => record.outcome === 'final');
  if (root !== last?.root) {
    return failed(`the weights give root ${root}, the last final round ${last?.root ?? 'none'}`);
  }
  if (note.root !== root) return failed(`${FILES.state} names ${note.root}, not ${root}`);
  if (note.parameters !== llamaLayout(spec.model).length) {
    return failed(`${FILES.state} counts ${note.parameters} parameters`);
  }
  if (chain?.release && chain.release.root !== root) {
    return failed(`the weights give root ${root}, the DAO voted for ${chain.release.root}`);
  }
  return passed(`the weights are the final state ${root}`);
}

function recomputeRoot(files: FileMap) {
  const spec = readRunSpec(files);
  const layout = llamaLayout(spec.model);
  const params = decodeParams(requireFile(files, WEIGHTS_FILE), layout);
  const note = readStateNote(files);
  if (hasOuterMomentum(spec.outer) !== (note.momentum !== null)) {
    throw new Error(`BAD_RELEASE: ${FILES.state} does not fit the outer recipe`);
  }
  if (note.momentum === null) return digestOf(encodeState({ params, momentum: null }, layout));
  const bytes = requireFile(files, FILES.outerState);
  if (digestOf(bytes) !== note.momentum) {
    throw new Error(`BAD_RELEASE: ${FILES.outerState} is not ${note.momentum}`);
  }
  return digestOf(encodeState({ params, momentum: decodeMomentum(bytes, layout) }, layout));
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function passed(detail: string): Finding {
  return { status: 'pass', standing: 'proven', detail };
}

function failed(detail: string): Finding {
  return { status: 'fail', standing: 'proven', detail };
}
