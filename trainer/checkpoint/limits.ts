/** Bounds on checkpoint files: a header is parsed before anything about it is known to be true. */

/** What the format allows; readers of one known layout accept far less. */
export const HEADER_BYTES_MAX = 100_000_000;
export const TENSORS_MAX = 100_000;
export const NAME_LENGTH_MAX = 512;
export const DIMENSIONS_MAX = 16;
/** Files of one model: the largest published ones have a few hundred. */
export const SHARDS_MAX = 1_000;
/** `config.json` and an index, which names every tensor. */
export const JSON_BYTES_MAX = 64 * 2 ** 20;
/** Inner steps since the moments were zero. */
export const STEPS_MAX = 2 ** 31 - 1;
