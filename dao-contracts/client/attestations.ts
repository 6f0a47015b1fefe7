/** Signed statements about digests: by a NEAR account's call, or by an Ethereum wallet's signature. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { AttestationView, SignedStatement, Statement } from '../rules/attestation.js';
import type { Connection } from './connection.js';
import type { Page } from './page.js';

interface Paid {
  /** For the storage of the statement; what is over comes back at once. */
  readonly depositYocto: bigint;
}

export interface AttestationCalls {
  attest(it: Statement & Paid): Promise<void>;
  /** Returns the address that signed. */
  attestEthereum(it: SignedStatement & Paid): Promise<string>;
  listAttestations(it: { subject: Digest } & Page): Promise<AttestationView[]>;
}

export function attestationCalls(connection: Connection): AttestationCalls {
  return {
    attest: ({ depositYocto, ...args }) => connection.call('attest', args, { depositYocto }),
    attestEthereum: ({ depositYocto, ...args }) =>
      connection.call('attest_ethereum', args, { depositYocto }),
    listAttestations: (it) => connection.view('list_attestations', it),
  };
}
