/** Loads what a command of a run needs, lets the rules decide, stores what changed. */
import { near } from 'near-sdk-js';
import { refuse } from '../rules/errors.js';
import { noteSeat } from '../rules/ledger.js';
import { RunDraft } from '../rules/run-draft.js';
import { applyRunCommand, type RunCommand } from '../rules/run-events.js';
import type { Run } from '../rules/run-state.js';
import type { RoundRecord, TickResult } from '../rules/run.js';
import { seatName, type Actor } from '../rules/seat-name.js';
import { settleReputations } from './reputations.js';
import { callContext, emit } from './call.js';
import {
  applyMoves,
  creditLedger,
  hasLedger,
  readApplicants,
  readAmendment,
  readAudits,
  readDisputes,
  readJson,
  readLedger,
  readRun,
  seats,
  terms,
  writeAmendment,
  writeAudits,
  writeDisputes,
  writeJson,
  writeLedger,
  writeRun,
} from './records.js';
import { auditList } from './audit-record.js';
import { disputeList } from './dispute-record.js';
import { isSeatChanged } from './seat-record.js';
import { statusIn, trainsIn, type StoredRun } from './run-record.js';

export function loadRun(id: number): Run {
  return findRun(id).run;
}

function findRun(id: number): { run: Run; stored: StoredRun } {
  return readRun(id) ?? refuse('NOT_FOUND', `there is no run ${id}`);
}

/** `account`: who acts, where the contract itself calls for it. */
export function commandRun(id: number, command: RunCommand, account?: string): TickResult | null {
  const before: Before = { seats: new Map(), audits: new Map(), disputes: 0 };
  const { run, stored } = findRun(id);
  const draft = new RunDraft(
    {
      run,
      statusOf: (number) => statusIn(run, number),
      trains: (number) => trainsIn(run, number),
      terms: () => terms.get(id)!,
      seat: (number) => {
        const text = near.storageRead(`s:${id}:${number}`)!;
        before.seats.set(number, text);
        return seats.parse(text);
      },
      seatOf: (actor) => readNumber(`o:${id}:${seatName(actor)}`),
      seatOperatedBy: (actor) => readNumber(`w:${id}:${seatName(actor)}`),
      partyOf: (account) => readNumber(`n:${id}:${account}`),
      hasLedger,
      amendment: () => readAmendment(id),
      record: (round) => readJson<RoundRecord>(`c:${id}:${round}`),
      auditsOf: (seat) => {
        const audits = readAudits(id, seat);
        before.audits.set(seat, audits.length);
        return audits;
      },
      disputes: () => {
        const disputes = readDisputes(id);
        before.disputes = disputes.length;
        return disputes;
      },
      applicants: () => readApplicants(id),
    },
    callContext(account),
  );
  const result = applyRunCommand(draft, command);
  writeRun(id, draft.run, stored);
  storeDraft(draft, before, command);
  return result;
}

/** What was read, to write only what changed: the seats, how many audits of each, and disputes. */
interface Before {
  seats: Map<number, string>;
  audits: Map<number, number>;
  disputes: number;
}

function storeDraft(draft: RunDraft, before: Before, command: RunCommand): void {
  const { id } = draft.run;
  const { amendedTerms } = draft;
  if (amendedTerms) terms.put(id, amendedTerms);
  if (draft.amendmentChanged) writeAmendment(id, draft.amendment);
  for (const [seat, audits] of draft.audits) {
    if (auditList.isChanged(audits, before.audits.get(seat))) writeAudits(id, seat, audits);
  }
  const { disputes, applicants } = draft.touched;
  if (disputes && disputeList.isChanged(disputes, before.disputes)) writeDisputes(id, disputes);
  if (applicants) writeJson(`q:${id}`, applicants);
  for (const [number, seat] of draft.seats) {
    const known = before.seats.get(number);
    if (known !== undefined && !isSeatChanged(seat)) continue;
    const text = seats.format(seat);
    if (text === known) continue;
    near.storageWrite(`s:${id}:${number}`, text);
    if (known === undefined) near.storageWrite(`o:${id}:${seatName(seat)}`, `${number}`);
  }
  for (const { round, text } of draft.records) near.storageWrite(`c:${id}:${round}`, text);
  for (const [account, party] of draft.parties) {
    near.storageWrite(`n:${id}:${account}`, `${party}`);
  }
  for (const [name, seat] of draft.operators) {
    if (seat === null) near.storageRemove(`w:${id}:${name}`);
    else near.storageWrite(`w:${id}:${name}`, `${seat}`);
  }
  storeLedgers(draft, before.seats);
  settleReputations(draft.conducts);
  applyMoves(draft.moves);
  if (draft.events.length === 0) noteAct(draft, command);
  emit(draft.events);
}

/** Most acts of a seat are one of many and need no event of their own. */
function noteAct(draft: RunDraft, command: RunCommand): void {
  const { kind: act, account = null, worker = '' } = command as { kind: string } & Partial<Actor>;
  draft.emit('acted', { act, account, worker });
}

function readNumber(key: string): number | null {
  const text = near.storageRead(key);
  return text === null ? null : Number(text);
}

/** The seats that an account owns or is paid for are noted with its money. */
function storeLedgers(draft: RunDraft, before: ReadonlyMap<number, string>): void {
  const credits = new Map(draft.credits);
  for (const [number, seat] of draft.seats) {
    if (before.has(number)) continue;
    for (const account of new Set([seat.account, seat.payout])) {
      const ledger = readLedger(account);
      noteSeat(ledger, { run: draft.run.id, seat: number });
      ledger.balance += credits.get(account) ?? 0n;
      credits.delete(account);
      writeLedger(ledger);
    }
  }
  for (const [account, yocto] of credits) creditLedger(account, yocto);
}
