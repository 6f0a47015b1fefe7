/**
 * What can be wrong with a release, each under a name of its own: scripts and reports count on them,
 * so a name never changes its meaning. A verdict carries the first thing that is wrong with its claim.
 */
export const FINDING_CODES = {
  // bytes
  FOLDER_UNREADABLE: 'a link, a device, too many files or folders, or a file that cannot be read',
  FILE_CHANGED_WHILE_READ: 'somebody wrote to a file while it was read',
  MANIFEST_MISSING: 'there is no manifest.json',
  MANIFEST_MALFORMED: 'manifest.json is no manifest, or not in its one encoding',
  FILES_SWAPPED: 'two files carry each other’s bytes',
  FILE_RENAMED: 'a file lies under another name',
  FILE_MISSING: 'a file of the manifest is not there',
  FILE_ADDED: 'a file is there that the manifest does not name',
  FILE_RESIZED: 'a file is shorter or longer than the manifest says',
  FILE_ALTERED: 'a file has other bytes of the same number',
  CHUNKS_ALTERED: 'the manifest’s chunk root or chunk list is not that of the file',
  // structure
  RECORD_MALFORMED: 'a file in provenance/ is not what a reader of it expects',
  SPEC_MALFORMED: 'the run spec is none',
  TOKENIZER_MALFORMED: 'tokenizer.json is none',
  CONFIG_ALTERED: 'config.json is not the model of the run spec',
  DESCRIPTION_ALTERED: 'a small file, or the card, is not what the records give',
  WEIGHTS_MALFORMED: 'the weights are no safetensors file, or not in the one order',
  WEIGHTS_NOT_FINITE: 'a NaN or an infinity among the weights',
  FILE_UNKNOWN: 'a file that does not belong in a release',
  // vote
  NO_CHAIN: 'no chain was asked and no evidence was given',
  NOT_PUBLISHED: 'the DAO has published no release with this manifest',
  RELEASE_REVOKED: 'the DAO took it back',
  EVALUATION_OTHER: 'the vote names another evaluation',
  NAME_OTHER: 'the vote names another title or version',
  PROOF_MISSING: 'the evidence bundle shows no decision',
  PROOF_MALFORMED: 'something in the evidence bundle is not what the protocol has there',
  PROOF_HEAD_UNKNOWN: 'the evidence bundle does not have the policy’s block',
  PROOF_HEAD_STALE: 'the evidence bundle does not lead from the policy’s block to the decision',
  PROOF_BLOCK_REFUSED: 'a block is not approved by those who make the blocks of its epoch',
  PROOF_NOT_UNDER_HEAD: 'the block of the decision is not shown to come before a trusted one',
  PROOF_FORGED: 'the block does not carry this outcome: an event, account or status was changed',
  PROOF_OTHER_ACCOUNT: 'another account than the DAO said so',
  PROOF_FAILED: 'the DAO’s receipt failed',
  PROOF_OTHER_RELEASE: 'the DAO decided on something else',
  VOTE_STALE: 'a vote in the evidence is on another proposal, or came after the decision',
  PROOF_CONTRADICTED: 'what a chain is said to have said differs from what is proven',
  // rounds
  LOG_BROKEN: 'a record does not follow from the one before',
  LOG_ENDS_ELSEWHERE: 'the log does not end in the root of these weights',
  LOG_HEAD_OTHER: 'the chain has another log head',
  LOG_ROUND_OTHER: 'the log is of another run or ends with another round',
  ROSTER_OTHER: 'a seat changes hands, or a round has other people than terms or chain allow',
  ASSIGNMENT_OTHER: 'a seat has a slice that the queue of slices did not give it',
  LOCAL_STATE_OTHER: 'a worker brought a state along that it did not have',
  PAYOUT_OTHER: 'verdicts that audits do not give, or pay that does not follow from the log',
  PAY_WITHHELD: 'the chain has paid somebody less than the log gives: a dispute took it, or waits',
  WORK_TAINTED: 'wrong work stayed in a round, too little to do it again',
  // weights
  WEIGHTS_NOT_FINAL: 'the weights do not give the root of the last final round',
  STATE_NOTE_WRONG: 'state.json does not fit weights and recipe',
  ROOT_OTHER: 'the DAO voted for another root',
  // lineage
  ARTEFACT_OTHER: 'program, fingerprint or tokenizer are not those of the run spec',
  START_OTHER: 'the first round did not start from what the spec names',
  LINEAGE_CIRCULAR: 'a dataset descends from itself',
  LINEAGE_INCOMPLETE: 'a dataset that the data descends from is not on record',
  LINEAGE_STRAY: 'a dataset on record has nothing to do with the run',
  DATA_OTHER: 'the dataset on record is not the data of the run spec',
  TERMS_OTHER: 'the vote on the run named something else',
  RECORD_OTHER: 'the chain has another record of a dataset',
  // licence, takedown
  LICENCE_REFUSED: 'the policy does not allow a licence',
  LICENCE_RECONCLUDED: 'a licence was declared otherwise than concluded',
  DATA_UNKNOWN: 'the chain does not know a dataset',
  DATA_WITHDRAWN: 'data was withdrawn after it was used',
  DATA_DISPUTED: 'data is disputed',
  // consensus
  LOCAL_NETWORK: 'nobody independent vouches for a local network',
  ONE_NODE: 'one node said so; block proofs were not checked',
} as const;

export type FindingCode = keyof typeof FINDING_CODES;

/** A claim that cannot be checked because of this; `verify-material.ts` makes a verdict of it. */
export class ReleaseFault extends Error {
  constructor(
    readonly code: FindingCode,
    sentence: string,
  ) {
    super(sentence);
  }
}
