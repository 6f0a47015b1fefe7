/**
 * Whether the prices of a draft make cheating lose, before anything is published or voted on. The
 * contract asks the same again with its own assumption about liars; a draft may assume more.
 */
import type { RunEconomics } from '@commonweights/dao-contracts/rules/attacks.js';
import { checkDataTerms } from '@commonweights/dao-contracts/rules/data-shares.js';
import { assessAttacks, type Assessment } from '@commonweights/dao-contracts/rules/economics.js';
import {
  assumedLiarsBps,
  auditsPerClaimMax,
  deadlineMsMax,
  horizonRoundsMax,
} from '@commonweights/dao-contracts/rules/limits.js';
import {
  economicsOf,
  refuseIfCheatingPays,
  type PricedTerms,
} from '@commonweights/dao-contracts/rules/terms-economics.js';
import type { RunDraft } from './run-draft.js';
import { decodeEconomics, economicsDefaults, type RunSpec } from './run-spec.js';
import { checkToleranceDraft } from './tolerance-support.js';

/** The spec's prices: with the default where the draft leaves one out, without assumptions. */
export function pricesOf({ economics }: RunDraft): RunSpec['economics'] {
  const { liarsBps, ...prices } = economics;
  void liarsBps;
  const computeCostYocto = prices.computeCostYocto ?? prices.rewardYocto;
  return { ...economicsDefaults, ...prices, computeCostYocto };
}

/** Errors: `BAD_RUN_SPEC`, `BAD_TERMS`, `CHEATING_PAYS`. */
export function checkDraftEconomics(draft: RunDraft): void {
  checkToleranceDraft(draft);
  refuseIfCheatingPays(pricedTermsOf(draft), liarsOf(draft));
}

/** Every priced attack on a run with the draft's prices, over the rounds of the run. */
export function assessDraft(draft: RunDraft): {
  economics: RunEconomics;
  assessments: Assessment[];
} {
  const economics = economicsOf(pricedTermsOf(draft), liarsOf(draft));
  const horizonRounds = Math.min(draft.rounds, horizonRoundsMax);
  return { economics, assessments: assessAttacks(economics, horizonRounds) };
}

function pricedTermsOf(draft: RunDraft): PricedTerms {
  const prices = decodeEconomics(pricesOf(draft));
  checkDataTerms(prices);
  const { auditedClaimsBps, challengeWindowMs = 0, auditsPerClaim = 1, heldBackRounds } = draft;
  const { decoyShareBps = 0 } = draft;
  const { segments } = draft.inner;
  return {
    ...prices,
    auditedClaimsBps: integer('auditedClaimsBps', auditedClaimsBps, { min: 0, max: 10_000 }),
    challengeWindowMs: integer('challengeWindowMs', challengeWindowMs, {
      min: 0,
      max: deadlineMsMax,
    }),
    heldBackRounds: integer('heldBackRounds', heldBackRounds, { min: 0, max: 10_000 }),
    auditsPerClaim: integer('auditsPerClaim', auditsPerClaim, { min: 1, max: auditsPerClaimMax }),
    segments: integer('inner.segments', segments, { min: 1, max: 1_024 }),
    decoyShareBps: integer('decoyShareBps', decoyShareBps, { min: 0, max: 10_000 }),
    ...(draft.tolerance ? { tolerance: draft.tolerance } : {}),
  };
}

function liarsOf({ economics }: RunDraft): number {
  const { liarsBps = assumedLiarsBps } = economics;
  return integer('economics.liarsBps', liarsBps, { min: 0, max: 10_000 });
}

function integer(path: string, value: unknown, it: { min: number; max: number }): number {
  if (Number.isSafeInteger(value)) {
    const count = value as number;
    if (count >= it.min && count <= it.max) return count;
  }
  throw bad(path, `must be an integer from ${it.min} to ${it.max}`);
}

function bad(path: string, why: string): Error {
  return new Error(`BAD_RUN_SPEC: ${path}: ${why}; see docs/protocol/economics.md`);
}
