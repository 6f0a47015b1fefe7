/**
 * What adversaries did and what came of it: the trials that a detection rate is measured over. A
 * breach counts once the protocol could have found it: a claim when its round became provisional
 * with it, an answer when its audit closed, a withheld reveal at once.
 */
import type { RunEvent } from '@commonweights/dao-contracts/rules/run-draft.js';
import type { RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import type { Duty } from './behaviour.js';

interface Tally {
  exposed: number;
  detected: number;
  /** Exposures up to the first detection; null: never detected. */
  firstAfter: number | null;
}

export class OffenceBook {
  /** Claims: "round seat". Answers: "round subject seat". */
  readonly #open = new Set<string>();
  readonly tallies = new Map<number, Tally>();
  readonly #wrong = new Map<number, number>();
  /** Claims of offenders that were not included, so that nobody had to find them. */
  excluded = 0;

  offend(seat: number, duty: Duty): void {
    if (duty.kind === 'reveal') this.#expose(seat);
    else this.#open.add(keyOf(seat, duty));
  }

  retract(seat: number, duty: Duty): void {
    this.#open.delete(keyOf(seat, duty));
  }

  follow(events: readonly RunEvent[], state: Readonly<RunState>): void {
    for (const { event, data } of events) {
      const round = data.round as number;
      const seat = data.seat as number;
      if (event === 'round_provisional') this.#closeClaims(round, data.included as number[]);
      if (event === 'audit_closed') this.#closeAnswers(round, seat, state);
      // Of answers, only those that were overruled count, each for itself.
      const asAuditor = String(data.why).startsWith('silent or overruled');
      if (event === 'seat_expelled' && !asAuditor) this.#detect(seat);
    }
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

  #closeAnswers(round: number, subject: number, state: Readonly<RunState>): void {
    for (const key of this.#open) {
      const [kind, at, of, seat] = key.split(' ');
      if (kind !== 'answer' || Number(at) !== round || Number(of) !== subject) continue;
      this.#open.delete(key);
      const number = Number(seat);
      this.#expose(number);
      const wrong = state.seats[number]!.auditsWrong;
      if (wrong > (this.#wrong.get(number) ?? 0)) this.#detect(number);
      this.#wrong.set(number, wrong);
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

function keyOf(seat: number, duty: Duty): string {
  return 'audit' in duty
    ? `answer ${duty.round} ${duty.audit.seat} ${seat}`
    : `claim ${duty.round} ${seat}`;
}
