/** Which of a DAO's runs a machine works in next, where its owner leaves that to it. */
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { pricePerTeraFlopYocto } from '@commonweights/dao-contracts/rules/price-per-flop.js';
import { findSeat, type Acting } from './duty.js';

export interface Candidate {
  readonly run: RunView;
  readonly seats: readonly SeatView[];
}

export interface Choosing extends Acting {
  readonly role: 'trainer' | 'auditor';
  /** Runs that it was in and left, or that do not take it. */
  readonly not: ReadonlySet<number>;
}

/**
 * First one in which it has a seat, for a stake hangs on that; then what pays most for a teraFLOP among
 * those that have a place. Null: none.
 */
export function chooseRun(candidates: readonly Candidate[], it: Choosing): number | null {
  const open = candidates.filter(({ run }) => !it.not.has(run.id) && isLive(run));
  const mine = open.find(({ seats }) => {
    const status = findSeat(seats, it)?.status;
    return status === 'active' || status === 'absent';
  });
  if (mine) return mine.run.id;
  let best: { id: number; price: bigint } | null = null;
  for (const { run, seats } of open) {
    if (!hasPlace(run, seats, it)) continue;
    const price = priceOf(run, it.role);
    if (!best || price > best.price) best = { id: run.id, price };
  }
  return best?.id ?? null;
}

export function isLive({ status }: RunView): boolean {
  return status === 'enrolling' || status === 'running' || status === 'paused';
}

function hasPlace(run: RunView, seats: readonly SeatView[], it: Choosing): boolean {
  const { account, worker = '', owner = account, role } = it;
  // A seat of somebody else is not had by enrolling.
  if (owner !== account) return false;
  // An expelled seat is not given again.
  if (seats.some((seat) => seat.account === account && seat.worker === worker)) return false;
  // Whoever applies now takes part in the draw.
  if (run.status === 'enrolling') return run.nowMs < run.enrolDeadlineMs;
  const { maxWorkers, maxAuditors } = run.terms;
  const active = seats.filter((seat) => seat.role === role && seat.status === 'active').length;
  return active < (role === 'trainer' ? maxWorkers : maxAuditors);
}

function priceOf({ terms }: RunView, role: 'trainer' | 'auditor'): bigint {
  const yocto = BigInt(role === 'trainer' ? terms.rewardYocto : terms.auditFeeYocto);
  return pricePerTeraFlopYocto(yocto, BigInt(terms.flopsPerRound));
}
