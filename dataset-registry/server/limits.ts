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

/** Accounts on a list of readers, and lists that one blob is kept for. */
export const readersMax = 1_024;
export const listsPerBlobMax = 16;

/** Lines of an operator's denylist, names in the index. */
export const denylistLinesMax = 100_000;
export const indexNamesMax = 10_000;

/** Unfinished uploads that are kept, and for how long when there is no room for another. */
export const partsMax = 256;
export const partsPerAccountMax = 16;
export const partLifeMs = 6 * 3_600_000;

/** Addresses whose requests are counted at once; whoever was silent longest is forgotten. */
export const addressesMax = 65_536;

/** Requests of one address: eight streams of 1 MiB chunks at 200 MB/s, and many pages at once. */
export const requestsPerSecond = 200;
export const requestsBurst = 2_000;

/** What an upload takes of those: it asks the chain, and checks a signature. */
export const uploadTokens = 10;

/** And what a mirror's request takes beside, when no peer had it. */
export const missTokens = 9;

/** A head that is not there after this ends its connection. */
export const headersMs = 10_000;

/** An answer that falls behind this rate after the grace is cut off, as an upload is. */
export const answerBytesPerSecondMin = 8_192;
export const answerGraceMs = 30_000;

/** Pages that are told of changes at once, in all and of one address: each holds a socket. */
export const eventStreamsMax = 512;
export const eventStreamsPerAddressMax = 64;

/** Below `idleMs`, so that a stream without news stays. */
export const heartbeatMs = 25_000;

/** Between two messages: a page needs longer than that to read what is new. */
export const changesGapMs = 200;

/** What runs is given this long to end when the registry stops. */
export const stopGraceMs = 10_000;

/** Blobs that a mirror fetches at once: each holds a file and a socket. */
export const fetchesAtOnceMax = 32;

/** How long who asks a mirror waits for a blob: clients give a silent source five seconds. */
export const mirrorPatienceMs = 2_500;

/** A digest that no peer had is not asked for again so soon, and so many are remembered. */
export const absentMs = 5_000;
export const absentDigestsMax = 65_536;

/** A peer that did not answer is left alone for a moment; one that sent other bytes for longer. */
export const silentPeerMs = 5_000;
export const lyingPeerMs = 600_000;

/** Blobs that are packed for the way: below nothing is won, above ranges are what is asked for. */
export const packingBytesMin = 1_024;
export const packingBytesMax = 2 ** 24;
/** What is tried first, and the share that has to be left at most. */
export const packingTrialBytes = 65_536;
export const packedShareMax = 0.9;
/** Hands of the process that may pack at once; with all busy, blobs go out as they are. */
export const packingAtOnceMax = 2;
/** What is kept packed, in memory, and what is known not to get smaller. */
export const packedBytesMax = 2 ** 26;
export const dullDigestsMax = 65_536;
