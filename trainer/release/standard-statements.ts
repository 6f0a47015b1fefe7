/**
 * The facts of a release in the words of other people's tools: an in-toto statement with SLSA provenance,
 * the evaluation as a test result, a CycloneDX bill of materials. All follows from the release's files
 * and what the chain says of it, without times or names of machines, so that whoever writes them again
 * writes the same bytes. They lie outside of the release: they speak about its manifest.
 */
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { NamedFile } from '@commonweights/dataset-registry/store/manifest-store.js';
import { CONFIG_FILE, TOKENIZER_FILE, WEIGHTS_FILE } from '../checkpoint/hugging-face.js';
import { datasetsOf } from '../run/parent.js';
import { describeBom } from './bill-of-materials.js';
import type { Material } from './material.js';
import {
  FILES,
  MANIFEST_FILE,
  readCanonical,
  readDatasets,
  readRunSpec,
  readStateNote,
} from './release-files.js';
import type { ReleaseFacts } from './release-facts.js';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PROVENANCE_TYPE = 'https://slsa.dev/provenance/v1';
export const TEST_RESULT_TYPE = 'https://in-toto.io/attestation/test-result/v0.1';
/** Documented in docs/protocol/releases.md, under this name. */
export const BUILD_TYPE = 'urn:commonweights:training-run:v1';

export const STANDARD_FILES = {
  provenance: 'provenance.intoto.json',
  evaluation: 'evaluation.intoto.json',
  bom: 'bom.cdx.json',
} as const;

/** Of a release that verified; `chain` with its vote. Error: `NOT_VOTED`. */
export function writeStandards(material: Material): NamedFile[] {
  const { chain } = material;
  if (!chain?.release || !chain.run) {
    throw new Error(
      'NOT_VOTED: provenance names the vote and the run, and no chain says which; ask a node, or give ' +
        'evidence that was kept from one',
    );
  }
  const facts = { ...chain, release: chain.release, run: chain.run };
  return [
    { path: STANDARD_FILES.provenance, bytes: canonicalBytes(describeProvenance(material, facts)) },
    { path: STANDARD_FILES.evaluation, bytes: canonicalBytes(describeEvaluation(material)) },
    { path: STANDARD_FILES.bom, bytes: canonicalBytes(describeBom(material)) },
  ];
}

type VotedFacts = ReleaseFacts & {
  readonly release: NonNullable<ReleaseFacts['release']>;
  readonly run: NonNullable<ReleaseFacts['run']>;
};

/** `ResourceDescriptor` of in-toto. */
interface Resource {
  readonly name: string;
  readonly digest: { readonly sha256: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** SLSA provenance v1, of level 1: it exists, and says how it was made. */
export function describeProvenance(material: Material, facts: VotedFacts) {
  const { files, manifest, manifestDigest } = material;
  const spec = readRunSpec(files);
  const { run, release } = facts;
  const dao = `urn:commonweights:dao:${facts.network}:${facts.contract}`;
  const named = new Map(manifest.files.map(({ path, digest }) => [path, digest]));
  const used = new Set(datasetsOf(spec));
  const dependencies = [
    ...readDatasets(files).map((one) => ({
      ...resource(`dataset:${one.id}`, one.manifest),
      annotations: {
        licenceConcluded: one.licenceConcluded,
        licenceDeclared: one.licenceDeclared,
        role: used.has(one.id) ? 'trained on' : 'ancestor',
        source: one.source,
      },
    })),
    ...(spec.parent ? [resource('parent:weights', spec.parent.weights)] : []),
    ...(spec.parent?.release ? [resource('parent:release', spec.parent.release)] : []),
    resource('tokenizer', spec.tokenizer),
  ];
  return {
    _type: STATEMENT_TYPE,
    subject: [
      resource(MANIFEST_FILE, manifestDigest),
      ...manifest.files.map(({ path, digest }) => resource(path, digest)),
    ],
    predicateType: PROVENANCE_TYPE,
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: {
          contract: facts.contract,
          network: facts.network,
          run: run.id,
          runSpec: release.spec,
        },
        internalParameters: {
          fingerprint: spec.fingerprint,
          initialRoot: run.initialRoot,
          program: spec.program,
        },
        resolvedDependencies: dependencies,
      },
      runDetails: {
        builder: { id: dao },
        metadata: { invocationId: `${dao}:run:${run.id}:round:${release.round}` },
        byproducts: [
          resource(FILES.rounds, named.get(FILES.rounds)!),
          resource('log-head', release.logHead),
          resource('state-root', readStateNote(files).root),
        ],
      },
    },
  };
}

/**
 * The evaluation that was voted on. A test passes where the held-out loss is lower than what it is
 * compared with; what an evaluation does not say is no test, and one without tests is a warning.
 */
export function describeEvaluation({ files, manifest }: Material) {
  const named = new Map(manifest.files.map(({ path, digest }) => [path, digest]));
  const evaluation = readCanonical(files, FILES.evaluation) as Record<string, unknown>;
  const { heldOutLoss } = evaluation;
  const tests = [
    ['held-out loss below that of the initial weights', evaluation.initialLoss],
    ['held-out loss below the unigram entropy', evaluation.unigramEntropy],
  ] as const;
  const known = tests.filter(([, bound]) => isNumber(heldOutLoss) && isNumber(bound));
  const passed = known.filter(([, bound]) => (heldOutLoss as number) < (bound as number));
  const failed = known.filter((one) => !passed.includes(one));
  const result = failed.length > 0 ? 'FAILED' : passed.length > 0 ? 'PASSED' : 'WARNED';
  return {
    _type: STATEMENT_TYPE,
    subject: [WEIGHTS_FILE, CONFIG_FILE, TOKENIZER_FILE].map((path) =>
      resource(path, named.get(path)!),
    ),
    predicateType: TEST_RESULT_TYPE,
    predicate: {
      result,
      configuration: [FILES.evaluation, FILES.runSpec].map((path) =>
        resource(path, named.get(path)!),
      ),
      passedTests: passed.map(([name]) => name),
      warnedTests: known.length === 0 ? ['nothing that can be compared was recorded'] : [],
      failedTests: failed.map(([name]) => name),
    },
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function resource(name: string, digest: Digest): Resource {
  return { name, digest: { sha256: digest.slice('sha256:'.length) } };
}
