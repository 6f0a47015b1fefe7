/** A draft as a file holds it: enough of it is there to say what is wrong with the rest. */
import type { RunDraft } from '@commonweights/trainer/run/run-draft.js';
import { CliError } from './errors.js';
import { exitCodes } from './exit-codes.js';

/** The parts that are objects, which every reader of a draft looks into. */
const parts = ['model', 'data', 'inner', 'outer', 'economics'] as const;

/** Error: `BAD_RUN_SPEC` for a document whose parts are not there; the rest is checked later. */
export function readDraft(file: string, document: unknown): RunDraft {
  const bad = (path: string) =>
    new CliError(
      exitCodes.badInput,
      `BAD_RUN_SPEC: ${path} is not an object in ${file}; ` +
        'begin with what "commonweights run propose --example" prints',
    );
  if (!isObject(document)) throw bad('the document');
  for (const part of parts) if (!isObject(document[part])) throw bad(part);
  if (typeof (document.data as { dataset?: unknown }).dataset === 'string') {
    return document as unknown as RunDraft;
  }
  throw new CliError(
    exitCodes.badInput,
    `BAD_RUN_SPEC: data.dataset: ${file} names no dataset; name one that ` +
      '"commonweights dataset list" shows',
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
