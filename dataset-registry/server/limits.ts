/** What a registry accepts from strangers. */

/** One blob: a state of 150 M float32 parameters with moments fits, a disk does not. */
export const blobBytesMax = 2 ** 31;

/** Bytes an account may store, unless the operator says otherwise. */
export const bytesPerAccountMax = 2 ** 34;

/** Uploads at once, in all and by one account: each holds a file handle and a socket. */
export const uploadsAtOnceMax = 64;
export const uploadsPerAccountAtOnceMax = 16;

/** An upload that sends nothing for this long is cut off. */
export const uploadStallMs = 15_000;

/** And one that is slower than this on the whole: dripping bytes holds a slot as well. */
export const uploadBytesPerSecondMin = 4_096;
export const uploadGraceMs = 60_000;

/** Accounts whose stored bytes are remembered; beyond, new accounts are refused. */
export const accountsMax = 100_000;

/** Lines of an operator's denylist, names in the index. */
export const denylistLinesMax = 100_000;
export const indexNamesMax = 10_000;

/** Unfinished uploads that are kept, and for how long when there is no room for another. */
export const partsMax = 256;
export const partLifeMs = 6 * 3_600_000;
