/**
 * A contributor's whole life in one run, top to bottom: join, then again and again ask the chain
 * what this seat owes, do it, and look again. Nothing that matters lives only in this process: after
 * a kill the same loop picks up from the chain and from blobs, computing again what it must.
 */
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { isDaoError } from '@commonweights/dao-contracts/client/errors.js';
import { toWire } from '@commonweights/dao-contracts/client/money-fields.js';
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { encodeState } from '../checkpoint/state.js';
import { openRun, type OpenRun } from '../run/open-run.js';
import { termsOf, type RunSpec } from '../run/run-spec.js';
import { findSeat, nextDuty, type Duty } from './duty.js';
import { codeOf, isPassing, isPassingWithSeat } from './passing.js';
import { prospectsOf } from './prospects.js';
import { RunReader } from './run-reader.js';
import { SeatAtWork } from './seat-at-work.js';
import { actingOf, pollMsOf, type SeatOptions } from './seat-options.js';
import type { WorkEvent } from './work-event.js';

export interface WorkOutcome {
  readonly because: string;
  readonly seat: SeatView | null;
}

/** A seat owes its stake to being there: a chain or registry that is away is waited for. */
const pauseMaxMs = 15_000;

/**
 * Works until the run ends, the seat is lost or `signal` aborts. Errors: those of `openRun`, a
 * refused enrolment, `TERMS_MISMATCH`; what can pass (a chain or a registry that is away) is waited
 * for as long as it takes.
 */
export async function work(options: SeatOptions): Promise<WorkOutcome> {
  const pollMs = pollMsOf(options);
  const reader = new RunReader(options.client, options.run);
  const first = await reader.read();
  let spec = first.run.terms.spec;
  let seat = await takeUp(options, first.run, reader);
  let failures = 0;
  let outOfGas = 0;
  let seated = false;
  let waitedFor = '';
  try {
    tellProspects(options, { ...first, stepMs: seat.stepMs, spec: seat.spec });
    if (options.dryRun) return { because: 'only tested', seat: null };
    for (;;) {
      if (options.signal?.aborted) return leave(options, 'stopped on request');
      let duty: Duty | null = null;
      let nowMs = 0;
      try {
        const { run, seats } = await reader.read();
        options.onSeen?.({ run, seats });
        nowMs = run.nowMs;
        seated = findSeat(seats, actingOf(options)) !== undefined;
        if (run.terms.spec !== spec) {
          // Amended by a vote, at a round boundary: nothing of the old spec is under way any more.
          const next = await takeUp(options, run, reader);
          await seat.close();
          [seat, spec] = [next, run.terms.spec];
        }
        duty = nextDuty({
          run,
          seats,
          ...actingOf(options),
          role: options.role,
          nowMs,
          ownRoot: seat.ownRootOf(run.provisional?.round),
          declined: seat.declined,
          ...(seat.lost ? { lost: seat.lost } : {}),
          banned: seat.banned,
          retiring: options.retire?.aborted ?? false,
          sent: seat.sent,
        });
        await seat.perform(duty, { run, seats });
        if (duty.kind === 'finish') return await leave(options, duty.because);
        if (duty.kind !== 'wait') reader.forget();
        failures = 0;
        outOfGas = 0;
      } catch (error) {
        if (options.signal?.aborted) return leave(options, 'stopped on request');
        // Who has no seat yet wants to hear that there is none; who has one waits.
        outOfGas = codeOf(error) === 'OUT_OF_GAS' ? outOfGas + 1 : 0;
        const canPass = seated
          ? isPassingWithSeat(error, { outOfGasInARow: outOfGas })
          : isPassing(error) && !isNoPlace(error);
        if (!canPass) throw error;
        failures++;
        options.onEvent?.({ kind: 'hindered', message: (error as Error).message });
        await pause(Math.min(pollMs * 2 ** Math.min(failures, 12), pauseMaxMs), options.signal);
        continue;
      }
      if (duty.kind === 'wait') {
        if (duty.for !== waitedFor) options.onEvent?.(toldOf(duty, nowMs));
        waitedFor = duty.for;
        await pause(pollMs, options.signal, options.retire);
      } else {
        waitedFor = '';
      }
    }
  } finally {
    await seat.close();
  }
}

/**
 * Before anything is staked. Error: `TOO_SLOW`: this machine cannot do in time what it would stake on.
 */
function tellProspects(
  options: SeatOptions,
  it: { run: RunView; seats: readonly SeatView[]; stepMs: number; spec: RunSpec },
): void {
  const { role, relayed = false } = options;
  if (findSeat(it.seats, actingOf(options))) return;
  const prospects = prospectsOf({ ...it, role, relayed });
  options.onEvent?.({ kind: 'prospects', prospects });
  if (prospects.neededSeconds <= prospects.givenSeconds) return;
  const what = role === 'trainer' ? 'a round' : 'an audit';
  throw new Error(
    `TOO_SLOW: ${what} takes about ${Math.ceil(prospects.neededSeconds)} s on this machine, and the ` +
      `run gives ${Math.floor(prospects.givenSeconds)} s; free it from other work, or take a faster one`,
  );
}

function toldOf(duty: Extract<Duty, { kind: 'wait' }>, nowMs: number): WorkEvent {
  const { for: what, untilMs } = duty;
  return { kind: 'waiting', for: what, ...(untilMs ? { forMs: untilMs - nowMs } : {}) };
}

/** Opens what the terms name, and makes sure that they are what the DAO voted on. */
async function takeUp(options: SeatOptions, run: RunView, reader: RunReader): Promise<SeatAtWork> {
  const { blobs, engine } = options;
  const opened = await openRun({ spec: run.terms.spec, blobs, engine });
  checkTerms(run, opened);
  await checkDataset(options, opened.spec);
  return SeatAtWork.open(options, opened, reader);
}

function isNoPlace(error: unknown): boolean {
  return /^(RUN_FULL|TOO_MANY)\b/.test((error as Error).message);
}

/** The terms that the contract enforces have to be those of the spec that the terms name. */
function checkTerms(run: RunView, { spec, program, initial }: OpenRun): void {
  const { terms } = run;
  const initialRoot = digestOf(encodeState(initial, program.layout));
  const expected = termsOf({ spec, digest: terms.spec, initialRoot });
  if (digestOfJson(expected) === digestOfJson(toWire(terms))) return;
  throw new Error(
    'TERMS_MISMATCH: what the DAO funded differs from the spec that it names; do not work on it',
  );
}

/** The licence was checked of the dataset on record; the spec must not train on another one. */
async function checkDataset({ client }: SeatOptions, spec: RunSpec): Promise<void> {
  const dataset = await client.getDataset({ id: spec.data.dataset });
  if (dataset?.manifest === spec.data.manifest) return;
  throw new Error(
    `DATASET_MISMATCH: the spec trains on ${spec.data.manifest}, on record for ` +
      `${spec.data.dataset} is ${dataset?.manifest ?? 'nothing'}; do not work on it`,
  );
}

async function leave(options: SeatOptions, because: string): Promise<WorkOutcome> {
  let seat: SeatView | null = null;
  try {
    const seats = await options.client.getSeats({ run: options.run });
    seat = findSeat(seats, actingOf(options)) ?? null;
  } catch (error) {
    if (!isDaoError(error)) throw error;
  }
  options.onEvent?.({ kind: 'left', because });
  return { because, seat };
}

function pause(ms: number, ...signals: (AbortSignal | undefined)[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      for (const signal of signals) signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    for (const signal of signals) signal?.addEventListener('abort', done);
  });
}
