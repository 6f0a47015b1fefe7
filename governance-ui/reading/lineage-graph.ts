/**
 * Datasets, runs and releases as one directed graph, laid out in rows: what something is made of
 * stands above it. Whatever a stranger registered, the layout ends: cycles cannot be followed for
 * ever and a picture has a largest size.
 */
import type {
  DatasetView,
  ReleaseView,
  RunView,
} from '@commonweights/dao-contracts/client/views.js';

export type LineageNode =
  | { readonly key: string; readonly kind: 'dataset'; readonly dataset: DatasetView }
  | { readonly key: string; readonly kind: 'unknown'; readonly id: string }
  | { readonly key: string; readonly kind: 'run'; readonly run: RunView }
  | { readonly key: string; readonly kind: 'release'; readonly release: ReleaseView };

export interface LineageEdge {
  readonly from: string;
  readonly to: string;
  /** What was done on the way: a transform's digest, or words. */
  readonly label: string;
}

export interface LineageGraph {
  /** Rows from the sources down; no edge goes up. */
  readonly rows: readonly (readonly LineageNode[])[];
  readonly edges: readonly LineageEdge[];
  /** Nodes that did not fit. */
  readonly left: number;
}

export const nodesShownMax = 60;

export function layOutLineage(it: {
  readonly datasets: readonly DatasetView[];
  readonly runs: readonly RunView[];
  readonly releases: readonly ReleaseView[];
}): LineageGraph {
  const nodes = new Map<string, LineageNode>();
  const edges: LineageEdge[] = [];
  const add = (node: LineageNode) => void (nodes.has(node.key) || nodes.set(node.key, node));
  for (const dataset of it.datasets) add({ key: keyOf(dataset.id), kind: 'dataset', dataset });
  const addEdge = (edge: LineageEdge, id: string) => {
    add({ key: edge.from, kind: 'unknown', id });
    edges.push(edge);
  };
  for (const { id, parents } of it.datasets) {
    for (const parent of parents) {
      const from = keyOf(parent.dataset);
      addEdge({ from, to: keyOf(id), label: parent.transform }, parent.dataset);
    }
  }
  for (const run of it.runs) {
    add({ key: `run ${run.id}`, kind: 'run', run });
    for (const id of run.terms.datasets) {
      addEdge({ from: keyOf(id), to: `run ${run.id}`, label: 'trained on' }, id);
    }
  }
  for (const release of it.releases) {
    add({ key: `release ${release.id}`, kind: 'release', release });
    const from = `run ${release.run}`;
    if (nodes.has(from)) edges.push({ from, to: `release ${release.id}`, label: 'voted for' });
  }
  return arrange(nodes, edges);
}

/** Each node one row below the lowest of what it is made of. */
function arrange(nodes: Map<string, LineageNode>, edges: readonly LineageEdge[]): LineageGraph {
  const depth = new Map([...nodes.keys()].map((key) => [key, 0]));
  // In a graph without cycles this settles within as many passes as there are nodes.
  for (let pass = 0; pass < Math.min(nodes.size, nodesShownMax); pass++) {
    let moved = false;
    for (const { from, to } of edges) {
      const below = depth.get(from)! + 1;
      if (depth.get(to)! >= below || below >= nodesShownMax) continue;
      depth.set(to, below);
      moved = true;
    }
    if (!moved) break;
  }
  const ordered = [...nodes.values()].sort((a, b) => depth.get(a.key)! - depth.get(b.key)!);
  const shown = ordered.slice(-nodesShownMax);
  const keys = new Set(shown.map(({ key }) => key));
  const rows = new Map<number, LineageNode[]>();
  for (const node of shown) {
    const row = depth.get(node.key)!;
    rows.set(row, [...(rows.get(row) ?? []), node]);
  }
  return {
    rows: [...rows.entries()].sort(([a], [b]) => a - b).map(([, row]) => row),
    edges: edges.filter(({ from, to }) => keys.has(from) && keys.has(to)),
    left: ordered.length - shown.length,
  };
}

function keyOf(dataset: string): string {
  return `dataset ${dataset}`;
}
