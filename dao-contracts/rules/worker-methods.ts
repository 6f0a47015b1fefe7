/**
 * What a seat does in a round. None of it takes a deposit, so a function-call key can be for these
 * methods alone, and another account can pay their gas (relay-fee.ts). Commands of a run have the
 * names of the contract's methods.
 */
export const workerMethods = [
  'tick',
  'commit',
  'reveal',
  'certify',
  'submit_root',
  'deliver',
  'answer',
  'open',
  'measure',
  'uncover',
  'judge',
  'rejoin',
] as const;
