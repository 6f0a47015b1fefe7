/**
 * What a record says of its audits, its committee and wrong work that stays, against what the terms let
 * them be. Who was drawn cannot be told from a log: the draws are of the blocks' randomness.
 */
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import type { ClaimRecord, RoundRecord } from '@commonweights/dao-contracts/rules/views.js';

type Audits = RoundRecord['audits'];

/** Continues "round 7 …"; null: it holds. */
export function auditProblem(record: RoundRecord, terms: RunTerms): string | null {
  const { claims, audits, tainted, outcome } = record;
  const audited = new Map<number, Audits>();
  for (const audit of audits) {
    audited.set(audit.seat, [...(audited.get(audit.seat) ?? []), audit]);
  }
  for (const seat of audited.keys()) {
    // Audits are drawn of what counts.
    if (claims.some((claim) => claim.seat === seat && claim.included)) continue;
    return `audits seat ${seat}, of which nothing is counted`;
  }
  for (const claim of claims) {
    const problem = claimProblem(claim, audited.get(claim.seat) ?? [], terms);
    if (problem !== null) return problem;
  }
  const included = claims.filter((claim) => claim.included);
  if (included.length === 0) return 'counts nothing';
  const wrong = included.filter(({ verdict }) => verdict === 'failed').map(({ seat }) => seat);
  const kept = outcome === 'final' ? wrong : [];
  if (kept.join() !== tainted.join()) return 'does not name the wrong work that it keeps';
  if (outcome === 'final' && 10_000 * wrong.length > terms.taintedShareBpsMax * included.length) {
    return `keeps ${wrong.length} wrong of ${included.length} updates: it has to be done again`;
  }
  return null;
}

function claimProblem({ seat, verdict }: ClaimRecord, audits: Audits, terms: RunTerms) {
  const failed = audits.some((audit) => audit.verdict === 'failed');
  const found = failed ? 'failed' : audits.length > 0 ? 'passed' : 'unaudited';
  if (verdict !== found) return `says "${verdict}" of seat ${seat}, its audits "${found}"`;
  if (audits.length > terms.auditsPerClaim) return `audits seat ${seat} ${audits.length} times`;
  const segments = new Set(audits.map(({ segment }) => segment));
  const outside = audits.some(({ segment }) => segment >= terms.segments);
  if (outside || segments.size < audits.length) {
    return `audits segments of seat ${seat} that are not there, or one twice`;
  }
  if (audits.some(({ auditor }) => auditor === seat)) return `has seat ${seat} audit itself`;
  return null;
}

/** A committee of those who revealed; none is named where it was all of them. */
export function witnessProblem(
  { claims, witnesses }: RoundRecord,
  terms: Pick<RunTerms, 'witnesses'>,
): string | null {
  const wanted = terms.witnesses;
  if (witnesses.length === 0) {
    const isEverybody = wanted === 0 || wanted >= claims.length;
    return isEverybody ? null : `names no committee, where ${wanted} are drawn`;
  }
  if (witnesses.some((seat, i) => i > 0 && seat <= witnesses[i - 1]!)) {
    return 'names witnesses out of order';
  }
  const stranger = witnesses.find((seat) => !claims.some((claim) => claim.seat === seat));
  if (stranger !== undefined) return `has seat ${stranger} witness, which revealed nothing`;
  if (witnesses.length >= claims.length || (wanted > 0 && witnesses.length > wanted)) {
    return `names ${witnesses.length} witnesses`;
  }
  return null;
}
