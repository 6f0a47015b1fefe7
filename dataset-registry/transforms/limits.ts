/** How large a dataset may be. */
export const itemLimits = {
  /** A long book. */
  itemBytesMax: 2 ** 25,
  /** An item of a bounty: several people read it, and a bounty has up to 65,536 of them. */
  bountyItemBytesMax: 2 ** 16,
  /** For the built-in transforms: all of it is held in memory once. */
  itemsMax: 2_000_000,
  /** For an import, a check or a proof, which hold one file at a time: a tree has room for more. */
  importItemsMax: 2 ** 27,
  fieldsMax: 16,
  /** A file of items stays cheap to fetch alone. */
  fileBytesMax: 2 ** 26,
  /** Files of an imported folder, and levels below it. */
  folderFilesMax: 200_000,
  folderDepthMax: 16,
  /** A dataset's files together, for what holds all of them. */
  datasetBytesMax: 2 ** 32,
  /** And for what does not: a thousand files of items, a tenth of what a manifest takes. */
  importBytesMax: 2 ** 36,
  /** A `tokenizer.json` of 65,536 tokens has a few MiB. */
  tokenizerBytesMax: 2 ** 26,
} as const;

/** Lists of items to leave out. */
export const optOutLimits = {
  /** As many as 16 MiB hold. */
  itemsMax: 200_000,
  bytesMax: 2 ** 24,
  /** Of one derivation: those of its parents and of what they descend from. */
  listsMax: 64,
} as const;

/** What is read of a Parquet file at once, whatever it says of itself. */
export const parquetLimits = {
  /** Hundreds of columns in thousands of row groups. */
  footerBytesMax: 2 ** 26,
  /** Of the wanted columns of one row group, packed: they are in memory. */
  groupPackedBytesMax: 2 ** 28,
  groupRowsMax: 2 ** 24,
  /** Unpacked, so much of a row group is turned into items at once. */
  sliceBytes: 2 ** 25,
  /** A page holds one item at least. */
  pageBytesMax: 2 ** 27,
} as const;

/** What is unpacked of a `.zst` file at once. */
export const zstdLimits = {
  /** As the `zstd` command takes without being told otherwise. */
  windowBytesMax: 2 ** 27,
  pieceBytes: 2 ** 14,
  /** Of one piece: a text packs to a thousandth at the very best, a bomb to less. */
  unpackedBytesMax: 2 ** 27,
} as const;

/** What a transform of one's own may take. The same counts everywhere, but for the time. */
export const moduleLimits = {
  /** Code, with tables of words. */
  moduleBytesMax: 2 ** 20,
  /** It fits into the transform's blob. */
  paramsBytesMax: 2 ** 15,
  memoryBytesMax: 2 ** 29,
  /** Some thousand calls in one another. */
  stackBytesMax: 2 ** 18,
  /** A poll comes every 10,000 calls and turns of loops, some 0.1 to 1.5 ms. */
  pollsMax: 2 ** 16,
  /** Forty turns for each byte. */
  pollsPerMegabyte: 2 ** 12,
  /** Between two polls one call may last; a slow machine fails rather than finds something else. */
  wallMs: 120_000,
  wallMsPerMegabyte: 10_000,
  pieceBytes: 2 ** 20,
  answerBytesMax: 2 ** 28,
  /** Nobody who runs it again is to be filled up: so much, and so many times what it is given. */
  itemsMax: 2_000_000,
  outputBytesMin: 2 ** 26,
  outputTimesMax: 8,
} as const;
