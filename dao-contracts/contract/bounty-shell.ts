/** Bounties on chain: opened by vote, then moved by whoever acts. The rules decide; this stores. */
import type { Action } from '../rules/actions.js';
import { applyBountyCommand, type BountyCommand } from '../rules/bounty/events.js';
import { bountyStorageYocto, newBounty, viewBounty } from '../rules/bounty/new-bounty.js';
import {
  BountyDraft,
  type Bounty,
  type BountyRecords,
  type Contributor,
  type RecordKind,
} from '../rules/bounty/state.js';
import { bountyEscrow, type BountyTerms } from '../rules/bounty/terms.js';
import { refuse } from '../rules/errors.js';
import { moveMoney, type Totals } from '../rules/totals.js';
import type { BountyView } from '../rules/views.js';
import { callContext, emit, nowMs } from './call.js';
import { listIds } from './pages.js';
import {
  applyMoves,
  creditLedger,
  readJson,
  readMoney,
  takeId,
  writeJson,
  writeMoney,
} from './records.js';

/** Money in the treasury and the licence were checked by the caller. */
export function openBounty(
  { terms }: Extract<Action, { kind: 'open-bounty' }>,
  it: { proposal: number; moves: Totals },
): number {
  const { proposal, moves } = it;
  const id = takeId('bounties');
  moveMoney(moves, 'treasury', 'escrows', bountyEscrow(terms));
  moveMoney(moves, 'escrows', 'storage', bountyStorageYocto);
  writeJson(`bt:${id}`, terms);
  writeMoney(`b:${id}`, newBounty({ id, proposal, terms, nowMs: nowMs() }));
  emit([{ event: 'bounty_opened', data: { bounty: id, proposal } }]);
  return id;
}

export function commandBounty(id: number, command: BountyCommand): void {
  const bounty = loadBounty(id);
  const draft = new BountyDraft(
    { bounty, terms: () => loadTerms(id), read: (kind, name) => readRecord(id, kind, name) },
    callContext(),
  );
  applyBountyCommand(draft, command);
  writeMoney(`b:${id}`, bounty);
  for (const { kind, name, value } of draft.written.values()) {
    writeMoney(keyOf(id, kind, name), value);
  }
  for (const [account, yocto] of draft.credits) creditLedger(account, yocto);
  applyMoves(draft.moves);
  emit(draft.events);
}

export function loadBounty(id: number): Bounty {
  return readMoney<Bounty>(`b:${id}`) ?? refuse('NOT_FOUND', `there is no bounty ${id}`);
}

export function loadTerms(id: number): BountyTerms {
  return readJson<BountyTerms>(`bt:${id}`)!;
}

/** At most as many as a dataset names. */
export function loadContributors({ id, contributors }: Bounty): Contributor[] {
  return Array.from({ length: contributors }, (_, n) => readRecord(id, 'contributor', n)!);
}

export function showBounty(id: number): BountyView | null {
  const bounty = readMoney<Bounty>(`b:${id}`);
  return bounty && viewBounty(bounty, { terms: loadTerms(id), nowMs: nowMs() });
}

const lists = { batch: 'batches', contributor: 'contributors', reviewer: 'reviewers' } as const;

/** Numbers of these count from 0. */
export function listRecords(it: {
  bounty: number;
  kind: keyof typeof lists;
  from: number;
  limit: number;
}): unknown[] {
  const bounty = readMoney<Bounty>(`b:${it.bounty}`);
  const numbers = listIds(it, bounty ? bounty[lists[it.kind]] : 0);
  // As stored: money is text already.
  return numbers.map((number) => readJson(keyOf(it.bounty, it.kind, number - 1)));
}

function readRecord<K extends RecordKind>(
  id: number,
  kind: K,
  name: string | number,
): BountyRecords[K] | null {
  const key = keyOf(id, kind, name);
  return kind === 'reviewer' ? readMoney(key) : readJson(key);
}

/** `bc`, `br`, `bb`, `bp` and `bi` begin the keys of the five kinds. */
function keyOf(id: number, kind: RecordKind, name: string | number): string {
  return `b${kind[0]}:${id}:${name}`;
}
