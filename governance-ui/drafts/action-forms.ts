/**
 * The fields of a form for each kind of action, and where each one's value stands in the action.
 * `fund-run` has a form of its own (run-plan.ts): its terms follow from a model, data and prices.
 */
import { bytesOf, type FieldKind } from './field-kinds.js';
import type { Texts } from '../texts/texts.js';
import type { ActionKind } from './kinds.js';

export type FormKind = Exclude<ActionKind, 'fund-run'>;

/** What it names on chain; the form offers what is there. */
export type Names = 'run' | 'release' | 'dataset' | 'token' | 'account';

/** Each has a label in every language. */
export type FieldName = keyof Texts['create']['fields'];

export interface Field {
  readonly name: FieldName;
  /** In the action, with dots. */
  readonly path: string;
  readonly kind: FieldKind;
  readonly names?: Names;
  /** Of a `choice`. */
  readonly choices?: readonly string[];
  /** What an empty field means; absent: that something is missing. */
  readonly empty?: 'null' | 'omitted' | 'zero';
  readonly initial?: string;
}

const run = { name: 'run', path: 'run', kind: 'number', names: 'run' } as const;
const account = { name: 'account', path: 'account', kind: 'account', names: 'account' } as const;
const weight = { name: 'weight', path: 'weight', kind: 'weight' } as const;
const dataset = { name: 'dataset', path: 'dataset', kind: 'text', names: 'dataset' } as const;
const dispute = { name: 'dispute', path: 'dispute', kind: 'number' } as const;
const evidence = { name: 'evidence', path: 'evidence', kind: 'published' } as const;
const budget = { name: 'budget', path: 'budgetYocto', kind: 'near', initial: '0' } as const;

const policy = (name: FieldName, kind: FieldKind, more: Partial<Field> = {}) =>
  ({ name, path: `policy.${name}`, kind, ...more }) as const;
const change = (name: FieldName, path: string, kind: FieldKind) =>
  ({ name, path: `changes.${path}`, kind }) as const;
const term = (name: FieldName, path: string, kind: FieldKind, more: Partial<Field> = {}) =>
  ({ name, path: `terms.${path}`, kind, ...more }) as const;

