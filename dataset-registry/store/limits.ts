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

/** A piece is asked of a second source after so many times what that one needs, but not at once. */
export const hedgeFactor = 4;
export const hedgeMsMin = 300;

/**
 * A source whose points reach this is asked only when no other is left: one for a piece that another
 * brought before, one back for each that it was first with.
 */
export const overtakenPointsMax = 4;
/** And at once when it sends so many times less, or nothing so long while others sent so many pieces. */
export const uselessFactor = 20;
export const silentPiecesMax = 3;
export const silentMsMin = 1_000;

/** A piece from which a source's rate is told. */
export const tellingBytesMin = 2 ** 16;

/** One object of a bucket: what S3 takes in one request. */
export const bucketObjectBytesMax = 5 * 2 ** 30;

/** A bucket that takes in nothing, or is silent after all was sent, for this long has failed. */
export const bucketStallMs = 30_000;
/** Before a request to it is tried again; doubled each time. */
export const bucketRetryMs = 200;
/** A page of its list: 1,000 keys of at most 1,024 bytes, and words around them. */
export const bucketAnswerBytesMax = 2 ** 22;
/** A hundred million blobs. */
export const bucketListPagesMax = 100_000;
