/** What a release learned from: its datasets, how much of them it saw, and under which licences. */
import type { DatasetRecord } from '@commonweights/dao-contracts/rules/views.js';
import type { RunSpec } from '../run/run-spec.js';
import {
  count,
  declared,
  rowsMax,
  standingOf,
  type Chapter,
  type Statement,
  type Told,
} from './explanation.js';
import { readDatasets, readRounds, readRunSpec } from './release-files.js';
import type { Verdict } from './verdict.js';
import { trainedTokens } from './work-done.js';

export function explainData(material: Told, verdicts: readonly Verdict[]): Chapter[] {
  const { files, chain } = material;
  const spec = readRunSpec(files);
  const datasets = readDatasets(files);
  const lineage = standingOf(verdicts, 'lineage');
  const trained = trainedTokens(spec, readRounds(files));
  const head: Chapter = {
    title: 'What it learned from',
    statements: [
      { what: 'dataset', value: spec.data.dataset, standing: lineage },
      {
        what: 'tokens seen in training',
        value: `${count(trained)} (${epochsOf(spec, trained)})`,
        standing: standingOf(verdicts, 'rounds'),
      },
      ...datasets
        .filter(({ parents }) => parents.length === 0)
        .slice(0, rowsMax)
        .map((one) => declared('source', `${one.id}: ${one.source}`)),
    ],
  };
  return [
    head,
    ...datasets.slice(0, rowsMax).map((one) => {
      const status = chain?.datasets.find(({ id }) => id === one.id)?.status ?? null;
      return explainDataset(one, { lineage, status });
    }),
  ];
}

function explainDataset(
  one: DatasetRecord,
  it: { lineage: Statement['standing']; status: string | null },
): Chapter {
  const attested = (what: string, value: string) => ({ what, value, standing: it.lineage });
  return {
    title: `Data: ${one.id}`,
    statements: [
      declared('title', one.title),
      attested('size', `${count(one.items)} items, ${count(one.bytes)} bytes`),
      attested('files', one.manifest),
      ...one.parents.map(({ dataset, transform }) =>
        attested(`derived from ${dataset}`, `by transform ${transform}`),
      ),
      declared('source', one.source),
      declared('collected', one.collectedAt),
      declared('licence of the source', one.licenceDeclared),
      attested('licence concluded', one.licenceConcluded),
      ...one.contributors
        .slice(0, rowsMax)
        .map(({ account, weightBps }) =>
          attested(`share of ${account}`, `${(weightBps / 100).toFixed(2)} %`),
        ),
      ...(it.status === null
        ? []
        : [{ what: 'status', value: it.status, standing: 'attested' as const }]),
    ],
  };
}

function epochsOf(spec: RunSpec, tokens: number): string {
  const epochs = tokens / (spec.data.sequences * spec.model.contextLength);
  return `${epochs.toFixed(epochs < 10 ? 2 : 0)} × its training part`;
}
