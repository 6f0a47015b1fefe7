/**
 * The contract's views as this client hands them out: the rules' own JSON types, with money as
 * `bigint`. What has no money in it is passed on as it is.
 */
import type { WithMoney } from './money-fields.js';
import type * as rules from '../rules/views.js';

export type RunTerms = WithMoney<rules.RunTerms>;
export type RunView = WithMoney<rules.RunView>;
export type DisputeView = WithMoney<rules.DisputeView>;
export type SeatView = WithMoney<rules.SeatView>;
export type ProposalView = WithMoney<rules.ProposalView>;
export type PolicyView = WithMoney<rules.PolicyView>;
export type EarningsView = WithMoney<rules.EarningsView>;
export type HealthView = WithMoney<rules.HealthView>;
export type AccountingView = WithMoney<rules.AccountingView>;
export type TokenView = WithMoney<rules.TokenView>;
export type BountyView = WithMoney<rules.BountyView>;
export type DataShareView = WithMoney<rules.DataShareView>;
export type DatasetDisputeView = WithMoney<rules.DatasetDisputeView>;
/** As documents have it (decimal strings) or as views have it: both name the same action. */
export type Action = rules.Action | WithMoney<rules.Action>;

export type { AttestationView } from '../rules/attestation.js';
export type {
  Amendment,
  AuditView,
  Choice,
  Claim,
  CodeView,
  DatasetRecord,
  DatasetView,
  Member,
  MembersView,
  StandingView,
  BallotView,
  OpenRoundView,
  Phase,
  ProposalStatus,
  ReleaseView,
  ReputationView,
  RoundRecord,
  SeatRole,
  StagedCodeView,
  TickResult,
  UpgradeView,
} from '../rules/views.js';
