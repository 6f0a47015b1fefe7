/**
 * Runs of element-wise operations a tile at a time, so that what one hands to the next never leaves
 * the processor's nearest cache: AdamW alone is twelve passes over every weight. Each element is
 * computed by the same operations as without it, so no bit depends on it.
 */
import { countOf, type PartOfNode, type PlannedNode } from './planned-node.js';

export interface Step {
  readonly planned: PlannedNode;
  readonly inputs: readonly number[];
  readonly results: readonly number[];
  /** Places that nobody needs after this step. */
  free: readonly number[];
  /** The place that the first result is written over. */
  over?: number;
}

/** 8 KB: a few of them fit any processor's first cache. */
const tileElements = 2048;

interface Part {
  readonly part: PartOfNode;
  readonly inputs: readonly Operand[];
  readonly result: Operand;
}

/** A tile's own room, or a place outside that is walked along, or one number there. */
type Operand = { readonly tile: number } | { readonly outside: number; readonly walked: boolean };

/** `kept` are places that are needed at the end. */
export function fuse(steps: readonly Step[], kept: ReadonlySet<number>): Step[] {
  const uses = new Map<number, number>();
  for (const { inputs } of steps) {
    for (const place of inputs) uses.set(place, (uses.get(place) ?? 0) + 1);
  }
  const fused: Step[] = [];
  let run: Step[] = [];
  const flush = (): void => {
    fused.push(...(run.length > 1 ? [fuseRun(run, uses, kept)] : run));
    run = [];
  };
  for (const step of steps) {
    if (!step.planned.part || elementsOf(step) < tileElements) {
      flush();
      fused.push(step);
      continue;
    }
    if (run.length > 0 && (elementsOf(run[0]!) !== elementsOf(step) || mixes(run, step))) flush();
    run.push(step);
  }
  flush();
  return fused;
}

/** A number that the run itself computes cannot be had before its tiles are. */
function mixes(run: readonly Step[], { planned, inputs }: Step): boolean {
  const made = new Set(run.flatMap(({ results }) => results));
  return inputs.some((place, i) => !planned.part!.walked[i] && made.has(place));
}

function elementsOf({ planned }: Step): number {
  return countOf(planned.results[0]!.shape);
}

function fuseRun(
  run: readonly Step[],
  uses: ReadonlyMap<number, number>,
  kept: ReadonlySet<number>,
): Step {
  const left = new Map<number, number>();
  for (const { inputs } of run) {
    for (const place of inputs) left.set(place, (left.get(place) ?? 0) + 1);
  }
  const made = new Set(run.map(({ results }) => results[0]!));
  const isInner = (place: number): boolean =>
    made.has(place) && !kept.has(place) && left.get(place) === uses.get(place);
  const outside: number[] = [];
  const outsideOf = (place: number): number => {
    const at = outside.indexOf(place);
    return at >= 0 ? at : outside.push(place) - 1;
  };
  const tiles = new Map<number, number>();
  const freeTiles: number[] = [];
  let tileCount = 0;
  const results = run.map((step) => step.results[0]!).filter((place) => !isInner(place));
  const inputs = [
    ...new Set(run.flatMap((step) => step.inputs).filter((place) => !made.has(place))),
  ];
  for (const place of [...inputs, ...results]) outsideOf(place);
  const parts = run.map((step): Part => {
    const part = step.planned.part!;
    const operands = step.inputs.map((place, i): Operand => {
      const tile = tiles.get(place);
      return tile === undefined ? { outside: outsideOf(place), walked: part.walked[i]! } : { tile };
    });
    // A tile whose last reader this is may be written over by its result.
    for (const place of step.inputs) {
      left.set(place, left.get(place)! - 1);
      const tile = tiles.get(place);
      if (tile !== undefined && left.get(place) === 0) freeTiles.push(tile);
    }
    const [place] = step.results as [number];
    if (results.includes(place)) {
      return { part, inputs: operands, result: { outside: outsideOf(place), walked: true } };
    }
    const tile = freeTiles.pop() ?? tileCount++;
    tiles.set(place, tile);
    return { part, inputs: operands, result: { tile } };
  });
  const count = elementsOf(run[0]!);
  return {
    planned: {
      results: run
        .filter((step) => results.includes(step.results[0]!))
        .map(({ planned }) => planned.results[0]!),
      scratchBytes: 4 * tileElements * tileCount,
      run(call, from, to, scratch) {
        const addresses = [...from, ...to];
        for (let at = 0; at < count; at += tileElements) {
          const some = Math.min(tileElements, count - at);
          const addressOf = (operand: Operand): number => {
            if ('tile' in operand) return scratch + 4 * tileElements * operand.tile;
            return addresses[operand.outside]! + (operand.walked ? 4 * at : 0);
          };
          for (const { part, inputs: operands, result } of parts) {
            part.run(call, operands.map(addressOf), addressOf(result), some);
          }
        }
      },
    },
    inputs,
    results,
    free: [],
  };
}
