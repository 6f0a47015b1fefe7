/**
 * Ticks draw, by the random seed of their block, so nothing that happens in the same receipt may
 * undo them: all actions of one receipt succeed or none does, and a second action that fails where the
 * draw is unwelcome would draw again in the next block, for as long as it takes. So whoever calls only
 * asks for a tick; the contract sends it to itself, as a receipt of its own with gas of its own.
 */
import { near } from 'near-sdk-js';
import { commandBounty } from './bounty-shell.js';
import { requireGas } from './call.js';
import { commandRun } from './run-shell.js';
import type { TickResult } from '../rules/run.js';
import type { Tick } from '../rules/phases.js';
import type { Actor } from '../rules/seat-name.js';

/** A tick may close a round of 64 seats, draw audits and open the next round. */
const runTeraGas = 250;
/** A tick may draw the reviewers of a bounty, or pay eight of them. */
const bountyTeraGas = 30;
/** What asking for a tick burns itself, and the receipt that it makes. */
const askingTeraGas = 20;

export type TickOfRun = Tick & Actor & { run: number };

/** The transaction's outcome is that of the tick. */
export function askForTick(it: TickOfRun): void {
  sendToSelf('on_tick', it, runTeraGas);
}

export function tickRun({ run, ...it }: TickOfRun): TickResult | null {
  return commandRun(run, { kind: 'tick', ...it }, it.account);
}

export function askForBountyTick(it: { bounty: number }): void {
  sendToSelf('on_bounty_tick', it, bountyTeraGas);
}

export function tickBounty({ bounty }: { bounty: number }): void {
  commandBounty(bounty, { kind: 'tick' });
}

function sendToSelf(method: string, args: object, teraGas: number): void {
  requireGas(teraGas + askingTeraGas);
  const gas = BigInt(teraGas) * 1_000_000_000_000n;
  near.promiseReturn(
    near.promiseCreate(near.currentAccountId(), method, JSON.stringify(args), 0n, gas),
  );
}
