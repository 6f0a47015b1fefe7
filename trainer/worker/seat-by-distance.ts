/**
 * One seat's part in audits of the tolerance class: as worker it shows what its trace commits to and
 * what its decoys cover, as auditor it seals its own end before it sees the worker's, as juror it
 * believes its own. What it sealed is kept (kept-work.ts), since that has to be shown, and its engine may
 * not end there again.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { taggedDigest } from '@commonweights/dataset-registry/digest/tagged.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { AuditView, DisputeView, RunView } from '@commonweights/dao-contracts/client/views.js';
import { sealOf } from '@commonweights/dao-contracts/rules/tolerance/sealing.js';
import { proveTraceLeaf } from '@commonweights/dao-contracts/rules/trace.js';
import {
  computeOwnEnd,
  judgeDistance,
  measureDistance,
  readShownEnd,
  type OwnEnd,
} from '../auditor/audit-by-distance.js';
import type { CoveredTrace } from './covered-trace.js';
import { auditKey } from './duty.js';
import type { KeptWork } from './kept-work.js';
import type { LayeredStore } from './layered-store.js';
import type { TracedResult } from './plant-decoy.js';
import type { RoundContext } from './round-context.js';
import type { RoundInput } from './round.js';
import type { RunMaterial } from './run-material.js';
import type { SegmentReplay } from './segment-replay.js';
import type { WorkEvent } from './work-event.js';

/** Own ends at hand, so that a measure follows an answer at once; all that are sealed are kept. */
const ownEndsAtHand = 4;

interface Segment {
  readonly segment: number;
  readonly startLeaf: Digest;
}

export class SeatByDistance {
  /** Audits that this seat cannot go on with. */
  readonly lost = new Set<string>();
  readonly #owns = new Map<string, { input: RoundInput; own: OwnEnd }>();

  constructor(
    private readonly it: {
      readonly client: DaoClient;
      readonly blobs: LayeredStore;
      readonly material: RunMaterial;
      readonly replay: SegmentReplay;
      readonly kept: KeptWork;
      /** Which seat a call is about. */
      readonly mine: { run: number; worker?: string };
      /** Known to this worker only: what it seals with follows from it. */
      readonly saltSecret: string;
      readonly tell: (event: WorkEvent) => void;
    },
  ) {}

