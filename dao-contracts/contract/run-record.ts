/** How a run is stored: itself, the open and the provisional round, each in lines (packed-record.ts). */
import type { OpenRound, ProvisionalRound, RosterEntry, Run } from '../rules/run-state.js';
import type { SliceOfSeat } from '../rules/run.js';
import {
  json,
  listOf,
  money,
  nullable,
  numbers,
  PackedRecord,
  settled,
  yocto,
  type ListCodec,
} from './packed-record.js';

/** `seat:rest`. */
function ofSeat<T extends { seat: number }>(
  rest: (it: T) => string,
  parse: (seat: number, rest: string) => T,
): ListCodec<T> {
  return listOf({
    format: (it) => `${it.seat}:${rest(it)}`,
    parse: (text) => {
      const at = text.indexOf(':');
      return parse(Number(text.slice(0, at)), text.slice(at + 1));
    },
  });
}

const slices = ofSeat<SliceOfSeat>(
  ({ slice }) => `${slice}`,
  (seat, slice) => ({ seat, slice: Number(slice) }),
);

/** Most updates are named by the same: each set once, with its seats. Sorted by seat, as it was. */
const witnessed: ListCodec<ProvisionalRound['witnessed'][number]> = {
  format: (list) => {
    const seatsBy = new Map<string, number[]>();
    for (const { seat, by } of list) {
      const seats = seatsBy.get(by);
      if (seats) seats.push(seat);
      else seatsBy.set(by, [seat]);
    }
    return [...seatsBy].map(([by, seats]) => `${by}:${seats.join(' ')}`).join();
  },
  parse: (line) => {
    if (line === '') return [];
    const found = line.split(',').flatMap((group) => {
      const [by, seats] = group.split(':') as [string, string];
      return seats.split(' ').map((seat) => ({ seat: Number(seat), by }));
    });
    return found.sort((a, b) => a.seat - b.seat);
  },
};

const roles = { t: 'trainer', a: 'auditor' } as const;
const statuses = { a: 'active', b: 'absent', e: 'expelled', l: 'left' } as const;
const letterOf = { active: 'a', absent: 'b', expelled: 'e', left: 'l' } as const;
const roster = listOf<RosterEntry>({
  format: ({ role, status, fromRound, owner, payee }) =>
    `${role[0]}${letterOf[status]}${fromRound}:${owner}:${payee}`,
  parse: (text) => {
    const [fromRound, owner, payee] = text.slice(2).split(':');
    return {
      role: roles[text[0] as keyof typeof roles],
      status: statuses[text[1] as keyof typeof statuses],
      fromRound: Number(fromRound),
      owner: Number(owner),
      payee: Number(payee),
    };
  },
});

const runs = new PackedRecord<Omit<Run, 'open' | 'provisional'>>({
  id: 'state',
  status: 'state',
  budgetYocto: yocto,
  escrowYocto: yocto,
  paidYocto: yocto,
  proposal: 'rest',
  proposer: 'rest',
  pausedBecause: 'rest',
  pausedUntilMs: 'rest',
  pausedSinceMs: 'rest',
  finalRounds: 'rest',
  paidRounds: 'rest',
  cancelledRounds: 'rest',
  finalRound: 'rest',
  finalRoot: 'rest',
  logHead: 'rest',
  nextRound: 'rest',
  resetNext: 'rest',
  nextSlice: 'rest',
  parties: 'rest',
  earners: 'rest',
  relayedCalls: 'rest',
  amendment: 'rest',
  enrolDeadlineMs: 'rest',
  nextDispute: 'rest',
  draws: 'rest',
  busySinceMs: 'rest',
  busyMs: 'rest',
  audited: 'rest',
  decoysPaid: 'rest',
  dataRounds: 'rest',
  returnedSlices: numbers,
  roster,
  rewinds: json(),
  recentMs: settled(json<Run['recentMs']>()),
  work: settled(money<Run['work']>()),
});

const openRounds = new PackedRecord<OpenRound>({
  round: 'state',
  ordinal: 'state',
  phase: 'state',
  sinceMs: 'state',
  expected: 'state',
  lateAfterMs: 'state',
  mostMs: 'state',
  halfMs: 'state',
  deadlineMs: 'state',
  startRoot: 'state',
  localReset: 'state',
  slices: settled(slices),
  missed: settled(numbers),
  committed: settled(numbers),
  revealed: settled(numbers),
  certified: settled(numbers),
  witnesses: settled(numbers),
  nameable: 'state',
  named: settled(json<OpenRound['named']>()),
  witnessed: settled(witnessed),
  included: settled(nullable(numbers)),
  submitted: settled(numbers),
  roots: json(),
});

const provisionalRounds = new PackedRecord<ProvisionalRound>({
  round: 'state',
  ordinal: 'state',
  root: 'state',
  startRoot: 'state',
  localReset: 'state',
  struck: 'state',
  sinceMs: 'state',
  challengeUntilMs: 'state',
  audits: 'state',
  auditsOpen: 'state',
  auditsDueMs: 'state',
  crowded: 'state',
  failed: 'state',
  silent: 'state',
  included: settled(numbers),
  slices: settled(slices),
  revealed: settled(numbers),
  namedBy: settled(numbers),
  witnessed: settled(witnessed),
  committee: settled(numbers),
  challenges: json(),
});

/** A seat's status, without decoding all the others of the roster; null: they are decoded. */
export function statusIn(run: Run, seat: number): RosterEntry['status'] | null {
  const entry = runs.lineOf(run, 'roster')?.split(',')[seat];
  return entry ? statuses[entry[1] as keyof typeof statuses] : null;
}

/** Whether a seat trains in the open round; null: its slices are decoded. */
export function trainsIn({ open }: Run, seat: number): boolean | null {
  const line = open && openRounds.lineOf(open, 'slices');
  return line === null ? null : `,${line}`.includes(`,${seat}:`);
}

/**
 * The two texts of a run. An act of a round changes the open round and little else, so that one has
 * a record of its own: what is not changed is not written, nor paid for.
 */
export interface StoredRun {
  rest: string;
  /** The open round; empty: there is none. */
  open: string;
}

/** Law: `formatRun(parseRun(stored))` is `stored`, whichever of its fields were read in between. */
export function parseRun({ rest, open }: StoredRun): Run {
  const lines = rest.split('\n');
  const run = runs.unpack(lines, 1) as Run;
  run.open = open === '' ? null : openRounds.unpack(open.split('\n'), 0);
  const hasProvisional = lines[0] === '1';
  run.provisional = hasProvisional ? provisionalRounds.unpack(lines, 1 + runs.length) : null;
  return run;
}

/** `known`: what it was parsed from, if it was; what is not changed is not formatted again. */
export function formatRun(run: Run, known?: StoredRun): StoredRun {
  const { open, provisional } = run;
  const lines: string[] = [];
  if (open) openRounds.pack(open, lines);
  const text = lines.join('\n');
  if (known && isAsStored(run, known)) return { rest: known.rest, open: text };
  const rest = [provisional ? '1' : '0'];
  runs.pack(run, rest);
  if (provisional) provisionalRounds.pack(provisional, rest);
  return { rest: rest.join('\n'), open: text };
}

function isAsStored(run: Run, { rest }: StoredRun): boolean {
  const { provisional } = run;
  if (runs.isChanged(run) || rest.startsWith('1') !== (provisional !== null)) return false;
  return provisional === null || !provisionalRounds.isChanged(provisional);
}
