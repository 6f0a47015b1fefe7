/** Bounds of what stores read, write and wait for. */

/** A blob read into memory whole, unless the caller names another bound. */
export const blobBytesMax = 2 ** 28;

/** A source that sends nothing for this long has failed. */
export const stallMs = 5_000;

/** Streams that one download keeps open: one TCP stream crawls on a lossy link, sixteen do not. */
export const connectionsDefault = 8;
export const connectionsMax = 64;

/** Failures (stall, error) after which a source is given up for a file; a lie needs only one. */
export const strikesMax = 3;

/** Base URLs of one HTTP store. */
export const baseUrlsMax = 16;

/** A download may take the grace and its bytes at this rate: dripping is a failure. */
export const chunkGraceMs = 20_000;
export const chunkBytesPerSecondMin = 8_192;

/** A broken line costs at most one such piece of an upload. */
export const uploadPieceBytes = 2 ** 24;

/** A temporary file is a dead writer's after this; of a dead process, when quiet for a while. */
export const leftoverAgeMs = 24 * 3_600_000;
export const leftoverQuietMs = 600_000;
