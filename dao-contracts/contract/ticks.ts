/**
 * Ticks draw, by the random seed of their block, so nothing that happens in the same receipt may
 * undo them: all actions of one receipt succeed or none does, and a second action that fails where the
 * draw is unwelcome would draw again in the next block, for as long as it takes. So whoever calls only
 * asks for a tick; the contract sends it to itself, as a receipt of its own with gas of its own.
 */
import { near } from 'near-sdk-js';
import { commandBounty } from './bounty-shell.js';
import { caller, requireGas } from './call.js';
import { commandRun } from './run-shell.js';
import type { TickResult } from '../rules/run.js';
import type { Tick } from '../rules/phases.js';

/** A tick may close a round of 64 seats, draw audits and open the next round. */
const runTeraGas = 250;
/** A tick may draw the reviewers of a bounty, or pay eight of them. */
const bountyTeraGas = 30;
/** What asking for a tick burns itself, and the receipt that it makes. */
const askingTeraGas = 20;

type AskedTick = Tick & { run: number; worker?: string };

/**
 * `account` null: who signed. On a network of one's own the block's seed follows from what is called:
 * whose tick came first must not make another draw.
 */
export type TickOfRun = AskedTick & { account: string | null };

/** The transaction's outcome is that of the tick. */
export function askForTick(it: AskedTick): void {
  const account = caller() === near.signerAccountId() ? null : caller();
  sendToSelf('on_tick', { ...it, account }, runTeraGas);
}

export function tickRun({ run, ...it }: TickOfRun): TickResult | null {
  const account = it.account ?? near.signerAccountId();
  return commandRun(run, { kind: 'tick', ...it, account }, account);
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
