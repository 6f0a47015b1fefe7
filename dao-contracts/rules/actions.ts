/** What a proposal can do. Voters vote on the digest of the canonical JSON of one of these. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import type { BountyTerms } from './bounty/terms.js';
import type { Amendment, RunTerms } from './run-terms.js';
import type { Verdict } from './run.js';

export type Action =
  | { kind: 'fund-run'; terms: RunTerms; budgetYocto: string }
  | {
      kind: 'publish-release';
      run: number;
      root: Digest;
      manifest: Digest;
      evaluation: Digest;
      title: string;
      version: string;
    }
  /** For good: who pulls or verifies it is told. `reason`: digest of a text that says why. */
  | { kind: 'revoke-release'; release: number; reason: Digest }
  | { kind: 'transfer'; to: string; amountYocto: string }
  /** In a token (NEP-141). */
  | { kind: 'transfer-token'; token: string; to: string; amountUnits: string }
  /** `weight`: decimal string; '0' removes the member. */
  | { kind: 'set-member'; account: string; weight: string }
  /** The same for several at once. */
  | { kind: 'set-members'; members: Member[] }
  | { kind: 'set-policy'; policy: Policy }
  /** From its execution on, for `termMs`; null (with 0): nobody. */
  | { kind: 'set-guardian'; account: string | null; termMs: number }
  | { kind: 'stop-run'; run: number }
  /** No round opens for so long, or until the run is resumed; it never ends in a pause. */
  | { kind: 'pause-run'; run: number; forMs: number }
  | { kind: 'resume-run'; run: number }
  /** From the next round boundary on. `budgetYocto` is added to the escrow. */
  | { kind: 'amend-run'; run: number; changes: Amendment; budgetYocto: string }
  /** `to`: an earlier final round, 0 the initial root. `budgetYocto` pays for doing them again. */
  | { kind: 'rewind-run'; run: number; to: number; budgetYocto: string }
  /** The last instance of a dispute; `evidence`: digest of a report that computes it again. */
  | { kind: 'resolve-dispute'; run: number; dispute: number; verdict: Verdict; evidence: Digest }
  /** `code`: what is to run instead; `from`, `to`: version of what is stored, before and after. */
  | { kind: 'upgrade'; code: Digest; from: number; to: number }
  /** Its escrow follows from the terms (bounty/terms.ts). */
  | { kind: 'open-bounty'; terms: BountyTerms }
  /** Vouches for a dataset and for the shares of its contributors. */
  | { kind: 'approve-dataset'; dataset: string }
  /** Upheld: the dataset is withdrawn and the bond returned. Dismissed: the bond is forfeited. */
  | {
      kind: 'resolve-dataset-dispute';
      dataset: string;
      dispute: number;
      verdict: 'upheld' | 'dismissed';
      evidence: Digest;
    };

export interface Policy {
  votingPeriodMs: number;
  timelockMs: number;
  /** After the timelock; what was not executed by then expires. */
  expiryMs: number;
  /** Share of the total weight that must vote (abstaining counts). */
  quorumBps: number;
  /** Share of yes among yes and no; 5000 means more yes than no. */
  approvalBps: number;
  bondYocto: string;
  /** A quorum reached later than this before the end of voting makes it last this long, once. */
  lateQuorumMs: number;
  /** Proposals of one account that may be open at a time. */
  liveProposalsMax: number;
  /** SPDX expressions, compared as text with a dataset's concluded licence. */
  licences: string[];
  /** Accounts of the tokens (NEP-141) that the treasury takes. */
  tokens: string[];
  /** Whether runs need datasets that a vote approved. Default: no. */
  approvedDatasetsOnly?: boolean;
  /** How reputation counts in votes (reputation-weight.ts). Default: not at all. */
  reputation?: ReputationPolicy;
  /** The most that a run may pay for 10^12 floating-point operations. */
  rewardPerTeraFlopYoctoMax: string;
}

/** A part of the policy; without it reputation does not vote. */
export interface ReputationPolicy {
  /** All reputation weighs at most so much of what members weigh. */
  shareBpsMax: number;
  /** It weighs all of that from so many points together, and less in proportion below. */
  fullAtPoints: number;
}

export interface Member {
  account: string;
  /** Decimal string. */
  weight: string;
}
