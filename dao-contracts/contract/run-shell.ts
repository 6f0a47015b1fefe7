/** Loads what a command of a run needs, lets the rules decide, stores what changed. */
import { near } from 'near-sdk-js';
import { refuse } from '../rules/errors.js';
import { noteSeat } from '../rules/ledger.js';
import { RunDraft } from '../rules/run-draft.js';
import { applyRunCommand, type RunCommand } from '../rules/run-events.js';
import type { Run } from '../rules/run-state.js';
import type { TickResult } from '../rules/run.js';
import { callContext, emit } from './call.js';
import {
  applyMoves,
  readApplicants,
  readAudits,
  readDisputes,
  readLedger,
  runs,
  seats,
  terms,
  writeAudits,
  writeDisputes,
  writeJson,
  writeLedger,
} from './records.js';

export function loadRun(id: number): Run {
  return runs.get(id) ?? refuse('NOT_FOUND', `there is no run ${id}`);
}

export function commandRun(id: number, command: RunCommand): TickResult | null {
  /** Seats as they were read, to write only those that changed. */
  const before = new Map<number, string>();
  const draft = new RunDraft(
    {
      run: loadRun(id),
      terms: () => terms.get(id)!,
      seat: (number) => {
        const text = near.storageRead(`s:${id}:${number}`)!;
        before.set(number, text);
        return seats.parse(text);
      },
      seatOf: (account) => {
        const number = near.storageRead(`o:${id}:${account}`);
        return number === null ? null : Number(number);
      },
      audits: () => readAudits(id),
      disputes: () => readDisputes(id),
      applicants: () => readApplicants(id),
    },
    callContext(),
  );
  const result = applyRunCommand(draft, command);
  storeDraft(draft, before);
  return result;
}

function storeDraft(draft: RunDraft, before: ReadonlyMap<number, string>): void {
  const { id } = draft.run;
  runs.put(id, draft.run);
  const { audits, disputes, applicants } = draft.touched;
  if (audits) writeAudits(id, audits);
  // Most runs never have one: no empty record is stored for them.
  if (disputes && (disputes.length > 0 || near.storageHasKey(`j:${id}`))) {
    writeDisputes(id, disputes);
  }
  if (applicants) writeJson(`q:${id}`, applicants);
  for (const [number, seat] of draft.seats) {
    const text = seats.format(seat);
    if (text === before.get(number)) continue;
    near.storageWrite(`s:${id}:${number}`, text);
    if (!before.has(number)) near.storageWrite(`o:${id}:${seat.account}`, `${number}`);
  }
  for (const { round, text } of draft.records) near.storageWrite(`c:${id}:${round}`, text);
  storeLedgers(draft, before);
  applyMoves(draft.moves);
  emit(draft.events);
}

function storeLedgers(draft: RunDraft, before: ReadonlyMap<number, string>): void {
  const credits = new Map(draft.credits);
  for (const [number, seat] of draft.seats) {
    if (before.has(number)) continue;
    const ledger = readLedger(seat.account);
    noteSeat(ledger, { run: draft.run.id, seat: number });
    ledger.balanceYocto += credits.get(seat.account) ?? 0n;
    credits.delete(seat.account);
    writeLedger(ledger);
  }
  for (const [account, yocto] of credits) creditLedger(account, yocto);
}

export function creditLedger(account: string, yocto: bigint): void {
  const ledger = readLedger(account);
  ledger.balanceYocto += yocto;
  writeLedger(ledger);
}
