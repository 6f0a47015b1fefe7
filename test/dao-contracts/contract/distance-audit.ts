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
      const covered = traced[segment] !== leaf;
      const below = { realRoot: traceRootOf(real), hidden: hiddenOf(secretOf(work)) };
      const proof = proveTraceLeaf(covered ? real : traced, segment);
      await chain.call(worker, 'deliver', { ...step, leaf, proof, ...(covered ? below : {}) });
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
      const wrong = traced[index] !== real[index] && !audit.distance!.planted;
      const residualBillionths = wrong ? 10_000_000 : 20_000;
      const measured = { residualBillionths, alongBillionths: 12, sum: named('sum') };
      await chain.call(seats[auditor]!.account, 'measure', { ...step, ...sealed, ...measured });
      return;
    }
    case 'uncover': {
      const planted = traced[index] !== real[index];
      const shown = planted
        ? {
            ...{ secret: secretOf(work), leaf: real[index]!, realRoot: traceRootOf(real) },
            proof: proveTraceLeaf(real, index),
          }
        : { secret: null, leaf: null, realRoot: null, proof: [] };
      await chain.call(worker, 'uncover', { ...step, ...shown });
      return;
    }
    default:
      throw new Error(`an audit at "${audit.state}" where everybody is honest`);
  }
}

export const byDistance: ByDistance = {
  salt: saltOfWork,
  traced: tracedOfWork,
  step: distanceStep,
};
