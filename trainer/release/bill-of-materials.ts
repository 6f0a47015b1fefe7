/**
 * A release as a CycloneDX 1.7 bill of materials for machine learning: the model with its card, its files,
 * and every dataset that it descends from. What is known to be all of it is called complete; where a
 * source comes from is not.
 */
import { digestBytes, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { DatasetRecord } from '@commonweights/dao-contracts/rules/views.js';
import { WEIGHTS_FILE } from '../checkpoint/hugging-face.js';
import { datasetsOf } from '../run/parent.js';
import { leavesOf } from './json-leaves.js';
import type { Material } from './material.js';
import {
  FILES,
  readCanonical,
  readDatasets,
  readReleaseNote,
  readRunSpec,
} from './release-files.js';

/** Figures of an evaluation in the card; the file has all. */
const METRICS_MAX = 64;

export function describeBom(material: Material) {
  const { files, manifest, manifestDigest } = material;
  const note = readReleaseNote(files);
  const spec = readRunSpec(files);
  const datasets = readDatasets(files);
  const used = datasetsOf(spec);
  const weights = manifest.files.find(({ path }) => path === WEIGHTS_FILE)!;
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.7.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.7',
    serialNumber: serialOf(manifestDigest),
    version: 1,
    metadata: {
      component: {
        type: 'machine-learning-model',
        'bom-ref': manifestDigest,
        name: note.title,
        version: note.release,
        hashes: [hashOf(weights.digest)],
        licenses: [{ expression: note.licence }],
        modelCard: {
          modelParameters: {
            approach: { type: 'self-supervised' },
            task: 'text-generation',
            architectureFamily: 'llama',
            modelArchitecture: 'LlamaForCausalLM',
            datasets: used.map((id) => ({ ref: refOf(id) })),
            inputs: [{ format: 'text' }],
            outputs: [{ format: 'text' }],
          },
          quantitativeAnalysis: {
            performanceMetrics: leavesOf(readCanonical(files, FILES.evaluation))
              .slice(0, METRICS_MAX)
              .map(([type, value]) => ({ type, value })),
          },
        },
        properties: [{ name: 'commonweights:manifest', value: manifestDigest }],
      },
    },
    components: [
      ...manifest.files.map(({ path, digest, size }) => ({
        type: 'file',
        'bom-ref': `file:${path}`,
        name: path,
        hashes: [hashOf(digest)],
        properties: [{ name: 'commonweights:bytes', value: String(size) }],
      })),
      ...datasets.map(describeDataset),
    ],
    dependencies: [
      {
        ref: manifestDigest,
        dependsOn: [...manifest.files.map(({ path }) => `file:${path}`), ...used.map(refOf)],
      },
      ...datasets.map(({ id, parents }) => ({
        ref: refOf(id),
        dependsOn: [...new Set(parents.map(({ dataset }) => refOf(dataset)))],
      })),
    ],
    compositions: [
      { aggregate: 'complete', assemblies: [manifestDigest] },
      {
        aggregate: 'complete',
        dependencies: [manifestDigest, ...datasets.filter(isDerived).map(({ id }) => refOf(id))],
      },
      // What a publisher collected may have come from anywhere.
      {
        aggregate: 'unknown',
        dependencies: datasets.filter((one) => !isDerived(one)).map(({ id }) => refOf(id)),
      },
    ],
  };
}

function describeDataset(one: DatasetRecord) {
  const { id, title, version, manifest, licenceConcluded, licenceDeclared } = one;
  return {
    type: 'data',
    'bom-ref': refOf(id),
    name: id,
    version,
    description: title,
    hashes: [hashOf(manifest)],
    licenses: [{ expression: licenceConcluded, acknowledgement: 'concluded' }],
    data: [{ type: 'dataset', name: id, description: title }],
    properties: [
      { name: 'commonweights:collected', value: one.collectedAt },
      { name: 'commonweights:items', value: String(one.items) },
      { name: 'commonweights:items-root', value: String(one.itemsRoot) },
      { name: 'commonweights:licence-declared', value: licenceDeclared },
      { name: 'commonweights:source', value: one.source },
    ],
  };
}

function isDerived({ parents }: DatasetRecord): boolean {
  return parents.length > 0;
}

function refOf(dataset: string): string {
  return `dataset:${dataset}`;
}

function hashOf(digest: Digest): { alg: 'SHA-256'; content: string } {
  return { alg: 'SHA-256', content: digest.slice('sha256:'.length) };
}

/** A UUID of version 8 (RFC 9562) out of the manifest's digest: the same release, the same number. */
function serialOf(manifest: Digest): string {
  const bytes = digestBytes(manifest).slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ];
  return `urn:uuid:${parts.join('-')}`;
}
