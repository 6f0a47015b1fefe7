/**
 * What a relayer gets for paying the gas of somebody else's call (NEP-366): a fixed fee out of the
 * escrow, for so many calls of a seat between one round's opening and the next, and so many of the
 * run. That is all the escrow was given for it, so beyond it a relayed call works and pays nothing.
 * Only an account whose ledger exists is paid: else each call could bring a new one to store.
 */
import { relayedCallsMax } from './budget.js';
import type { RunDraft } from './run-draft.js';
import { workerMethods } from './worker-methods.js';

const relayed: readonly string[] = workerMethods;

/** What counts of a command: what it is, and whose. */
interface Relayable {
  readonly kind: string;
  readonly account?: string;
  readonly worker?: string;
}

/** Errors: a command of no seat pays nothing; that it is refused is for others to say. */
export function payRelayer(draft: RunDraft, command: Relayable): void {
  const { run, at } = draft;
  const relayer = at.relayer ?? null;
  if (relayer === null || !relayed.includes(command.kind)) return;
  const { relayedCallsPerRound, relayFeeYocto } = draft.terms;
  const fee = BigInt(relayFeeYocto);
  if (fee === 0n || run.relayedCalls >= relayedCallsMax(draft.terms)) return;
  const { account, worker = '' } = command;
  if (account === undefined || run.escrowYocto < fee) return;
  const number = draft.seatBehind({ account, worker });
  if (number === null || draft.roster(number).status === 'expelled') return;
  const seat = draft.seat(number);
  const { nextRound: round } = run;
  const calls = seat.relayed.round === round ? seat.relayed.calls : 0;
  if (calls >= relayedCallsPerRound || !draft.source.hasLedger(relayer)) return;
  seat.relayed = { round, calls: calls + 1 };
  run.relayedCalls++;
  run.escrowYocto -= fee;
  run.paidYocto += fee;
  draft.credit(relayer, 'escrows', fee);
}
