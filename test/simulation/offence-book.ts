/**
 * What adversaries did and what came of it: the trials that a detection rate is measured over. A
 * breach counts once the protocol could have found it: a claim when its round became provisional
 * with it, an answer when its audit closed, a withheld reveal at once.
 */
import type { RunEvent } from '@commonweights/dao-contracts/rules/run-draft.js';
import type { RunCommand, RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import type { Duty } from './behaviour.js';

interface Tally {
  exposed: number;
  detected: number;
  /** Exposures up to the first detection; null: never detected. */
  firstAfter: number | null;
}

export class OffenceBook {
  /** Claims: "round seat". Answers: "round subject segment seat". */
  readonly #open = new Set<string>();
  readonly tallies = new Map<number, Tally>();
  readonly #auditors = new Set<number>();
  readonly #wrong = new Map<number, number>();
  /** Claims of offenders that were not included, so that nobody had to find them. */
  excluded = 0;

  /** `commands`: what it sends, if it sends something. */
  offend(seat: number, duty: Duty, commands: readonly RunCommand[]): void {
    if (duty.kind === 'reveal') this.#expose(seat);
    else this.#open.add(keyOf(seat, duty, commands));
  }

  retract(seat: number, duty: Duty, commands: readonly RunCommand[]): void {
    this.#open.delete(keyOf(seat, duty, commands));
  }

  follow(events: readonly RunEvent[], state: Readonly<RunState>): void {
    for (const { event, data } of events) {
      const round = data.round as number;
      const seat = data.seat as number;
      if (event === 'round_provisional') {
        this.#closeClaims(round, data.included as number[]);
        this.#closeRoots(round, data.root as string);
      }
      if (event === 'audit_closed') {
        this.#closeAnswers({ round, seat, segment: data.segment as number });
      }
      // Of answers, only those that were overruled count, each for itself.
      const asAuditor = String(data.why).startsWith('silent or overruled');
      // By distance, each failure was found when it was priced.
      const forFailures = String(data.why).endsWith('of its last audits');
      if (event === 'seat_expelled' && !asAuditor && !forFailures) this.#detect(seat);
      if (event === 'failure_priced') this.#detect(seat);
    }
    if (events.length > 0) this.#countOverruled(state);
  }

  #closeClaims(round: number, included: readonly number[]): void {
    for (const key of this.#open) {
      const [kind, at, seat] = key.split(' ');
      if (kind !== 'claim' || Number(at) > round) continue;
      this.#open.delete(key);
      if (Number(at) < round) continue;
      if (included.includes(Number(seat))) this.#expose(Number(seat));
      else this.excluded++;
    }
  }

  /** Only of a root that won. */
  #closeRoots(round: number, root: string): void {
    for (const key of this.#open) {
      const [kind, at, seat, named] = key.split(' ');
      if (kind !== 'root' || Number(at) > round) continue;
      this.#open.delete(key);
      if (Number(at) === round && named === root) this.#expose(Number(seat));
    }
  }

  #closeAnswers(it: { round: number; seat: number; segment: number }): void {
    for (const key of this.#open) {
      const [kind, round, subject, segment, seat] = key.split(' ');
      if (kind !== 'answer' || Number(segment) !== it.segment) continue;
      if (Number(round) !== it.round || Number(subject) !== it.seat) continue;
      this.#open.delete(key);
      this.#expose(Number(seat));
      this.#auditors.add(Number(seat));
    }
  }

  /** An answer is overruled when its dispute ends, which may be long after its audit closed. */
  #countOverruled(state: Readonly<RunState>): void {
    for (const seat of this.#auditors) {
      const wrong = state.seats[seat]!.auditsWrong;
      for (let i = this.#wrong.get(seat) ?? 0; i < wrong; i++) this.#detect(seat);
      this.#wrong.set(seat, wrong);
    }
  }

  #expose(seat: number): void {
    const tally = this.tallies.get(seat) ?? { exposed: 0, detected: 0, firstAfter: null };
    tally.exposed++;
    this.tallies.set(seat, tally);
  }

  /** An expulsion after the last exposure detects it once. */
  #detect(seat: number): void {
    const tally = this.tallies.get(seat);
    if (!tally || tally.detected >= tally.exposed) return;
    tally.detected++;
    tally.firstAfter ??= tally.exposed;
  }
}

function keyOf(seat: number, duty: Duty, commands: readonly RunCommand[]): string {
  const { round } = duty;
  if ('audit' in duty) return `answer ${round} ${duty.audit.seat} ${duty.audit.segment} ${seat}`;
  const named = commands.find((command) => command.kind === 'submit_root');
  return named ? `root ${round} ${seat} ${named.root}` : `claim ${round} ${seat}`;
}
