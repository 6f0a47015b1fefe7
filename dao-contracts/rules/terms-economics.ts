/**
 * Terms under which cheating pays are refused before anybody votes on them. What the chain cannot
 * know, the cost of a round's compute, the terms declare and the voters judge; how many lie is
 * assumed. Commands use the same functions with other assumptions.
 */
import type { Attack, RunEconomics } from './attacks.js';
import { payingAttacks, profitOf, remediesOf, type Remedies } from './economics.js';
import { refuse } from './errors.js';
import { assumedLiarsBps, auditorsPerClaim, jurorsMax } from './limits.js';
import { formatDecimal, ofBps, ratio, times, type Rational } from './rational.js';
import type { RunTerms } from './run-terms.js';

/** The terms that decide whether cheating pays. */
export type PricedTerms = Pick<
  RunTerms,
  | 'auditedClaimsBps'
  | 'segments'
  | 'stakeYocto'
  | 'rewardYocto'
  | 'auditFeeYocto'
  | 'heldBackRounds'
  | 'computeCostYocto'
>;

/** `liarsBps`: share of the seats that are the attacker's friends. */
export function economicsOf(terms: PricedTerms, liarsBps = assumedLiarsBps): RunEconomics {
  const rewardYocto = BigInt(terms.rewardYocto);
  return {
    auditedClaimsBps: terms.auditedClaimsBps,
    segments: terms.segments,
    auditorsPerClaim,
    jurors: jurorsMax,
    stakeYocto: BigInt(terms.stakeYocto),
    rewardYocto,
    auditFeeYocto: BigInt(terms.auditFeeYocto),
    heldBackRounds: terms.heldBackRounds,
    computeCostYocto: BigInt(terms.computeCostYocto),
    liars: ofBps(liarsBps),
    // Standing is worth something to who farms it; a tenth of the pay is a guess that errs high.
    reputationYocto: rewardYocto / 10n,
    decoyBps: null,
    challengeBondYocto: null,
    witness: null,
  };
}

/** Refuses terms under which a priced attack pays. Error: `CHEATING_PAYS`. */
export function refuseIfCheatingPays(terms: PricedTerms, liarsBps = assumedLiarsBps): void {
  const economics = economicsOf(terms, liarsBps);
  const paying = payingAttacks(economics);
  if (paying.length > 0) refuse('CHEATING_PAYS', explainPaying(paying, economics));
}

/**
 * The first of the attacks with its numbers, and what would make all of them lose. Each remedy is
 * enough alone: it is the largest that any of them needs, since less helps only against some.
 */
export function explainPaying(paying: readonly Attack[], economics: RunEconomics): string {
  const first = paying[0];
  if (!first) throw new Error('BUG: nothing pays');
  const others = paying.length > 1 ? ` (and ${paying.length - 1} more)` : '';
  const { detection, gainYocto, lossYocto, profitYocto } = figuresOf(first, economics);
  return (
    `${first.name}${others} pays: with ${percent(economics.liars)} % liars an attempt brings ` +
    `${nearOf(gainYocto)}, is convicted with ${percent(detection)} % and then loses ` +
    `${nearOf(lossYocto)}, so it earns ${nearOf(profitYocto)} on average; ` +
    remedySentence(paying.map((attack) => remediesOf(attack, economics)))
  );
}

function figuresOf(attack: Attack, economics: RunEconomics) {
  return {
    detection: attack.detection(economics),
    gainYocto: attack.gainYocto(economics),
    lossYocto: attack.lossYocto(economics),
    profitYocto: profitOf(attack, economics),
  };
}

function remedySentence(remedies: readonly Remedies[]): string {
  const stake = largest(remedies.map((it) => it.stakeYocto));
  const audited = largest(remedies.map((it) => it.auditedClaimsBps));
  const held = largest(remedies.map((it) => it.heldBackRounds));
  const ways = [
    stake === null ? null : `raise stakeYocto to ${stake}`,
    audited === null ? null : `raise auditedClaimsBps to ${audited}`,
    held === null ? null : `raise heldBackRounds to ${held}`,
  ].filter((way) => way !== null);
  if (ways.length > 0) return ways.join(', or ');
  return 'neither stake, audits nor held-back pay alone changes that: lower the reward or combine';
}

function largest<T extends bigint | number>(values: readonly (T | null)[]): T | null {
  let most: T | null = null;
  for (const value of values) {
    if (value === null) return null;
    if (most === null || value > most) most = value;
  }
  return most;
}

export function percent(share: Rational): string {
  return formatDecimal(times(share, ratio(100n)), 1);
}

function nearOf(yocto: Rational): string {
  return `${formatDecimal(times(yocto, ratio(1n, 10n ** 24n)), 4)} NEAR`;
}
