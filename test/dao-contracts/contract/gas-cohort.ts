/** A run of many workers on the metered machine: three rounds, the third with a
 * convicted cheat. */
import type { SourceEdit } from '@commonweights/dao-contracts/toolchain/snapshot/bundle-contract.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/views.js';
import { near, Play } from './dao-driver.js';
import { byDistance, distanceTerms } from './distance-audit.js';
import { VmChain, type MeteredCall } from './vm-chain.js';

export const day = 24 * 3_600_000;

/** Terms that make more of a run's work: more to check of a claim, or by another comparison. */
export const variants = {
  plain: {},
  'three audits a claim': { segments: 6, auditsPerClaim: 3, stakeYocto: `${40n * near}` },
  'by distance': {
    ...distanceTerms,
    stakeYocto: `${40n * near}`,
    tolerance: { ...distanceTerms.tolerance!, failureYocto: `${10n * near}` },
  },
} satisfies Record<string, Partial<RunTerms>>;

export async function fundedPlay(
  chain: VmChain,
  it: { workers: number; rounds: number; changes?: Partial<RunTerms> | undefined },
): Promise<Play> {
  const { workers, rounds, changes = {} } = it;
  const play = new Play(chain, 1, changes.tolerance ? byDistance : null);
  // Every call is a block of a second: the deadlines must not pass by themselves.
  const deadlinesMs = {
    ...{ enrol: day, train: day, reveal: day },
    ...{ certify: day, aggregate: day, audit: day },
  };
  await chain.call('ann.test', 'deposit', {}, { depositYocto: 100_000n * near });
  const size = { maxWorkers: workers, maxAuditors: 1 };
  await play.fund({ stakeYocto: `${4n * near}`, ...changes, ...size, rounds, deadlinesMs });
  await play.enrol(Array.from({ length: workers }, (_, i) => `w${i}.test`));
  return play;
}

/**
 * `cheats`: how many of the third round's workers made their update up. `edit`: of the contract's
 * sources as they are read.
 */
export async function playCohort(
  workers: number,
  it: { changes?: Partial<RunTerms>; cheats?: number; edit?: SourceEdit } = {},
): Promise<VmChain> {
  const { changes, cheats = 1, edit } = it;
  const chain = await VmChain.start(undefined, edit);
  const play = await fundedPlay(chain, { workers, rounds: 3, changes });
  await play.round();
  // The next one trains while this one is audited: then a run's record is at its largest.
  await play.train();
  await play.reveal();
  await play.certify();
  await play.aggregate();
  await play.audit();
  await play.tick();
  const cheating = (await play.seats()).slice(0, cheats).map(({ account }) => account);
  await play.round({ cheats: cheating });
  // What an upgrade asks, of a run whose claims are all under audit.
  await chain.call('dao.test', 'check_health', {});
  await play.audit();
  for (let i = 0; i < 10 && (await play.view()).status === 'running'; i++) {
    await chain.forward(2 * day);
    await play.tick();
    if ((await play.view()).open) await play.round();
    await play.audit();
  }
  await chain.call(`w${workers - 1}.test`, 'claim', {});
  return chain;
}

/** What the receipt and its action cost before the contract is loaded. */
const receiptTgas = 0.89;

/** Most Tgas of execution, loading included, by method, of a run of as many workers as there can be. */
export const boundTgas: Readonly<Record<string, number>> = {
  ...{ commit: 4, reveal: 4, certify: 4, submit_root: 4, vote: 4, claim: 4 },
  ...{ enrol: 30, deliver: 30, answer: 30, open: 30, judge: 30 },
  ...{ tick: 30, on_tick: 30, propose: 30, execute: 30 },
  // Half of what an upgrade gives it, which is fixed.
  check_health: 15,
};

export interface Bounded {
  method: string;
  /** Of the dearest call. */
  tgas: number;
  boundTgas: number;
}

/** The methods that have a bound and were called. */
export function compareToBounds(calls: readonly MeteredCall[]): Bounded[] {
  return Object.entries(boundTgas).flatMap(([method, bound]) => {
    const its = calls.filter((call) => call.method === method);
    if (its.length === 0) return [];
    const tgas = Math.max(...its.map(({ gas }) => gas)) / 1e12 - receiptTgas;
    return { method, tgas, boundTgas: bound };
  });
}
