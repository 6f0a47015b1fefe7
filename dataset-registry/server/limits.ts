/** What a registry accepts from strangers. */

/** One blob: a state of 150 M float32 parameters with moments fits, a disk does not. */
export const blobBytesMax = 2 ** 31;

/** Bytes an account may store, unless the operator says otherwise. */
export const bytesPerAccountMax = 2 ** 34;

/** Uploads at once, in all and by one account: each holds a file handle and a socket. */
export const uploadsAtOnceMax = 64;
export const uploadsPerAccountAtOnceMax = 8;

/** When every slot is taken, an upload slower than this, after a moment, makes way for another. */
export const contendedBytesPerSecondMin = 65_536;
export const contendedGraceMs = 3_000;

/** An upload that sends nothing for this long is cut off. */
export const uploadStallMs = 15_000;

/** And one that falls behind this after the grace: dripping bytes holds a slot as well. */
export const uploadBytesPerSecondMin = 16_384;
export const uploadGraceMs = 20_000;

/** A connection on which nothing moves for so long, in either direction, is closed. */
export const idleMs = 60_000;

/** What may still come of a body that is not wanted: bytes, and for how long. */
export const drainBytesMax = 2 ** 24;
export const drainMs = 5_000;

/** Of one address, or one IPv6 network of 64 bits: two downloads at their most, a dozen as usual. */
export const connectionsPerAddressMax = 128;

/** What an account is charged for a blob at least: it takes a file, however small. */
export const blobChargeBytesMin = 4_096;

/** Accounts whose stored bytes are remembered; beyond, new accounts are refused. */
export const accountsMax = 100_000;

/** Lines of an operator's denylist, names in the index. */
export const denylistLinesMax = 100_000;
export const indexNamesMax = 10_000;

/** Unfinished uploads that are kept, and for how long when there is no room for another. */
export const partsMax = 256;
export const partsPerAccountMax = 16;
export const partLifeMs = 6 * 3_600_000;
