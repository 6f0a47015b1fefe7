/**
 * The code that a DAO founded here would run. Which one, the network file says, where its host names
 * a digest, and else the contract that the pages read. The bytes come from that contract's account,
 * or from the registry; wherever from, their digest is computed here before anything is done with
 * them.
 */
import { DaoError } from '@commonweights/dao-contracts/client/errors.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Door } from '../reading/door.js';

export interface ContractCode {
  readonly wasm: Uint8Array;
  readonly digest: Digest;
  readonly from: 'chain' | 'registry';
}

/** What a chain takes as a contract. */
const codeBytesMax = 4 * 2 ** 20;

/** Errors: `NO_CODE`, `CODE_MISSING`. */
export async function readContractCode(
  door: Pick<Door, 'client' | 'store' | 'code'>,
): Promise<ContractCode> {
  const { client, store } = door;
  const onChain = await client.getCodeOnChain().catch(() => null);
  const digest = door.code ?? onChain;
  if (digest === null) {
    throw new DaoError({
      code: 'NO_CODE',
      facts: `${client.contract} runs no code, and network.json names none`,
      remedy: 'name the digest of the contract there as "code", and publish its bytes',
    });
  }
  if (digest === onChain) {
    const wasm = await client.getCodeBytes();
    if (digestOf(wasm) === digest) return { wasm, digest, from: 'chain' };
  }
  const wasm = await store.get(digest, { maxBytes: codeBytesMax }).catch(() => null);
  if (wasm && digestOf(wasm) === digest) return { wasm, digest, from: 'registry' };
  throw new DaoError({
    code: 'CODE_MISSING',
    facts: `neither ${client.contract} nor the registry has the bytes of ${digest}`,
    remedy: 'build them with "commonweights contract build" and publish them',
  });
}
