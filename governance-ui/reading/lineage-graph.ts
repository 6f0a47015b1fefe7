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
  const chosen = choose(nodes, edges);
  const shown = new Map([...nodes].filter(([key]) => chosen.has(key)));
  return {
    rows: arrange(shown, edges),
    edges: between(shown, edges),
    left: nodes.size - shown.size,
  };
}

/**
 * What is drawn when not all of it fits: releases and what they are made of, then runs and what they
 * train on, then data that the DAO vouched for, then the rest; the newest first. Anybody can register
 * datasets, so a flood of them must only ever push out each other.
 */
function choose(
  nodes: ReadonlyMap<string, LineageNode>,
  edges: readonly LineageEdge[],
): Set<string> {
  const parents = new Map<string, string[]>();
  for (const { from, to } of edges) parents.set(to, [...(parents.get(to) ?? []), from]);
  const chosen = new Set<string>();
  // Stable, and lists come in the order of their making: the newest of each importance first.
  const roots = [...nodes.values()].reverse().sort((a, b) => importanceOf(b) - importanceOf(a));
  for (const root of roots) {
    const family = new Set([root.key]);
    for (const key of family) {
      if (chosen.size >= nodesShownMax) return chosen;
      chosen.add(key);
      for (const parent of parents.get(key) ?? []) family.add(parent);
    }
  }
  return chosen;
}

function importanceOf(node: LineageNode): number {
  switch (node.kind) {
    case 'release':
      return 3;
    case 'run':
      return 2;
    case 'dataset':
      return node.dataset.approved || node.dataset.bounty !== null ? 1 : 0;
    case 'unknown':
      return 0;
  }
}

/** Each node one row below the lowest of what it is made of. */
function arrange(
  shown: ReadonlyMap<string, LineageNode>,
  all: readonly LineageEdge[],
): LineageNode[][] {
  const edges = between(shown, all);
  const depth = new Map([...shown.keys()].map((key) => [key, 0]));
  // In a graph without cycles this settles within as many passes as there are nodes.
  for (let pass = 0; pass < shown.size; pass++) {
    let moved = false;
    for (const { from, to } of edges) {
      const below = depth.get(from)! + 1;
      if (depth.get(to)! >= below || below >= nodesShownMax) continue;
      depth.set(to, below);
      moved = true;
    }
    if (!moved) break;
  }
  const rows = new Map<number, LineageNode[]>();
  for (const node of shown.values()) {
    const row = depth.get(node.key)!;
    rows.set(row, [...(rows.get(row) ?? []), node]);
  }
  return [...rows.entries()].sort(([a], [b]) => a - b).map(([, row]) => row);
}

function between(
  shown: ReadonlyMap<string, LineageNode>,
  edges: readonly LineageEdge[],
): LineageEdge[] {
  return edges.filter(({ from, to }) => shown.has(from) && shown.has(to));
}

function keyOf(dataset: string): string {
  return `dataset ${dataset}`;
}
