/**
 * A run computed again from what is public. `replayRoots` starts from the seed's weights and applies
 * the updates of every round that counts: the roots follow from the updates alone. `replayClaim`
 * trains one worker's round again, from the last moment at which its own state was zero, and compares
 * all that it committed to: that the update is the training that was voted on, on the data that was
 * drawn, by the exact engine. Together they leave nothing in the weights that was not computed here.
 */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { ZERO_LOCAL_STATE } from '@commonweights/dao-contracts/rules/commitment.js';
import { standingRounds } from '@commonweights/dao-contracts/rules/round-log.js';
import type { ClaimRecord, RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import { decodeLocalState, zeroLocalState, type LocalState } from '../checkpoint/local-state.js';
import { encodeState } from '../checkpoint/state.js';
import type { Session } from '../engines/engine.js';
import { aggregate } from '../exchange/aggregate.js';
import { outerStep, type OuterState } from '../exchange/outer-step.js';
import { decodeUpdate, updateBytesMax } from '../exchange/update-codec.js';
import type { OpenRun } from '../run/open-run.js';
import { trainRound } from '../worker/round.js';

export interface ReplayedRound {
  readonly round: number;
  readonly updates: number;
  /** What the log says, and what came out here. */
  readonly root: Digest;
  readonly found: Digest;
}

export interface ReplayedClaim {
  readonly round: number;
  readonly account: string;
  readonly seat: number;
  /** Rounds of this worker that had to be trained to get there. */
  readonly trained: number;
  /** What differs, by its name in the commitment; none: it is what was claimed. */
  readonly differences: readonly string[];
  /** Whether the trace is the computed one too. Not where a leaf of it is covered by a decoy. */
  readonly sameTrace: boolean;
}

export interface Replay {
  readonly opened: Pick<OpenRun, 'spec' | 'program' | 'initial' | 'train'>;
  /** Every record of the run, oldest first, as `checkRounds` has accepted them. */
  readonly records: readonly RoundRecord[];
  readonly blobs: Pick<BlobStore, 'get'>;
}

/**
 * Each final round that stands, in order, up to `upTo`. `keep`: receives the state that a round
 * starts from. Errors: those of `BlobStore.get` and `decodeUpdate` (a registry that lost an update,
 * or one that no worker can have written).
 */
export async function* replayRoots(
  it: Replay,
  keep: (round: number, start: OuterState) => void = () => {},
  upTo = Infinity,
): AsyncGenerator<ReplayedRound> {
  const { spec, program, initial } = it.opened;
  const maxBytes = updateBytesMax(program.layout, spec.outer);
  let state = initial;
  for (const { round, root, claims } of standingRounds(it.records)) {
    if (round > upTo) return;
    keep(round, state);
    const updates: Float32Array[] = [];
    for (const { update } of bySeat(claims.filter(({ included }) => included))) {
      const bytes = await it.blobs.get(update, { maxBytes });
      updates.push(decodeUpdate(bytes, program.layout, spec.outer));
    }
    const mean = aggregate(updates, spec.outer.aggregation);
    state = outerStep({ ...state, mean, recipe: spec.outer });
    const found = digestOf(encodeState(state, program.layout));
    yield { round, updates: updates.length, root: root!, found };
    // What follows would only say that it differs too.
    if (found !== root) return;
  }
}

/**
 * Trains the claim again, and before it those that its worker's local state comes from.
 * `startOf`: the states that `replayRoots` kept. Error: `NO_RESET`: the log does not hold the round
 * in which this worker started with nothing.
 */
export async function replayClaim(
  it: Replay & {
    session: Session;
    startOf: (round: number) => OuterState;
    onStep?: (done: number, total: number) => void;
  },
  claim: { round: number; seat: number },
): Promise<ReplayedClaim> {
  const { spec, program, train } = it.opened;
  const { layout } = program;
  const chain = chainOf(it.records, claim);
  const { stepsPerRound } = spec.inner;
  let local: LocalState = zeroLocalState(layout, spec.outer);
  let differences: string[] = [];
  let sameTrace = true;
  for (const [i, { record, own, ordinal }] of chain.entries()) {
    const result = await trainRound(
      {
        ...{ round: record.round, spec, layout, session: it.session, sequences: train, ordinal },
        startParams: it.startOf(record.round).params,
        slice: own.slice,
      },
      local,
      async (step) => it.onStep?.(i * stepsPerRound + step, chain.length * stepsPerRound),
    );
    differences = differencesOf(own, {
      update: result.update.digest,
      localIn: result.localIn,
      localOut: result.localOut.digest,
    });
    sameTrace = own.traceRoot === result.traceRoot;
    // Its next round would start from something else than was committed to.
    if (i + 1 < chain.length && differences.includes('localOut')) break;
    if (i + 1 < chain.length) local = decodeLocalState(result.localOut.bytes, layout, spec.outer);
  }
  const { own } = chain.at(-1)!;
  return { ...claim, account: own.account, trained: chain.length, differences, sameTrace };
}

/** Included claims of rounds that stand: what the weights consist of. */
export function countedClaims(records: readonly RoundRecord[]): { round: number; seat: number }[] {
  return standingRounds(records).flatMap(({ round, claims }) =>
    claims.filter(({ included }) => included).map(({ seat }) => ({ round, seat })),
  );
}

interface Link {
  readonly record: RoundRecord;
  readonly own: ClaimRecord;
  readonly ordinal: number;
}

/** From the round in which the worker had no state of its own to the one in question. */
function chainOf(records: readonly RoundRecord[], claim: { round: number; seat: number }): Link[] {
  const links = standingRounds(records).flatMap((record, ordinal): Link[] => {
    const own = record.claims.find(({ seat }) => seat === claim.seat);
    return own && record.round <= claim.round ? [{ record, own, ordinal }] : [];
  });
  const chain: Link[] = [];
  let wanted: Digest | null = null;
  for (const link of links.reverse()) {
    // A round that was aborted for this worker leaves its state where it was.
    if (wanted !== null && link.own.localOut !== wanted) continue;
    chain.unshift(link);
    wanted = link.own.localIn;
    if (wanted === ZERO_LOCAL_STATE) return chain;
  }
  throw new Error(
    `NO_RESET: the log does not say how seat ${claim.seat} came to its state before round ` +
      `${claim.round}; replay a round after a reset`,
  );
}

function differencesOf(
  own: ClaimRecord,
  found: Pick<ClaimRecord, 'update' | 'localIn' | 'localOut'>,
): string[] {
  // The last leaf binds update and local state, so an honest trace adds nothing to them; one with a
  // decoy has another root, whose nonce its worker alone knows (rules/decoy.ts).
  return (['update', 'localIn', 'localOut'] as const).filter((name) => own[name] !== found[name]);
}

function bySeat(claims: readonly ClaimRecord[]): ClaimRecord[] {
  return [...claims].sort((a, b) => a.seat - b.seat);
}
