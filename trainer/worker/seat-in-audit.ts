/**
 * A seat's part in audits: as worker it delivers and opens what its trace commits to, as auditor it
 * replays a segment and answers with the leaf that it comes to. What the tolerance class asks beyond
 * that is in seat-by-distance.ts.
 */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { AuditView, RunView } from '@commonweights/dao-contracts/client/views.js';
import { proveTraceLeaf } from '@commonweights/dao-contracts/rules/trace.js';
import type { LayeredStore } from './layered-store.js';
import { tracedLeaves, type TracedResult } from './plant-decoy.js';
import { contextOf } from './round-context.js';
import type { Seen } from './run-reader.js';
import type { SeatByDistance } from './seat-by-distance.js';
import type { ReplaySegment } from './segment-replay.js';
import type { WorkEvent } from './work-event.js';

export class SeatInAudit {
  constructor(
    private readonly it: {
      readonly client: DaoClient;
      readonly blobs: LayeredStore;
      readonly replay: ReplaySegment;
      /** In a run of the tolerance class. */
      readonly byDistance: SeatByDistance | null;
      /** Which seat a call is about. */
      readonly mine: { run: number; worker?: string };
      /** Of this worker, by round. */
      readonly secretOf: (round: number) => string;
      readonly tell: (event: WorkEvent) => void;
    },
  ) {}

  async deliver(audit: AuditView, result: TracedResult): Promise<void> {
    const { byDistance, blobs, client, tell } = this.it;
    if (byDistance) return byDistance.deliver(audit, result);
    const { round, segment } = audit;
    const snapshot = result.snapshots[segment]!;
    await blobs.publish(snapshot);
    await client.deliver(this.#step(audit, result, segment));
    tell({ kind: 'delivered', round, segment, bytes: snapshot.length });
  }

  async open(audit: AuditView, result: TracedResult, run: RunView): Promise<void> {
    const { byDistance, client, secretOf, tell } = this.it;
    if (byDistance) return byDistance.open(audit, result);
    const { round, segment } = audit;
    const step = this.#step(audit, result, segment + 1);
    const last = segment + 1 === run.terms.segments;
    const secret = step.nonce === null ? null : secretOf(round);
    await client.open({ ...step, end: last ? result.endSnapshot : null, secret });
    tell({ kind: 'opened', round, segment });
  }

  async uncover(audit: AuditView, result: TracedResult): Promise<void> {
    await this.it.byDistance!.uncover(audit, result, this.it.secretOf(audit.round));
  }

  async answer(audit: AuditView, seen: Seen): Promise<void> {
    const { byDistance, client, replay, mine, tell } = this.it;
    const context = auditedContext(audit, seen);
    if (byDistance) return byDistance.answer(audit, context, seen.run);
    const { round, seat, segment } = audit;
    const leaf = await replay(context, { segment, startLeaf: audit.startLeaf! }, seen.run);
    await client.answer({ ...mine, round, seat, segment, leaf });
    tell({ kind: 'answered', round, seat, segment, leaf });
  }

  async measure(audit: AuditView, seen: Seen): Promise<void> {
    const context = auditedContext(audit, seen);
    await this.it.byDistance!.measure(audit, { context, run: seen.run });
  }

  #step({ round, seat, segment }: AuditView, result: TracedResult, index: number) {
    return {
      ...this.it.mine,
      ...{ round, seat, segment },
      leaf: result.leaves[index]!,
      proof: proveTraceLeaf(tracedLeaves(result), index),
      nonce: result.decoy?.index === index ? result.decoy.nonce : null,
    };
  }
}

function auditedContext({ round, seat }: AuditView, seen: Seen) {
  return contextOf(
    round,
    seen,
    seen.seats.find((one) => one.seat === seat)!,
  );
}
