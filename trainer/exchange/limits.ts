/** Bounds of the exchange: what an update may be at most, so that no peer can overload another. */

/** Elements of a model: 4 GiB of float32, what the exact class can hold at all. */
export const LAYOUT_LENGTH_MAX = 2 ** 30;

/** Tensors of a model; a 64-layer decoder has about 600. */
export const SLOTS_MAX = 65_536;

/** Elements of a chunk; positions inside a chunk are coded in at most 16 bits. */
export const CHUNK_MAX = 65_536;

/** Updates averaged in one round: a flat cohort has at most 64 seats. */
export const UPDATES_MAX = 64;

/** Elements that share one scale in the int8 codec. */
export const INT8_BLOCK = 1024;

/** Elements of every update that are aggregated together: a multiple of `INT8_BLOCK`. */
export const AGGREGATED_TOGETHER = 16_384;
