/**
 * One play of real workers with a crew among them, and a row of many: breaches and what was found of
 * them as the simulation counts them, and what became of the model's loss on what nobody trained on.
 */
import { standingRounds } from '@commonweights/dao-contracts/rules/round-log.js';
import { decodeState } from '@commonweights/trainer/checkpoint/state.js';
import { evaluateHeldOut } from '@commonweights/trainer/run/evaluate.js';
import type { Plan } from '../chaos/fault-plan.js';
import { playOne, type Cast, type Played, type Stage } from '../chaos/play.js';
import { OffenceBook } from '../simulation/offence-book.js';
import { RandomStream } from '../simulation/random-stream.js';
import type { Member, RealAdversary } from './conducts.js';
import { auditors, trainers } from './stage.js';

export interface RealPlay {
  readonly played: Played;
  readonly exposed: number;
  readonly detected: number;
  /** Seats outside the crew that lost stake or held-back pay. */
  readonly honestPunished: number;
  /** Claims of honest seats that an audit was closed of. */
  readonly honestAudits: number;
  readonly heldOutLoss: number;
  /** After each round that stands, in order: where it was on the way. */
  readonly losses: readonly number[];
}

/** Nothing goes wrong but people. */
const calm: Plan = { index: 0, harsh: false, mildMs: 0, stepMs: 1_500, faults: [] };

/** `adversary` null: everybody is honest. */
export async function playReal(
  stage: Stage,
  adversary: RealAdversary | null,
  seed: number,
): Promise<RealPlay> {
  const book = new OffenceBook();
  const crew = new Map<string, Member | null>();
  for (const account of crewOf(adversary, seed)) crew.set(account, null);
  const cast: Cast = {
    trainers,
    auditors,
    conductOf: (account, registry) => {
      if (!crew.has(account)) return undefined;
      const random = new RandomStream('crew', seed, account);
      const member = adversary!.join({ random, registry, account });
      crew.set(account, member);
      return member;
    },
  };
  let honestAudits = 0;
  const played = await playOne(stage, calm, {
    seed,
    cast,
    watch: (state, { events }, command) => {
      const account = 'account' in command ? command.account : '';
      if (crew.get(account)?.offends(command)) {
        const seat = state.seats.findIndex((one) => one.account === account);
        book.offend(seat, dutyOf(command), []);
      }
      for (const { event, data } of events) {
        if (event !== 'audit_closed') continue;
        if (!crew.has(state.seats[data.seat as number]!.account)) honestAudits++;
      }
      book.follow(events, state);
    },
  });
  const punished = played.seats.filter(
    ({ account, slashedYocto }) => !crew.has(account) && slashedYocto !== '0',
  );
  const tallies = [...book.tallies.values()];
  const losses = await lossesOf(stage, played);
  return {
    played,
    exposed: tallies.reduce((sum, one) => sum + one.exposed, 0),
    detected: tallies.reduce((sum, one) => sum + one.detected, 0),
    ...{ honestPunished: punished.length, honestAudits },
    ...{ losses, heldOutLoss: losses.at(-1) ?? (await startLoss(stage)) },
  };
}

/** Another seat in each play. */
function crewOf(adversary: RealAdversary | null, seed: number): string[] {
  if (!adversary) return [];
  const all = adversary.role === 'trainer' ? trainers : auditors;
  return new RandomStream('crew of', seed).shuffle([...all]).slice(0, adversary.count);
}

type Offence = Parameters<OffenceBook['offend']>[1];

/** What the book knows a breach by. */
function dutyOf(command: object): Offence {
  const { kind, round, seat, segment } = command as Record<string, unknown>;
  if (kind === 'answer') return { kind, round, audit: { seat, segment } } as Offence;
  return { kind: 'train', round, slice: 0 } as Offence;
}

const evaluatedSequences = 800;

/** Of each root that stands. */
async function lossesOf(stage: Stage, { records, blobs }: Played): Promise<number[]> {
  const { layout } = stage.opened.program;
  const losses: number[] = [];
  for (const { root } of standingRounds(records)) {
    const { params } = decodeState(await blobs.get(root!), layout, stage.spec.outer);
    losses.push(await lossOf(stage, params));
  }
  return losses;
}

/** Loss of the weights that the run starts from. */
export function startLoss(stage: Stage): Promise<number> {
  return lossOf(stage, stage.opened.initial.params);
}

async function lossOf(stage: Stage, params: Float32Array): Promise<number> {
  const session = stage.session.fork();
  try {
    const { heldOut } = stage.opened;
    const { batchSize } = stage.spec.inner;
    const it = { session, params, heldOut, sequences: evaluatedSequences };
    return (await evaluateHeldOut({ ...it, batchSize })).loss;
  } finally {
    await session.dispose();
  }
}
