/** While a round is computed, others must not wait for this seat's audits, nor it for theirs. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { nextDuty, type Duty } from './duty.js';
import { isPassing, monotonicMs, pause, RoundAbandoned } from './passing.js';
import type { BeforeStep } from './round.js';
import type { RunReader, Seen } from './run-reader.js';
import { actingOf, ownSeat, pollMsOf, type SeatOptions } from './seat-options.js';
import type { WorkEvent } from './work-event.js';

/** Between two moments in which anything else gets its turn. */
const breathEveryMs = 100;

/** What the watch asks of the seat whose round it is. */
export interface WatchedSeat {
  readonly declined: ReadonlySet<number>;
  readonly lost: ReadonlySet<string> | undefined;
  ownRootOf(round: number | undefined): Digest | null;
  /** Whether the seat's result of a round is at hand. */
  knows(round: number): boolean;
  perform(duty: Duty, seen: Seen): Promise<void>;
}

export function watchWhileTraining(
  round: number,
  it: {
    options: SeatOptions;
    reader: RunReader;
    seat: WatchedSeat;
    tell: (event: WorkEvent) => void;
  },
): BeforeStep {
  const { options, tell } = it;
  let lookedAt = monotonicMs();
  let breathedAt = -Infinity;
  return async (step, steps) => {
    // Steps of a small model take milliseconds; nobody needs to hear of each.
    if (monotonicMs() - breathedAt < breathEveryMs) return;
    breathedAt = monotonicMs();
    tell({ kind: 'step', round, step, steps });
    // Lets timers, signals and sockets have their turn between two steps.
    await pause(0);
    if (options.signal?.aborted) throw new RoundAbandoned('stopped on request');
    if (monotonicMs() - lookedAt < 8 * pollMsOf(options)) return;
    const seen = await look(it.reader);
    lookedAt = monotonicMs();
    if (!seen) return;
    requireWorthwhile(round, seen, options);
    await performUrgent(round, seen, it);
  };
}

/** Error: `RoundAbandoned` where nobody waits for the round any more. */
function requireWorthwhile(round: number, { run, seats }: Seen, options: SeatOptions): void {
  const { open, provisional } = run;
  if (open?.round !== round && provisional?.round !== round) {
    throw new RoundAbandoned('the round was cancelled');
  }
  if (!options.retire?.aborted || open?.round !== round) return;
  const { seat } = ownSeat(options, seats)!;
  // Computed again after a restart, a committed round is owed.
  if (!open.committed.includes(seat)) throw new RoundAbandoned('stopped on request');
}

/** What others wait for, if this seat can do it beside the steps. */
async function performUrgent(
  round: number,
  seen: Seen,
  { options, seat, tell }: Parameters<typeof watchWhileTraining>[1],
): Promise<void> {
  const duty = nextDuty({
    run: seen.run,
    seats: seen.seats,
    ...actingOf(options),
    role: options.role,
    nowMs: seen.run.nowMs,
    ownRoot: seat.ownRootOf(seen.run.provisional?.round),
    declined: seat.declined,
    ...(seat.lost ? { lost: seat.lost } : {}),
    retiring: options.retire?.aborted ?? false,
  });
  if (!canBeside(duty, round, seat)) return;
  try {
    await seat.perform(duty, seen);
  } catch (error) {
    // A hindered side duty is no reason to lose the round: the main loop will meet it again.
    if (!isPassing(error)) throw error;
    tell({ kind: 'hindered', message: (error as Error).message });
  }
}

/** Error: `RoundAbandoned` where an audit needs the session that is training now. */
function canBeside(duty: Duty, round: number, seat: WatchedSeat): boolean {
  switch (duty.kind) {
    case 'judge':
    case 'challenge-root':
    case 'appeal':
      return true;
    case 'answer':
    case 'measure':
      return duty.audit.round !== round;
    case 'deliver':
    case 'open':
    case 'uncover':
      if (duty.audit.round === round) return false;
      // After a restart the audited round's result is not at hand.
      if (seat.knows(duty.audit.round)) return true;
      throw new RoundAbandoned('an audit needs an earlier round computed again first');
    default:
      return false;
  }
}

async function look(reader: RunReader): Promise<Seen | null> {
  try {
    return await reader.read();
  } catch (error) {
    if (isPassing(error)) return null;
    throw error;
  }
}
