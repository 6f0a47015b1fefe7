/** The laws of a run by name, and how a play says that one is broken. */
import type { RunState } from '@commonweights/dao-contracts/rules/run-events.js';

export const laws = {
  conserved: 'money is conserved in every transition',
  placed: 'every bucket is the sum of the records that it is made of',
  settled: 'a run that is over owes nobody anything and holds no money',
  wealth: 'an account has what it put in, plus what it earned, minus what it was fined',
  slices: 'a slice is in one place, and none is lost',
  paidOnce: 'a seat is paid once for a final round that includes it, and for no other',
  dataOnce: 'the data of a final round is paid for once, and of no other',
  escrow: 'the escrow is never short: pay, fees and storage are paid in full',
  slicePaidOnce: 'a slice of a final round that stands is paid once',
  penalties: 'a penalty never raises a payout',
  cause: 'every loss has a cause that the protocol names',
  honest: 'a seat that acts in time and truthfully loses nothing, unless a jury overrules it',
  accepted: 'an act that is owed, in time and true is never refused',
  crash: 'a machine that fails while its seat owes nothing loses a tenth of the stake at most',
  forwards: 'what is final stays final, but for a vote to rewind, and counters only grow',
  rounds: 'a round number is never used twice',
  log: 'the head of the log follows from the records alone',
  chain: 'final rounds form one chain of roots, and of local states that were audited or are ZERO',
  idle: 'a tick for which nothing was due changes nothing and logs nothing',
  ends: 'every phase ends when time passes',
  exit: 'no state is without an exit',
  paged: 'however little room a call has, a run comes out as with room for all',
  refused: 'a refused command changes nothing',
} as const;

export function broken(law: keyof typeof laws, facts: string): never {
  throw new Error(`LAW_BROKEN: ${laws[law]}: ${facts}`);
}

/** `facts` are put into words only when they are needed. */
export function expect(law: keyof typeof laws, holds: boolean, facts: () => string): void {
  if (!holds) broken(law, facts());
}

export function isOver({ run }: RunState): boolean {
  return run.status === 'completed' || run.status === 'stopped';
}
