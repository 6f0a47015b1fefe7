/**
 * Plays generated lives of a DAO on the deployed contract and the rules, counts what was visited,
 * and on a violation removes steps for as long as it stays one, so that what is reported is short.
 * Same seed, same lives, same result.
 */
import { fileURLToPath } from 'node:url';
import { codeHash } from '@commonweights/dao-contracts/localnet/runtime/apply-action.js';
import { buildContract } from '@commonweights/dao-contracts/toolchain/build-contract.js';
import { emptyLifeTally, playLife, type LifeOptions, type LifeTally } from './contract-play.js';
import { contractSequence, type ContractSequence, type LifeStep } from './contract-sequence.js';
import type { Call, ContractCode } from './receipt-chain.js';

export interface ContractSearch {
  code: ContractCode;
  seed: number;
  sequences: number;
  onSequence?: (done: number) => void;
  sabotage?: LifeOptions['sabotage'];
}

export async function builtContract(): Promise<ContractCode> {
  const entry = fileURLToPath(
    new URL('../../../../dao-contracts/contract/dao.ts', import.meta.url),
  );
  const { wasm } = await buildContract({ entry });
  return { hash: codeHash(wasm), bytes: wasm };
}

/** Errors: `LAW_BROKEN`, with the sequence and the shortest calls found that still break it. */
export function searchContractLaws(it: ContractSearch): LifeTally {
  const { code, sabotage } = it;
  const tally = emptyLifeTally();
  const options = { code, ...(sabotage ? { sabotage } : {}) };
  for (let index = 0; index < it.sequences; index++) {
    const sequence = contractSequence(it.seed, index);
    try {
      playLife(sequence, { ...options, tally });
    } catch (error) {
      throw shrunk(sequence, error as Error, options);
    }
    it.onSequence?.(tally.sequences);
  }
  return tally;
}

/** Removes ever smaller parts of the steps for as long as the life still breaks that law. */
function shrunk(sequence: ContractSequence, first: Error, options: LifeOptions): Error {
  let { steps } = sequence;
  let error = first;
  const tryWith = (fewer: LifeStep[]): boolean => {
    const again = violationOf({ ...sequence, steps: fewer }, { ...options, compareEvery: 1 });
    if (!again || lawOf(again) !== lawOf(first)) return false;
    [steps, error] = [fewer, again];
    return true;
  };
  for (let size = Math.max(1, steps.length >> 1); size >= 1; size >>= 1) {
    for (let at = 0; at + size <= steps.length;) {
      if (!tryWith([...steps.slice(0, at), ...steps.slice(at + size)])) at += size;
    }
  }
  const lines: string[] = [];
  const onCall = (nowMs: number, { account, method, args, depositYocto, signer }: Call) => {
    const by = signer === account ? account : `${account} through ${signer}`;
    const what = typeof args === 'string' ? args.slice(0, 200) : JSON.stringify(args);
    lines.push(`  at ${nowMs} ms ${by} ${method} ${what} + ${depositYocto}`);
  };
  violationOf({ ...sequence, steps }, { ...options, compareEvery: 1, onCall });
  const { name, terms, policy } = sequence;
  return new Error(
    `${error.message}\n${name}, shrunk from ${sequence.steps.length} to ${steps.length} steps\n` +
      `terms ${JSON.stringify(terms)}\npolicy ${JSON.stringify(policy)}\n${lines.join('\n')}`,
    { cause: first },
  );
}

function violationOf(sequence: ContractSequence, it: LifeOptions): Error | null {
  try {
    playLife(sequence, it);
    return null;
  } catch (error) {
    return error as Error;
  }
}

/** `LAW_BROKEN: <name of the law>`, or the beginning of what else was thrown. */
function lawOf(error: Error): string {
  return error.message.split(': ').slice(0, 2).join(': ');
}
