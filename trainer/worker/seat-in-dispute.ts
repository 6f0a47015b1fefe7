/**
 * A seat as juror, challenger and appellant. It believes nobody, itself included: whatever it says
 * in a dispute it has computed for it, once more.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { DisputeView } from '@commonweights/dao-contracts/client/views.js';
import type { LayeredStore } from './layered-store.js';
import { readDisputedRound, type DisputedClaim, type DisputedRound } from './disputed-round.js';
import { codeOf, isPassing } from './passing.js';
import type { RunMaterial } from './run-material.js';
import type { Seen } from './run-reader.js';
import type { SeatByDistance } from './seat-by-distance.js';
import type { ReplaySegment } from './segment-replay.js';
import type { WorkEvent } from './work-event.js';

export class SeatInDispute {
  /** Disputes that this seat lost and does not appeal. */
  readonly declined = new Set<number>();
  #ownRoot: { round: number; root: Digest } | null = null;

  constructor(
    private readonly it: {
      readonly client: DaoClient;
      readonly blobs: LayeredStore;
      readonly material: RunMaterial;
      readonly replay: ReplaySegment;
      /** In a run of the tolerance class. */
      readonly byDistance: SeatByDistance | null;
      /** Which seat a call is about. */
      readonly mine: { run: number; worker?: string };
      readonly tell: (event: WorkEvent) => void;
    },
  ) {}

  noteOwnRoot(round: number, root: Digest): void {
    this.#ownRoot = { round, root };
  }

  /** What this seat named, while nobody has refused its challenge. */
  ownRootOf(round: number | undefined): Digest | null {
    return this.#ownRoot && this.#ownRoot.round === round ? this.#ownRoot.root : null;
  }

  /** Once: without the bond, or with a key that cannot attach it, this seat cannot challenge. */
  async challengeRoot({ round, root }: { round: number; root: Digest }, seen: Seen) {
    const { client, mine, tell } = this.it;
    const { challengeYocto: depositYocto } = seen.run.provisional!;
    try {
      await client.challengeRoot({ ...mine, round, root, depositYocto });
      this.#ownRoot = null;
      tell({ kind: 'challenged', round, root });
    } catch (error) {
      // As many challenges as may be were heard: to ask again for it would keep this seat from all else.
      if (isPassing(error) && codeOf(error) !== 'TOO_MANY') throw error;
      this.#ownRoot = null;
      tell({ kind: 'hindered', message: `round ${round}: ${(error as Error).message}` });
    }
  }

  /**
   * A machine that was wrong finds out here and spares its bond: it appeals only what its own
   * computing, done once more, confirms. Without the bond, or with a key that cannot attach it, it
   * cannot.
   */
  async appeal(dispute: DisputeView, seen: Seen): Promise<void> {
    const { client, mine, tell } = this.it;
    const { id, claimed, verdict, appealYocto } = dispute;
    const round = await readDisputedRound(client, dispute, seen);
    const own = round && (await this.#recompute(dispute, round, seen));
    const right = verdict === 'against' ? own === claimed : own !== null && own !== claimed;
    if (!right) {
      this.declined.add(id);
      return tell({ kind: 'hindered', message: `dispute ${id}: lost, and rightly so` });
    }
    // The panel may have grown by when this arrives; what is over comes back at once.
    const depositYocto = (5n * BigInt(appealYocto!)) / 4n;
    try {
      await client.appeal({ ...mine, dispute: id, depositYocto });
      tell({ kind: 'appealed', dispute: id, round: dispute.round });
    } catch (error) {
      if (isPassing(error)) throw error;
      this.declined.add(id);
      tell({ kind: 'hindered', message: `dispute ${id}: ${(error as Error).message}` });
    }
  }

  /** It computes what was claimed, whatever others have answered. */
  async judge(dispute: DisputeView, seen: Seen): Promise<void> {
    const { client, mine, tell } = this.it;
    const round = await readDisputedRound(client, dispute, seen);
    const answer = round && (await this.#recompute(dispute, round, seen));
    await client.judge({ ...mine, dispute: dispute.id, answer });
    tell({ kind: 'judged', dispute: dispute.id, round: dispute.round, answer });
  }

  async #recompute(dispute: DisputeView, round: DisputedRound, seen: Seen): Promise<Digest | null> {
    const { initialRoot } = seen.run.terms;
    if (dispute.kind === 'root') return this.it.material.rootOf(round, initialRoot);
    const claim = round.claims.find(({ seat }) => seat === dispute.seat);
    if (!claim) return null;
    if (dispute.kind === 'update') return this.#confirmUpdate(claim);
    const { segment, startLeaf } = dispute;
    const { slice, localIn } = claim;
    const { startRoot, ordinal } = round;
    const context = { round: round.round, startRoot, ordinal, slice, localIn };
    if (dispute.distance) return this.it.byDistance!.judge(dispute, context, seen.run);
    return this.it.replay(context, { segment: segment!, startLeaf: startLeaf! }, seen.run);
  }

  /** Whoever says that an update can be had makes sure that it can. */
  async #confirmUpdate(claim: DisputedClaim): Promise<Digest | null> {
    const { material, blobs } = this.it;
    if (!(await material.fetchUpdate(claim))) return null;
    const { update, updateBytes: maxBytes } = claim;
    await material.offer(await blobs.get(update, { maxBytes }));
    return update;
  }
}
