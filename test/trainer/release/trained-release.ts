/** A release with a packed dataset, some of whose documents were trained on: all that a proof needs of it. */
import { canonicalBytes, digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { ZERO_LOCAL_STATE } from '@commonweights/dao-contracts/rules/commitment.js';
import type { DatasetRecord, RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import {
  getFile,
  getManifest,
  putFiles,
} from '@commonweights/dataset-registry/store/manifest-store.js';
import { deriveDataset, storeItems } from '@commonweights/dataset-registry/transforms/derive.js';
import {
  decodePacking,
  encodeTokens,
  packedPaths,
} from '@commonweights/dataset-registry/transforms/packing.js';
import { encodeItem } from '@commonweights/dataset-registry/transforms/text-item.js';
import { FILES } from '@commonweights/trainer/release/release-files.js';
import type { RunSpec } from '@commonweights/trainer/run/run-spec.js';
import { loadTokenizer } from '@commonweights/trainer/tokenizer/tokenizer.js';
import { trainTokenizer } from '@commonweights/trainer/tokenizer/train-tokenizer.js';
import { smallRun, sparse } from './small-release.js';

const different = Array.from({ length: 30 }, (_, i) => ({
  text: `Document ${i} tells of the ${'harbour and the town '.repeat((i % 4) + 1)}in its own words.`,
  n: i,
}));
/** Two of them were packed twice. */
export const items = [...different, different[3]!, different[11]!];
export const lines = items.map(encodeItem);
export const digests = lines.map(digestOf);
const tools = { train: trainTokenizer, load: loadTokenizer };

type Claim = RoundRecord['claims'][number];

/** `hidden`: tokens at the end of the training data that no item of the packing became. */
export async function buildTrainedRelease(
  store: BlobStore,
  { hidden = [] as readonly number[] } = {},
): Promise<{ release: Digest; spec: RunSpec }> {
  const raw = await storeItems(store, items);
  const derived = await deriveDataset({
    ...{ store, tools, optOuts: [], parents: [{ id: 'speeches@1', ...raw }] },
    transform: {
      ...{ name: 'tokenise-and-pack', version: 1 },
      params: { vocabSize: 280, contextLength: 8, heldoutBps: 2_000, seed: 5 },
    },
  });
  const manifest = await getManifest(store, derived.manifest);
  const files = await Promise.all(
    manifest.files.map(async ({ path }) => {
      const bytes = await getFile(store, manifest, path);
      return {
        path,
        bytes:
          path === packedPaths.train
            ? Buffer.concat([bytes, encodeTokens(Uint16Array.from(hidden))])
            : bytes,
      };
    }),
  );
  const packed = { ...derived, manifest: (await putFiles(store, files)).digest };
  const packing = decodePacking(await getFile(store, manifest, packedPaths.packing));
  const tokenizer = await getFile(store, manifest, packedPaths.tokenizer);
  const run = smallRun(sparse);
  const spec: RunSpec = {
    ...run.spec,
    model: { ...run.spec.model, vocabSize: packing.vocabSize },
    tokenizer: digestOf(tokenizer),
    taintedShareBpsMax: 5_000,
    data: {
      ...{ dataset: 'speeches-packed@1', manifest: packed.manifest, seed: 9 },
      ...{ train: 'train.u16', heldOut: 'heldout.u16', sequences: packing.train.sequences },
    },
  };
  const record = run.datasets.find(({ id }) => id === 'speeches-packed@1')!;
  const records: DatasetRecord[] = [{ ...record, ...packed, parents: record.parents }];
  const weights = new TextEncoder().encode('the weights');
  const rounds = logOf(digestOf(weights));
  const { digest: release } = await putFiles(store, [
    { path: FILES.runSpec, bytes: canonicalBytes(spec) },
    { path: FILES.rounds, bytes: canonicalBytes(rounds) },
    { path: FILES.datasets, bytes: canonicalBytes(records) },
    {
      path: FILES.state,
      bytes: canonicalBytes({
        version: 1,
        root: digestOf(weights),
        parameters: 1,
        momentum: null,
      }),
    },
    { path: 'tokenizer.json', bytes: tokenizer },
    { path: 'model.safetensors', bytes: weights },
  ]);
  return { release, spec };
}

/** Slices of accepted updates; the second epoch begins within. */
export const accepted = new Map([
  [0, { round: 1, seat: 0, account: 'ann.near', audited: true, tainted: false }],
  [2, { round: 1, seat: 2, account: 'eve.near', audited: false, tainted: false }],
  [5, { round: 4, seat: 3, account: 'bob.near', audited: true, tainted: false }],
  // Wrong, and in the weights all the same.
  [1, { round: 4, seat: 0, account: 'ann.near', audited: false, tainted: true }],
]);

const accounts = ['ann.near', 'zoe.near', 'eve.near', 'bob.near'];

/**
 * Two rounds that stand, one that was rewound and cancelled the next, and claims that were not taken. In the
 * last one two seats took slices and did not reveal.
 */
function logOf(last: Digest): RoundRecord[] {
  const named = (words: string) => digestOf(new TextEncoder().encode(words));
  const claim = (slice: number, seat: number, more: Partial<Claim> = {}): Claim => ({
    ...{ seat, account: accounts[seat]!, slice, updateBytes: 1 },
    ...{ commitment: named('c'), update: named('u'), localIn: ZERO_LOCAL_STATE },
    ...{ localOut: named('o'), traceRoot: named('t'), included: true, verdict: 'passed' },
    ...more,
  });
  const log: RoundRecord[] = [];
  const add = (
    it: Pick<RoundRecord, 'round' | 'outcome' | 'startRoot' | 'root' | 'claims'>,
    tainted: number[] = [],
  ) => {
    const audits = it.claims.flatMap(({ seat, verdict }) =>
      verdict === 'unaudited' ? [] : [{ seat, segment: 0, auditor: (seat + 1) % 4, verdict }],
    );
    log.push({
      ...{ version: 1, run: 3, previous: log.length > 0 ? digestOfJson(log.at(-1)) : null },
      ...{ ...it, audits, tainted, witnesses: [] },
    } as RoundRecord);
  };
  const [start, middle] = [named('start'), named('middle')];
  const first = [
    claim(0, 0),
    claim(1, 1, { included: false, verdict: 'unaudited' }),
    claim(2, 2, { verdict: 'unaudited' }),
  ];
  add({ round: 1, outcome: 'final', startRoot: start, root: middle, claims: first });
  const lost = [claim(1, 0), claim(3, 1, { verdict: 'failed' })];
  add({ round: 2, outcome: 'rewound', startRoot: middle, root: named('bad'), claims: lost });
  add({ round: 3, outcome: 'aborted', startRoot: middle, root: null, claims: [] });
  const final = [claim(1, 0, { verdict: 'failed' }), claim(5, 3)];
  add({ round: 4, outcome: 'final', startRoot: middle, root: last, claims: final }, [0]);
  return log;
}
