/**
 * A transform is a name, a version and parameters: a blob whose digest stands in the records of what
 * was derived with it. The same transform over the same parents gives the same bytes, so anybody can
 * re-run a derivation and compare roots. A change of behaviour is a new version, and the old one
 * stays.
 */
import { canonicalBytes, digestOfJson } from '../digest/canonical.js';
import type { Digest } from '../digest/digest.js';
import { clean, cleanDefaults, decodeCleanParams, type CleanParams } from './clean.js';
import {
  decodeDecontaminateParams,
  decontaminate,
  decontaminateDefaults,
  type DecontaminateParams,
} from './decontaminate.js';
import {
  decodeFilterParams,
  filterDefaults,
  filterQuality,
  type FilterParams,
} from './filter-quality.js';
import { decodeLeaveOutParams, leaveOut, type LeaveOutParams } from './opt-out.js';
import { decodeMixParams, mix, type MixParams } from './mix.js';
import { readParams } from './params.js';
import { decodeModuleParams, runModule, type ModuleParams } from './run-module.js';
import { decodeRedactParams, redact, redactDefaults, type RedactParams } from './redact.js';
import { decodeSplitParams, split, splitDefaults, type SplitParams } from './split.js';
import type { DatasetContent, TextItem } from './text-item.js';
import { decodePackParams, packDefaults, tokeniseAndPack } from './tokenise-and-pack.js';
import type { PackParams, TokenizerTools } from './tokenise-and-pack.js';

interface ParamsOf {
  clean: CleanParams;
  filter: FilterParams;
  redact: RedactParams;
  split: SplitParams;
  decontaminate: DecontaminateParams;
  mix: MixParams;
  'leave-out': LeaveOutParams;
  'tokenise-and-pack': PackParams;
  module: ModuleParams;
}

export type TransformName = keyof ParamsOf;

export type Transform<Name extends TransformName = TransformName> = {
  [N in Name]: { name: N; version: 1; params: ParamsOf[N] };
}[Name];

/** Blob bounds: a transform is a few numbers. */
export const transformBytesMax = 65_536;

/** A parent's documents, those of several parents one after the other. */
export interface TransformInput {
  items: TextItem[];
  digests: Digest[];
  /** How many items each parent has, in order. */
  parents: number[];
  /** The tokenizer that the parameters name. */
  tokenizer?: object;
  /** What the lists of `leave-out` name; empty for other transforms. */
  leftOut: ReadonlySet<Digest>;
  /** The bytes that `module` names. */
  module?: Uint8Array;
}

type Made = DatasetContent | Promise<DatasetContent>;

interface BuiltIn<Params> {
  decode(json: unknown): Params;
  /** Null: there are none that would make sense. */
  readonly defaults: Params | null;
  run(input: TransformInput, params: Params, tools: TokenizerTools): Made;
}

const builtIns: { readonly [Name in TransformName]: BuiltIn<ParamsOf[Name]> } = {
  clean: {
    decode: decodeCleanParams,
    defaults: cleanDefaults,
    run: ({ items }, params) => clean(items, params),
  },
  filter: {
    decode: decodeFilterParams,
    defaults: filterDefaults,
    run: ({ items }, params) => filterQuality(items, params),
  },
  redact: {
    decode: decodeRedactParams,
    defaults: redactDefaults,
    run: ({ items }, params) => redact(items, params),
  },
  split: {
    decode: decodeSplitParams,
    defaults: splitDefaults,
    run: split,
  },
  decontaminate: {
    decode: decodeDecontaminateParams,
    defaults: decontaminateDefaults,
    run: decontaminate,
  },
  mix: {
    decode: decodeMixParams,
    defaults: null,
    run: mix,
  },
  'leave-out': {
    decode: decodeLeaveOutParams,
    defaults: null,
    run: leaveOut,
  },
  'tokenise-and-pack': {
    decode: decodePackParams,
    defaults: packDefaults,
    run: tokeniseAndPack,
  },
  module: {
    decode: decodeModuleParams,
    defaults: null,
    run: ({ items, parents, module }, params) =>
      runModule({ items, parents, module: module! }, params),
  },
};

export const transformNames = Object.keys(builtIns) as TransformName[];

/** Error: `BAD_PARAMS` where a transform has none. */
export function defaultParams<Name extends TransformName>(name: Name): ParamsOf[Name] {
  const { defaults } = builtIns[name];
  if (defaults !== null) return defaults;
  throw new Error(`BAD_PARAMS: "${name}" has no default parameters; give them with --params`);
}

export function encodeTransform(transform: Transform): Uint8Array {
  return canonicalBytes(decodeTransform(transform));
}

export function digestOfTransform(transform: Transform): Digest {
  return digestOfJson(decodeTransform(transform));
}

/** Throws `BAD_TRANSFORM`, `BAD_PARAMS`. */
export function decodeTransform(json: unknown): Transform {
  const { name, version, params } = readParams(json, ['name', 'version', 'params'] as const);
  const known = transformNames.find((one) => one === name);
  if (known === undefined || version !== 1) {
    throw new Error(
      `BAD_TRANSFORM: ${JSON.stringify(name)} version ${JSON.stringify(version)} is not built in; ` +
        `known are ${transformNames.map((one) => `${one} 1`).join(', ')}`,
    );
  }
  return { name: known, version, params: builtIns[known].decode(params) } as Transform;
}

export async function runTransform<Name extends TransformName>(
  transform: Transform<Name>,
  input: TransformInput,
  tools: TokenizerTools,
): Promise<DatasetContent> {
  const { run } = builtIns[transform.name] as BuiltIn<unknown>;
  return run(input, transform.params, tools);
}
