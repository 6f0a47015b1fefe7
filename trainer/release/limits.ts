/** Bounds on releases: everything in one was written by strangers. */

/** A file that is read whole, to run a model: weights of the exact class stay below. */
export const FILE_BYTES_MAX = 2 ** 31 - 1;
/** JSON in `provenance/`. */
export const JSON_BYTES_MAX = 64 * 2 ** 20;
/** Rounds in a log, cancelled ones included. */
export const RECORDS_MAX = 100_000;
/** Datasets that a run descends from. */
export const DATASETS_MAX = 1_000;
/** Folders inside each other in a release. */
export const FOLDER_DEPTH_MAX = 8;
/** Statements about one release that are read; each cost a deposit. Beyond, nobody knows who disputes. */
export const ATTESTATIONS_MAX = 10_000;
/** Accounts and licences that a person lists in a policy. */
export const POLICY_ACCOUNTS_MAX = 1_000;
export const POLICY_LICENCES_MAX = 1_000;
/** Each is tried on every signature of a bundle. */
export const POLICY_KEYS_MAX = 100;

/** Of an evidence bundle: two blocks a day of mainnet, of 30 KB each, for two years. */
export const EVIDENCE_BYTES_MAX = 64 * 2 ** 20;
export const EVIDENCE_ENTRIES_MAX = 10_000;
/** A block of mainnet with a thousand producers; logs of one receipt are 16 KB at most. */
export const EVIDENCE_LINE_CHARACTERS_MAX = 2 ** 20;
/** Blocks from a head to a decision: two a day for six years. */
export const WALK_BLOCKS_MAX = 5_000;
