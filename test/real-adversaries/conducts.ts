/**
 * The main adversaries of the simulation as real workers: the worker's own code, with a round that
 * is computed otherwise, or an answer that is another one. Each says which of its commands are
 * breaches, so that they are counted as the simulation counts them.
 */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import type { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import {
  localStateDigest,
  type LocalState,
} from '@commonweights/trainer/checkpoint/local-state.js';
import { encodeSnapshot, type Snapshot } from '@commonweights/trainer/checkpoint/snapshot.js';
import { decodeUpdate } from '@commonweights/trainer/exchange/update-codec.js';
import {
  resultFrom,
  trainRound,
  trainSegment,
  type BeforeStep,
  type RoundInput,
} from '@commonweights/trainer/worker/round.js';
import type { Conduct } from '../chaos/machine.js';
import { foundByAudit } from '../simulation/expectations.js';
import type { RandomStream } from '../simulation/random-stream.js';

/** One of a crew, in one play. */
export interface Member extends Conduct {
  /** Whether a command of its own, which the rules took, is a breach. */
  offends(command: RunCommand): boolean;
}

export interface Surroundings {
  readonly random: RandomStream;
  readonly registry: MemoryStore;
  readonly account: string;
}

export interface RealAdversary {
  /** As the simulation calls it, where it has the same. */
  readonly name: string;
  readonly role: 'trainer' | 'auditor';
  readonly count: number;
  /** Whether the model is what it attacks, or suffers from it. */
  readonly harms: boolean;
  /** Only where the simulation has none: what theory says of a breach. */
  readonly expects?: (terms: RunTerms) => number;
  join(it: Surroundings): Member;
}

/** What a cheat has instead of a computed round: states at the segments' ends, and the last one. */
interface Forged {
  readonly snapshots: readonly Uint8Array[];
  readonly end: Snapshot;
}

type Forge = (
  input: RoundInput,
  local: LocalState,
  beforeStep: BeforeStep | undefined,
) => Promise<Forged | null>;

/** Null from `forge`: this round it works as it should. */
function cheat(forge: Forge, bend?: (client: DaoClient) => DaoClient): Member {
  const forged = new Set<number>();
  return {
    computeRound: async (input, local, beforeStep) => {
      const made = await forge(input, local, beforeStep);
      if (!made) return trainRound(input, local, beforeStep);
      forged.add(input.round);
      return resultFrom(input, {
        ...{ snapshots: made.snapshots, loss: 0 },
        localIn: localStateDigest(local, input.layout),
        lastSnapshot: encodeSnapshot(made.end, input.layout),
      });
    },
    offends: (command) => command.kind === 'commit' && forged.has(command.round),
    ...(bend ? { bend } : {}),
  };
}

/** A trace that does not move, and any end that it likes. */
function shirk(input: RoundInput, local: LocalState, params: Float32Array): Forged {
  const { segments, stepsPerRound } = input.spec.inner;
  const start = encodeSnapshot({ params: input.startParams, local }, input.layout);
  const end = { params, local: { ...local, steps: local.steps + stepsPerRound } };
  return { snapshots: Array.from({ length: segments }, () => start), end };
}

function noise({ random }: Surroundings): Member {
  return cheat(async (input, local) =>
    shirk(
      input,
      local,
      input.startParams.map((value) => value + 0.1 * random.bell()),
    ),
  );
}

/** Hands in what another one revealed in the round before. */
function stale({ registry, account }: Surroundings): Member {
  let client: DaoClient | null = null;
  const forge: Forge = async (input, local) => {
    const seats = await client!.getSeats({ run: 1 });
    const other = seats.find((one) => one.account !== account && isBefore(one.claim, input.round));
    const update = other?.claim?.revealed?.update;
    const bytes = update && (await registry.get(update));
    const moved = bytes ? decodeUpdate(bytes, input.layout, input.spec.outer) : null;
    const end = input.startParams.map((value, i) => value - (moved?.[i] ?? 0));
    return shirk(input, local, end);
  };
  return cheat(forge, (straight) => (client = straight));
}

function isBefore(claim: { round: number; revealed: unknown } | null, round: number): boolean {
  return claim !== null && claim.revealed !== null && claim.round < round;
}

/** As an honest worker trains: its snapshots, and where it ends. */
async function train(
  input: RoundInput,
  local: LocalState,
  beforeStep: BeforeStep | undefined,
  upTo = input.spec.inner.segments,
): Promise<{ snapshots: Uint8Array[]; end: Snapshot }> {
  const snapshots: Uint8Array[] = [];
  let end: Snapshot = { params: input.startParams, local };
  for (let segment = 0; segment < input.spec.inner.segments; segment++) {
    snapshots.push(encodeSnapshot(end, input.layout));
    if (segment < upTo) end = (await trainSegment(input, end, segment, beforeStep)).state;
  }
  return { snapshots, end };
}

/** The first half of the steps; the rest of the trace stands still. */
const fewerSteps = (): Member =>
  cheat(async (input, local, beforeStep) => {
    const { segments, stepsPerRound } = input.spec.inner;
    const { snapshots, end } = await train(input, local, beforeStep, segments / 2);
    const steps = local.steps + stepsPerRound;
    return { snapshots, end: { ...end, local: { ...end.local, steps } } };
  });

/** Slices are dealt from 0 on: nobody else has this one. */
const favourite = 1_000_003;

const wrongShard = (): Member =>
  cheat((input, local, beforeStep) => train({ ...input, slice: favourite }, local, beforeStep));

/** Trains honestly, and turns what came of it: nothing but the last leaf is wrong. */
const tampering =
  (factor: number, fromRound = 1) =>
  (): Member =>
    cheat(async (input, local, beforeStep) => {
      if (input.round < fromRound) return null;
      const { snapshots, end } = await train(input, local, beforeStep);
      const { startParams: start } = input;
      const params = end.params.map((value, i) => start[i]! + factor * (value - start[i]!));
      return { snapshots, end: { ...end, params } };
    });

const poisonedInRound = 3;

/** Moments that it made up, once: the first segment starts from what it should, and does not follow. */
const poisonedLocalState = ({ random }: Surroundings): Member =>
  cheat(async (input, local, beforeStep) => {
    if (input.round !== poisonedInRound) return null;
    const firstMoment = local.firstMoment.map(() => 0.01 * random.bell());
    const made = await train(input, { ...local, firstMoment }, beforeStep);
    const start = encodeSnapshot({ params: input.startParams, local }, input.layout);
    return { ...made, snapshots: [start, ...made.snapshots.slice(1)] };
  });

/** An auditor that says something else with a chance of `share`; null: that there was no material. */
const lying = (share: number, says: (guess: Digest) => Digest | null) => (it: Surroundings) => {
  const lies = new Map<string, boolean>();
  const keyOf = (audit: { round: number; seat: number; segment: number }) =>
    `${audit.round} ${audit.seat} ${audit.segment}`;
  const isLie = (key: string): boolean => {
    const known = lies.get(key) ?? it.random.uniform() < share;
    lies.set(key, known);
    return known;
  };
  const member: Member = {
    bend: (client) => ({
      ...client,
      answer: (audit) => {
        const key = keyOf(audit);
        if (!isLie(key)) return client.answer(audit);
        const guess = digestOf(new TextEncoder().encode(`${it.account} guesses ${key}`));
        return client.answer({ ...audit, leaf: says(guess) });
      },
    }),
    offends: (command) => command.kind === 'answer' && lies.get(keyOf(command)) === true,
  };
  return member;
};

/** Of one audit a claim: the chance that the last segment is drawn. */
const lastSegment = (terms: RunTerms): number =>
  foundByAudit(terms, (segment) => segment === terms.segments - 1, '').rate!;

function trainer(
  name: string,
  join: RealAdversary['join'],
  rest: Partial<RealAdversary> = {},
): RealAdversary {
  return { name, role: 'trainer', count: 1, harms: true, join, ...rest };
}

function auditor(name: string, join: RealAdversary['join']): RealAdversary {
  return { name, role: 'auditor', count: 1, harms: false, join };
}

export const realAdversaries: readonly RealAdversary[] = [
  trainer('free-rider-noise', noise),
  trainer('free-rider-stale', stale),
  trainer('wrong-shard', wrongShard),
  trainer('fewer-steps', fewerSteps),
  trainer('scaled', tampering(100)),
  trainer('sign-flip', tampering(-10)),
  trainer('sign-flip-third', tampering(-10), { count: 2 }),
  trainer('poisoned-local-state', poisonedLocalState),
  // The simulation has none that is honest first; what finds it is the same.
  trainer('sleeper', tampering(-10, 5), { expects: lastSegment }),
  auditor(
    'lazy-auditor',
    lying(1, (guess) => guess),
  ),
  auditor(
    'lying-auditor',
    lying(0.5, (guess) => guess),
  ),
  auditor(
    'denying-auditor',
    lying(1, () => null),
  ),
];
