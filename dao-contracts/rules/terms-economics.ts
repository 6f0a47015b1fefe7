/**
 * Terms under which cheating pays are refused before anybody votes on them. What the chain cannot
 * know, the cost of a round's compute, the terms declare and the voters judge; how many lie is
 * assumed. Commands use the same functions with other assumptions.
 */
import type { Attack, RunEconomics } from './attacks.js';
import { challengeBondOf } from './budget.js';
import { payingAttacks, profitOf, remediesOf } from './economics.js';
import { refuse } from './errors.js';
import { assumedLiarsBps, challengeWindowMsMin, panelSizes } from './limits.js';
import { formatDecimal, ofBps, ratio, times, type Rational } from './rational.js';
import type { RunTerms } from './run-terms.js';

/** The terms that decide whether cheating pays. */
export type PricedTerms = Pick<
  RunTerms,
  | 'auditedClaimsBps'
  | 'challengeWindowMs'
  | 'auditsPerClaim'
  | 'segments'
  | 'stakeYocto'
  | 'rewardYocto'
  | 'auditFeeYocto'
  | 'heldBackRounds'
  | 'computeCostYocto'
> &
  Partial<Pick<RunTerms, 'tolerance' | 'decoyShareBps'>>;

/** `liarsBps`: share of the seats that are the attacker's friends. */
export function economicsOf(terms: PricedTerms, liarsBps = assumedLiarsBps): RunEconomics {
  const rewardYocto = BigInt(terms.rewardYocto);
  return {
    auditedClaimsBps: terms.auditedClaimsBps,
    segments: terms.segments,
    auditorsPerClaim: terms.auditsPerClaim,
    // Who lost before the first panel appeals to the second.
    jurors: panelSizes.at(-1)!,
    stakeYocto: BigInt(terms.stakeYocto),
    rewardYocto,
    auditFeeYocto: BigInt(terms.auditFeeYocto),
    heldBackRounds: terms.heldBackRounds,
    computeCostYocto: BigInt(terms.computeCostYocto),
    liars: ofBps(liarsBps),
    // Standing is worth something to who farms it; a tenth of the pay is a guess that errs high.
    reputationYocto: rewardYocto / 10n,
    // Exact answers are blind: who computed nothing has nothing to answer with. Where distances are
    // compared "close enough" is as cheap to say as ever, and only decoys find out who says it.
    decoyBps: terms.tolerance ? decoysMetBps(terms) : null,
    ...(terms.tolerance ? { failureYocto: BigInt(terms.tolerance.failureYocto) } : {}),
    challengeBondYocto: challengeBondOf(terms),
    witness: null,
  };
}

/** Of the leaves that audits open so many are decoys: all but the last may be. Rounded down. */
function decoysMetBps({ decoyShareBps = 0, segments }: PricedTerms): number {
  return Math.floor((decoyShareBps * (segments - 1)) / segments);
}

/** Refuses terms under which a priced attack pays, or a root that nobody sees. Error: `CHEATING_PAYS`. */
export function refuseIfCheatingPays(terms: PricedTerms, liarsBps = assumedLiarsBps): void {
  const economics = economicsOf(terms, liarsBps);
  const paying = payingAttacks(economics);
  if (paying.length > 0) refuse('CHEATING_PAYS', explainPaying(paying, economics));
  refuseIfRootsStandUnseen(terms);
}

/**
 * A round none of whose claims is drawn for an audit would be final in the tick that made it
 * provisional, and a root that a majority made up with it: nobody could challenge it in time.
 */
function refuseIfRootsStandUnseen({ auditedClaimsBps, challengeWindowMs }: PricedTerms): void {
  if (auditedClaimsBps === 10_000 || challengeWindowMs >= challengeWindowMsMin) return;
  refuse(
    'CHEATING_PAYS',
    `root capture would pay where a round may have no audit; raise challengeWindowMs to ` +
      `${challengeWindowMsMin}, or auditedClaimsBps to 10000`,
  );
}

/** The first of the attacks with its numbers, and what alone would make every attack lose. */
function explainPaying(paying: readonly Attack[], economics: RunEconomics): string {
  const first = paying[0]!;
  const others = paying.length > 1 ? ` (and ${paying.length - 1} more)` : '';
  const [gain, loss] = [first.gainYocto(economics), first.lossYocto(economics)];
  return (
    `${first.name}${others} would pay: with ${percent(economics.liars)} % liars an attempt brings ` +
    `${nearOf(gain)}, is convicted with ${percent(first.detection(economics))} % and then loses ` +
    `${nearOf(loss)}, so it earns ${nearOf(profitOf(first, economics))} on average; ` +
    remedySentence(paying, economics)
  );
}

function remedySentence(paying: readonly Attack[], economics: RunEconomics): string {
  const remedies = paying.map((attack) => remediesOf(attack, economics));
  const ways = (['stakeYocto', 'auditedClaimsBps', 'heldBackRounds'] as const).flatMap((field) => {
    const value = largest(remedies.map((it) => it[field]));
    return value !== null && helps(economics, { [field]: value }) ? [`${field} to ${value}`] : [];
  });
  if (ways.length > 0) return `raise ${ways.join(', or ')}`;
  if (economics.failureYocto !== undefined) {
    return 'raise failureYocto (against workers), decoyShareBps and stakeYocto (against auditors)';
  }
  return 'no single term changes that: raise stake and audits together, or lower what is paid';
}

/** What helps against one attack may feed another. */
function helps(economics: RunEconomics, change: Partial<RunEconomics>): boolean {
  return payingAttacks({ ...economics, ...change }).length === 0;
}

function largest<T extends bigint | number>(values: readonly (T | null)[]): T | null {
  return values.reduce((most, value) =>
    value === null || most === null ? null : value > most ? value : most,
  );
}

export function percent(share: Rational): string {
  return formatDecimal(times(share, ratio(100n)), 1);
}

function nearOf(yocto: Rational): string {
  return `${formatDecimal(times(yocto, ratio(1n, 10n ** 24n)), 4)} NEAR`;
}
