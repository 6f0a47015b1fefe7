/** Bounds on checkpoint files: a header is parsed before anything about it is known to be true. */

/** What the format allows; readers of one known layout accept far less. */
export const HEADER_BYTES_MAX = 100_000_000;
export const TENSORS_MAX = 100_000;
export const NAME_LENGTH_MAX = 512;
export const DIMENSIONS_MAX = 16;
/** Inner steps since the moments were zero. */
export const STEPS_MAX = 2 ** 31 - 1;