  async deliver(audit: AuditView, result: TracedResult): Promise<void> {
    const { segment, round } = audit;
    const snapshot = result.snapshots[segment]!;
    await this.it.blobs.publish(snapshot);
    const leaf = result.leaves[segment]!;
    // The first leaf is never covered, and has its place in the trace itself.
    const shown =
      segment === 0
        ? { proof: proveTraceLeaf(coverOf(result).traced, segment) }
        : belowDecoys(result, segment);
    await this.it.client.deliver({ ...this.#step(audit), leaf, ...shown });
    this.it.tell({ kind: 'delivered', round, segment, bytes: snapshot.length });
  }

  /** What stands in the trace is shown, planted or not. */
  async open(audit: AuditView, result: TracedResult): Promise<void> {
    const { round, segment } = audit;
    const index = segment + 1;
    const { traced, planted } = coverOf(result);
    const last = index === result.snapshots.length;
    const bytes = planted.get(index) ?? (last ? result.lastSnapshot : result.snapshots[index]);
    if (!bytes) throw new Error('BUG: a round of the tolerance class without its last snapshot');
    await this.it.blobs.publish(bytes);
    const [leaf, proof] = [traced[index]!, proveTraceLeaf(traced, index)];
    const end = last ? result.endSnapshot : null;
    await this.it.client.open({ ...this.#step(audit), leaf, proof, end });
    this.it.tell({ kind: 'opened', round, segment });
  }

  async uncover(audit: AuditView, result: TracedResult, secret: string): Promise<void> {
    const index = audit.segment + 1;
    const isPlanted = coverOf(result).planted.has(index);
    if (isPlanted) await this.it.blobs.publish(result.snapshots[index]!);
    const shown = { leaf: result.leaves[index]!, ...belowDecoys(result, index) };
    const told = isPlanted ? secret : null;
    await this.it.client.uncover({ ...this.#step(audit), secret: told, ...shown });
  }

  async answer(audit: AuditView, context: RoundContext, run: RunView): Promise<void> {
    const { round, seat, segment, startLeaf } = audit;
    await this.it.kept.forgetBefore(run.provisional?.round ?? round);
    const at = { segment, startLeaf: startLeaf! };
    const found = await this.#ownEnd(context, at, run);
    if (found) await this.it.kept.keepEnd(context, { startLeaf: startLeaf!, own: found.own });
    const leaf = found && this.#seal(audit, found.own);
    await this.it.client.answer({ ...this.#step(audit), leaf });
    this.it.tell({ kind: 'answered', round, seat, segment, leaf });
  }

  async measure(audit: AuditView, it: { context: RoundContext; run: RunView }): Promise<void> {
    const { segment, startLeaf, distance, round, seat } = audit;
    const { blobs, client, material, kept } = this.it;
    const found = await this.#ownEnd(it.context, { segment, startLeaf: startLeaf! }, it.run);
    // It answered, so it had the material then; a snapshot that is gone since cannot be measured.
    if (!found) throw new Error('BLOB_MISSING: the start of the segment cannot be had any more');
    const { input, own } = found;
    if (this.#seal(audit, own) !== audit.answer) {
      // Another end than the sealed one opens nothing; the audit goes to somebody else.
      this.lost.add(auditKey(audit));
      const message = `round ${round}: the end that was sealed of seat ${seat} is lost`;
      return this.it.tell({ kind: 'hindered', message });
    }
    const shown = await material.snapshot(distance!.end);
    const leaf = audit.openedLeaf!;
    const worker = shown && readShownEnd(input, own, { bytes: shown, leaf });
    await blobs.publish(own.bytes);
    const sealed = { own: own.digest, salt: this.#sealSalt(audit) };
    if (!worker) {
      const nothing = { residualBillionths: null, alongBillionths: 0, sum: null };
      await client.measure({ ...this.#step(audit), ...sealed, ...nothing });
      return this.#measured(audit, null);
    }
    const before = await this.#fileOf(distance!.before);
    const terms = it.run.terms.tolerance!;
    const { sum: bytes, ...numbers } = measureDistance(input, own, { worker, before, terms });
    const sum = await blobs.publish(bytes);
    const files = [distance!.end, sum, ...(distance!.before ? [distance!.before] : [])];
    await kept.noteFetched(round, files);
    await client.measure({ ...this.#step(audit), ...sealed, ...numbers, sum });
    this.#measured(audit, numbers.residualBillionths);
  }

  /** What this seat, as a juror, finds; its own end is published where it says that one is wrong. */
  async judge(dispute: DisputeView, context: RoundContext, run: RunView): Promise<Digest | null> {
    const { segment, startLeaf, claimed, distance } = dispute;
    const { about, end, beside } = distance!;
    const at = { segment: segment!, startLeaf: startLeaf! };
    const found = await this.#ownEnd(context, at, run);
    const bytes = found && (await this.it.material.snapshot(end));
    if (!found || !bytes) return null;
    const { input, own } = found;
    const terms = run.terms.tolerance!;
    const evidence = { own, shown: { bytes, leaf: claimed }, beside: await this.#fileOf(beside) };
    const answer = judgeDistance(input, { about, claimed, terms }, evidence);
    if (answer === own.digest) await this.it.blobs.publish(own.bytes);
    return answer;
  }

  async #ownEnd(context: RoundContext, at: Segment, run: RunView) {
    const key = `${context.round} ${context.slice} ${at.segment} ${at.startLeaf}`;
    const known = this.#owns.get(key);
    if (known) return known;
    const snapshot = await this.it.material.snapshot(at.startLeaf);
    if (!snapshot) return null;
    const input = await this.it.replay.inputOf(context, run);
    const claim = { segment: at.segment, snapshot, localIn: context.localIn };
    const kept = await this.it.kept.end(context, { startLeaf: at.startLeaf, input, claim });
    const own = kept ?? (await computeOwnEnd(input, claim));
    if (!own) return null;
    this.#owns.set(key, { input, own });
    if (this.#owns.size > ownEndsAtHand) this.#owns.delete(this.#owns.keys().next().value!);
    return { input, own };
  }

  /** Hearsay at best: what is not there at once is gone without. */
  async #fileOf(digest: Digest | null): Promise<Uint8Array | null> {
    return digest === null ? null : this.it.material.fileOrNull(digest);
  }

  #measured({ round, seat, segment }: AuditView, residualBillionths: number | null): void {
    this.it.tell({ kind: 'measured', round, seat, segment, residualBillionths });
  }

  #seal({ round, seat, segment, auditor }: AuditView, own: OwnEnd): Digest {
    const { client, mine } = this.it;
    const where = { contract: client.contract, run: mine.run, round, seat, segment, auditor };
    const salt = this.#sealSalt({ round, seat, segment });
    return sealOf({ ...where, own: own.digest, salt });
  }

  /** Derived, not stored: after a restart the same end opens the same seal. */
  #sealSalt({ round, seat, segment }: Pick<AuditView, 'round' | 'seat' | 'segment'>): string {
    const { client, mine, saltSecret } = this.it;
    const where = [client.contract, mine.run, round, seat, segment, mine.worker ?? ''];
    return taggedDigest('cw/tolerance-seal-salt/1', [saltSecret, ...where]).slice('sha256:'.length);
  }

  #step({ round, seat, segment }: AuditView) {
    return { ...this.it.mine, round, seat, segment };
  }
}

/** Where a leaf stands in the trace as it was computed, which the commitment bound. */
function belowDecoys(result: TracedResult, index: number) {
  const { realRoot, hidden } = coverOf(result);
  return { proof: proveTraceLeaf(result.leaves, index), realRoot, hidden };
}

function coverOf({ cover }: TracedResult): CoveredTrace {
  if (!cover) throw new Error('BUG: a round of the tolerance class whose trace is not bound');
  return cover;
}
