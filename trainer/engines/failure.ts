/**
 * What an engine says when it cannot go on, in our words. A step that failed changed nothing: weights
 * and moments of the step before are still there, and can be exported from whatever process is left.
 */

const kinds: readonly { code: string; when: RegExp; remedy: string }[] = [
  {
    code: 'DEVICE_LOST',
    when: /device.*(lost|removed|hung)|lost.*device/i,
    remedy: 'start again; the state of the last step is in the snapshot',
  },
  {
    code: 'OUT_OF_MEMORY',
    when: /bad_alloc|out of memory|out of bounds|failed to allocate|allocation failed|array length|cannot enlarge|Aborted\(/i,
    remedy:
      'close other programs, use a larger machine, or a plan that computes in smaller parts ' +
      '(microBatches, recomputeLayers, attentionBlock, logitsBlock)',
  },
];

/** `CODE: what the engine said; remedy`, with the engine's own error as the cause. */
export function explainFailure(engine: string, error: unknown): Error {
  const said = error instanceof Error ? error.message : String(error);
  if (/^[A-Z][A-Z_]+: /.test(said)) return error as Error;
  const kind = kinds.find(({ when }) => when.test(said));
  const { code, remedy } = kind ?? {
    code: 'ENGINE_FAILED',
    remedy: 'run "commonweights engine test", and report this if it passes',
  };
  return new Error(`${code}: ${engine} said "${said.slice(0, 200)}"; ${remedy}`, { cause: error });
}
