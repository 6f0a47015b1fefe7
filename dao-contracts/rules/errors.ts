/**
 * Why the DAO refuses. A closed list of codes, so that a client can act on each one, and a sentence
 * with the facts and the remedy for the person who reads it. The contract panics with the text.
 */
export type ErrorCode =
  | 'ALREADY_ACTED'
  | 'ALREADY_ENROLLED'
  | 'ALREADY_EXISTS'
  | 'ALREADY_INITIALISED'
  | 'ALREADY_VOTED'
  | 'AUDIT_CLOSED'
  | 'APPEAL_TOO_LATE'
  | 'BAD_ACTION'
  | 'BAD_ARGUMENT'
  | 'BAD_OPENING'
  | 'BAD_PROOF'
  | 'BAD_SIGNATURE'
  | 'BAD_TERMS'
  | 'BUDGET_TOO_SMALL'
  | 'CHALLENGE_OPEN'
  | 'CHEATING_PAYS'
  | 'CLAIM_CLOSED'
  | 'CLAIM_IN_FLIGHT'
  | 'DATASET_BLOCKED'
  | 'DATASET_NOT_APPROVED'
  | 'DEPOSIT_TOO_SMALL'
  | 'DISPUTE_CLOSED'
  | 'GAS_TOO_LOW'
  | 'LEDGER_NOT_EMPTY'
  | 'LICENCE_NOT_ALLOWED'
  | 'NOTHING_TO_CLAIM'
  | 'NOT_ENROLLED'
  | 'NOT_FINAL'
  | 'NOT_FOUND'
  | 'NOT_INITIALISED'
  | 'NOT_MEMBER'
  | 'NOT_PAYABLE'
  | 'NOT_PUBLISHER'
  | 'NOT_YOUR_TURN'
  | 'ONE_YOCTO_NEEDED'
  | 'PRICE_TOO_HIGH'
  | 'PRIVATE'
  | 'PROPOSAL_CLOSED'
  | 'PROPOSAL_NOT_READY'
  | 'RUN_BUSY'
  | 'RUN_FULL'
  | 'RUN_NOT_OPEN'
  | 'SEAT_NOT_ABSENT'
  | 'TOO_MANY'
  | 'TREASURY_TOO_SMALL'
  | 'UNHEALTHY'
  | 'VOTING_CLOSED'
  | 'WRONG_ACTION'
  | 'WRONG_PHASE'
  | 'WRONG_ROUND'
  | 'WRONG_VERSION';

export class Refusal extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, sentence: string) {
    super(`${code}: ${sentence}`);
    this.code = code;
  }
}

export function refuse(code: ErrorCode, sentence: string): never {
  throw new Refusal(code, sentence);
}

/** A state that the types rule out: a bug of ours, never the caller's. */
export function unreachable(value: never): never {
  throw new Error(`BUG: unexpected ${JSON.stringify(value)}`);
}
