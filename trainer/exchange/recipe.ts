/**
 * The outer recipe: what workers exchange once per round and how the shared model follows from it.
 * It is part of the run spec, so it is decoded here once, with bounds, and trusted afterwards.
 *
 * `sparseloco` keeps what a worker did not send in its error feedback and has no outer momentum;
 * `diloco` sends everything and runs Nesterov momentum over the mean. Distributed data parallel
 * (one gradient exchange per inner step) is a baseline of the benches and not a recipe here.
 */
import { decodeAggregationRule, type AggregationRule } from './aggregation-rule.js';
import { CHUNK_MAX } from './limits.js';

export interface SparseLoCoRecipe {
  readonly kind: 'sparseloco';
  /** Elements sent of every chunk, at most `chunk`. */
  readonly k: number;
  /** Elements of a chunk of the flat vector. */
  readonly chunk: number;
  /** Share of the unsent remainder that survives a round, in [0, 1]. */
  readonly feedbackDecay: number;
  /** Outer step: 1 applies the mean pseudo-gradient as it is. */
  readonly learningRate: number;
  /** How updates become one; left out: `defaultRule`. */
  readonly aggregation?: AggregationRule;
}

export interface DiLoCoRecipe {
  readonly kind: 'diloco';
  readonly codec: 'fp32' | 'int8';
  readonly learningRate: number;
  /** Nesterov momentum in [0, 1). */
  readonly momentum: number;
  /** How updates become one; left out: `defaultRule`. */
  readonly aggregation?: AggregationRule;
}

export type OuterRecipe = SparseLoCoRecipe | DiLoCoRecipe;

/** Whether workers carry error feedback from round to round (part of their local state). */
export function hasErrorFeedback(recipe: OuterRecipe): boolean {
  return recipe.kind === 'sparseloco';
}

/** Whether the shared state holds an outer momentum beside the parameters. */
export function hasOuterMomentum(recipe: OuterRecipe): boolean {
  return recipe.kind === 'diloco';
}

/** Parses a recipe from JSON. Error: `BAD_RECIPE`. */
export function decodeOuterRecipe(value: unknown): OuterRecipe {
  if (typeof value !== 'object' || value === null) throw bad('it is not an object');
  const fields = value as Record<string, unknown>;
  switch (fields.kind) {
    case 'sparseloco': {
      only(fields, ['kind', 'k', 'chunk', 'feedbackDecay', 'learningRate', 'aggregation']);
      const chunk = integer(fields, 'chunk', CHUNK_MAX);
      const k = integer(fields, 'k', chunk);
      const feedbackDecay = between(fields, 'feedbackDecay', { low: 0, high: 1 });
      const learningRate = rate(fields);
      return { kind: 'sparseloco', k, chunk, feedbackDecay, learningRate, ...aggregation(fields) };
    }
    case 'diloco': {
      only(fields, ['kind', 'codec', 'learningRate', 'momentum', 'aggregation']);
      const codec = fields.codec;
      if (codec !== 'fp32' && codec !== 'int8') throw bad('"codec" is neither "fp32" nor "int8"');
      const momentum = between(fields, 'momentum', { low: 0, high: 1 });
      if (momentum === 1) throw bad('"momentum" of 1 never forgets; choose less than 1');
      return {
        kind: 'diloco',
        codec,
        learningRate: rate(fields),
        momentum,
        ...aggregation(fields),
      };
    }
    default:
      throw bad(`"kind" is ${JSON.stringify(fields.kind)}; known are "sparseloco" and "diloco"`);
  }
}

/** Specs without the field are older than it, or content with the default: their bytes stay as they are. */
function aggregation(fields: Record<string, unknown>): { aggregation?: AggregationRule } {
  if (fields.aggregation === undefined) return {};
  const rule = decodeAggregationRule(fields.aggregation, bad);
  if (rule.kind === 'trimmed-mean' && fields.kind === 'sparseloco') {
    throw bad('a trimmed mean leaves out nearly all that sparse updates send; choose another rule');
  }
  return { aggregation: rule };
}

function only(fields: Record<string, unknown>, names: readonly string[]): void {
  for (const name of Object.keys(fields)) {
    if (!names.includes(name)) throw bad(`"${name}" is no field of "${String(fields.kind)}"`);
  }
}

function integer(fields: Record<string, unknown>, name: string, max: number): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max) {
    return value;
  }
  throw bad(`"${name}" is ${JSON.stringify(value)}; give an integer from 1 to ${max}`);
}

function between(
  fields: Record<string, unknown>,
  name: string,
  { low, high }: { low: number; high: number },
): number {
  const value = fields[name];
  if (typeof value === 'number' && value >= low && value <= high) return value;
  throw bad(`"${name}" is ${JSON.stringify(value)}; give a number from ${low} to ${high}`);
}

function rate(fields: Record<string, unknown>): number {
  const value = between(fields, 'learningRate', { low: 0, high: 10 });
  if (value === 0) throw bad('"learningRate" is 0, so no round would change the model');
  return value;
}

function bad(facts: string): Error {
  return new Error(`BAD_RECIPE: ${facts}; correct "outer" in the run spec`);
}