export const forms: { readonly [K in FormKind]: readonly Field[] } = {
  transfer: [
    { name: 'to', path: 'to', kind: 'account', names: 'account' },
    { name: 'amount', path: 'amountYocto', kind: 'near' },
  ],
  'transfer-token': [
    { name: 'token', path: 'token', kind: 'account', names: 'token' },
    { name: 'to', path: 'to', kind: 'account', names: 'account' },
    { name: 'units', path: 'amountUnits', kind: 'units' },
  ],
  'set-member': [account, weight],
  'set-members': [{ name: 'members', path: 'members', kind: 'members' }],
  'set-guardian': [
    { name: 'guardian', path: 'account', kind: 'account', names: 'account', empty: 'null' },
    { name: 'term', path: 'termMs', kind: 'duration', empty: 'zero' },
  ],
  'set-policy': [
    policy('votingPeriodMs', 'duration'),
    policy('timelockMs', 'duration'),
    policy('expiryMs', 'duration'),
    policy('quorumBps', 'percent'),
    policy('approvalBps', 'percent'),
    policy('lateQuorumMs', 'duration'),
    policy('bondYocto', 'near'),
    policy('liveProposalsMax', 'number'),
    policy('licences', 'lines'),
    policy('tokens', 'lines'),
    policy('approvedDatasetsOnly', 'flag', { empty: 'omitted' }),
    {
      ...policy('shareBpsMax', 'percent'),
      path: 'policy.reputation.shareBpsMax',
      empty: 'omitted',
    },
    {
      ...policy('fullAtPoints', 'number'),
      path: 'policy.reputation.fullAtPoints',
      empty: 'omitted',
    },
    policy('rewardPerTeraFlopYoctoMax', 'near'),
  ],
  'stop-run': [run],
  'pause-run': [run, { name: 'forMs', path: 'forMs', kind: 'duration', initial: '1 d' }],
  'resume-run': [run],
  'rewind-run': [run, { name: 'toRound', path: 'to', kind: 'number' }, budget],
  'amend-run': [
    run,
    change('spec', 'spec', 'digest'),
    change('rounds', 'rounds', 'number'),
    change('maxWorkers', 'maxWorkers', 'number'),
    change('reward', 'rewardYocto', 'near'),
    change('auditFee', 'auditFeeYocto', 'near'),
    change('audited', 'auditedClaimsBps', 'percent'),
    change('flopsPerRound', 'flopsPerRound', 'units'),
    change('enrol', 'deadlinesMs.enrol', 'duration'),
    change('train', 'deadlinesMs.train', 'duration'),
    change('reveal', 'deadlinesMs.reveal', 'duration'),
    change('certify', 'deadlinesMs.certify', 'duration'),
    change('aggregate', 'deadlinesMs.aggregate', 'duration'),
    change('audit', 'deadlinesMs.audit', 'duration'),
    budget,
  ],
  'resolve-dispute': [
    run,
    dispute,
    { name: 'verdict', path: 'verdict', kind: 'choice', choices: ['for', 'against'] },
    evidence,
  ],
  'publish-release': [
    run,
    { name: 'root', path: 'root', kind: 'digest' },
    { name: 'manifest', path: 'manifest', kind: 'digest' },
    { name: 'evaluation', path: 'evaluation', kind: 'digest' },
    { name: 'title', path: 'title', kind: 'text' },
    { name: 'version', path: 'version', kind: 'text', initial: '1.0.0' },
  ],
  'revoke-release': [
    { name: 'release', path: 'release', kind: 'number', names: 'release' },
    { name: 'reason', path: 'reason', kind: 'statement' },
  ],
  'open-bounty': [
    term('title', 'title', 'text'),
    term('instructions', 'instructions', 'published'),
    term('material', 'material', 'text', { names: 'dataset', empty: 'null' }),
    term('licence', 'licence', 'text', { initial: 'CC0-1.0' }),
    term('items', 'items', 'number', { initial: '100' }),
    term('price', 'priceYocto', 'near', { initial: '0.02' }),
    term('batches', 'batches', 'number', { initial: '13' }),
    term('batchesPerAccount', 'batchesPerAccount', 'number', { initial: '8' }),
    term('batchBond', 'bondYocto', 'near', { initial: '0.1' }),
    term('reviewers', 'reviewers', 'number', { initial: '3' }),
    term('reviewFee', 'reviewFeeYocto', 'near', { initial: '0.004' }),
    term('reviewerStake', 'stakeYocto', 'near', { initial: '1' }),
    term('agreement', 'agreementBps', 'percent', { initial: '60' }),
    term('submit', 'windowsMs.submit', 'duration', { initial: '7 d' }),
    term('revealWindow', 'windowsMs.reveal', 'duration', { initial: '2 d' }),
    term('review', 'windowsMs.review', 'duration', { initial: '7 d' }),
    term('open', 'windowsMs.open', 'duration', { initial: '2 d' }),
  ],
  'approve-dataset': [dataset],
  'resolve-dataset-dispute': [
    dataset,
    dispute,
    { name: 'datasetVerdict', path: 'verdict', kind: 'choice', choices: ['upheld', 'dismissed'] },
    evidence,
  ],
  upgrade: [
    { name: 'code', path: 'code', kind: 'digest' },
    { name: 'from', path: 'from', kind: 'number' },
    { name: 'toVersion', path: 'to', kind: 'number' },
  ],
};

export type Values = Readonly<Record<string, string>>;

export function initialValues(kind: FormKind): Values {
  return Object.fromEntries(
    forms[kind].map(({ name, kind: shape, choices, initial }) => [
      name,
      initial ?? (shape === 'choice' ? choices![0]! : shape === 'flag' ? 'no' : ''),
    ]),
  );
}

/** The bytes behind the digests of the form's texts: published before the proposal is made. */
export function publishedBytes(kind: FormKind, values: Values): Uint8Array[] {
  return forms[kind].flatMap(({ name, kind: shape }) =>
    shape === 'published' || shape === 'statement' ? [bytesOf(shape, values[name] ?? '')] : [],
  );
}
