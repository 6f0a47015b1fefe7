/** Audits of the tolerance class as the people of dao-driver.ts play them: decoys on every leaf. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { cancelledRoundYocto } from '@commonweights/dao-contracts/rules/budget.js';
import {
  coveringSaltOf,
  hiddenOf,
  plantedLeaves,
  sealOf,
} from '@commonweights/dao-contracts/rules/tolerance/sealing.js';
import { proveTraceLeaf, traceRootOf } from '@commonweights/dao-contracts/rules/trace.js';
import type { AuditView, RunTerms, SeatView } from '@commonweights/dao-contracts/rules/views.js';
import { named, near, terms, type ByDistance, type Chain, type PlayedWork } from './dao-driver.js';

/** As a vote could fix them: every leaf that can be a decoy is one. */
export const distanceTerms: RunTerms = {
  ...terms,
  segments: 4,
  decoyShareBps: 10_000,
  decoyFeeYocto: `${near / 200n}`,
  stakeYocto: `${3n * near}`,
  tolerance: {
    ...{ toleranceBillionths: 2_500_000, driftBillionths: 1_000_000, window: 8, failuresMax: 2 },
    failureYocto: `${cancelledRoundYocto(terms) + near}`,
  },
};

function secretOf({ round, seat }: { round: number; seat: number }): string {
  return `secret of ${seat} in ${round}`;
}

function saltOfWork(work: PlayedWork): string {
  return coveringSaltOf({ secret: secretOf(work), realRoot: traceRootOf(work.real) });
}

/** The trace below the decoys, as the commitment bound it. */
function below(work: PlayedWork) {
  return { realRoot: traceRootOf(work.real), hidden: hiddenOf(secretOf(work)) };
}

/** What the trace root commits to. */
function tracedOfWork(work: PlayedWork): Digest[] {
  const { round, seat, real } = work;
  const it = { secret: secretOf(work), round, segments: real.length - 1, shareBps: 10_000 };
  const planted = plantedLeaves(it);
  return real.map((leaf, i) => (planted.includes(i) ? named(`wrong ${i} ${seat} ${round}`) : leaf));
}

async function distanceStep(
  chain: Chain,
  run: number,
  it: { audit: AuditView; seats: readonly SeatView[]; work: PlayedWork },
): Promise<void> {
  const { audit, seats, work } = it;
  const { round, seat, segment, auditor } = audit;
  const step = { run, round, seat, segment };
  const worker = seats[seat]!.account;
  const [real, traced] = [work.real, tracedOfWork(work)];
  const index = segment + 1;
  const last = index === real.length - 1;
  const own = named(`own ${round} ${seat} ${segment} ${auditor}`);
  const sealed = { own, salt: 'salt' };
  switch (audit.state) {
    case 'material': {
      const leaf = real[segment]!;
      // Below the decoys, where there may be any; the first leaf is never one.
      const bound = segment > 0 ? below(work) : {};
      const proof = proveTraceLeaf(segment > 0 ? real : traced, segment);
      await chain.call(worker, 'deliver', { ...step, leaf, proof, ...bound });
      return;
    }
    case 'answer': {
      const where = { contract: chain.contract, ...step, auditor };
      const leaf = sealOf({ ...where, ...sealed });
      await chain.call(seats[auditor]!.account, 'answer', { ...step, leaf });
      return;
    }
    case 'opening': {
      const [leaf, proof] = [traced[index]!, proveTraceLeaf(traced, index)];
      const end = last ? work.endSnapshot : null;
      await chain.call(worker, 'open', { ...step, leaf, proof, end });
      return;
    }
    case 'measure': {
      const decoy = traced[index] !== real[index] && !audit.distance!.planted;
      const wrong = decoy || real[index] !== work.honest[index];
      const residualBillionths = wrong ? 10_000_000 : 20_000;
      const alongBillionths = audit.distance!.before ? 12 : 0;
      const measured = { residualBillionths, alongBillionths, sum: named('sum') };
      await chain.call(seats[auditor]!.account, 'measure', { ...step, ...sealed, ...measured });
      return;
    }
    case 'uncover': {
      const planted = traced[index] !== real[index];
      const shown = { secret: planted ? secretOf(work) : null, leaf: real[index]!, ...below(work) };
      const proof = proveTraceLeaf(real, index);
      await chain.call(worker, 'uncover', { ...step, ...shown, proof });
      return;
    }
    default:
      throw new Error(`an audit at "${audit.state}" that nobody here plays`);
  }
}

export const byDistance: ByDistance = {
  salt: saltOfWork,
  traced: tracedOfWork,
  step: distanceStep,
};
