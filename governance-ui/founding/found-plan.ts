/**
 * A DAO as somebody writes it in a form: the fields of the policy, the members and the guardian are
 * those of the proposals that change them, so one set of checks holds for both; what is left is checked
 * by the reader of the command line's file.
 */
import {
  exampleConfig,
  readDaoConfig,
  type DaoConfig,
} from '@commonweights/dao-contracts/client/dao-config.js';
import { isDaoError } from '@commonweights/dao-contracts/client/errors.js';
import { fromWire } from '@commonweights/dao-contracts/client/money-fields.js';
import type { ProposedPolicy } from '@commonweights/dao-contracts/client/policy-effects.js';
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import { forms, initialValues, type Field, type Values } from '../drafts/action-forms.js';
import { checkDraft, type Problem } from '../drafts/check-draft.js';
import { readField, type FieldKind } from '../drafts/field-kinds.js';
import { policyValues } from '../drafts/fill.js';

export const ownFields = {
  daoAccount: 'account',
  members: 'members',
  guardian: 'account',
  term: 'duration',
  treasury: 'near',
  reserve: 'near',
} as const satisfies Readonly<Record<string, FieldKind>>;
export type OwnField = keyof typeof ownFields;

export const policyFields: readonly Field[] = forms['set-policy'];

/** With the rules that `dao init --example` has. */
export function initialFounding(): Values {
  return {
    ...initialValues('set-policy'),
    ...policyValues(fromWire(exampleConfig.policy) as ProposedPolicy),
    ...{ daoAccount: '', members: '', guardian: '', term: '' },
    treasury: '10',
    reserve: exampleConfig.reserveNear,
  };
}

export interface PlannedDao {
  /** Null while something is wrong. */
  readonly config: DaoConfig | null;
  readonly problems: ReadonlyMap<string, Problem>;
  /** What is wrong with the whole, once every field by itself is right. */
  readonly whole: { readonly code: string; readonly rule: string } | null;
}

export function planDao(values: Values): PlannedDao {
  const policy = checkDraft('set-policy', values);
  const members = checkDraft('set-members', values);
  const guardian = checkDraft('set-guardian', values);
  const problems = new Map([...policy.problems, ...members.problems, ...guardian.problems]);
  for (const name of ['daoAccount', 'treasury', 'reserve'] as const) {
    const read = readField(ownFields[name], values[name] ?? '');
    if (!read.ok) problems.set(name, read.problem);
  }
  const whole = [policy, members, guardian].map((one) => one.whole).find((one) => one !== null);
  if (problems.size > 0 || whole) {
    return { config: null, problems, whole: typeof whole === 'object' ? whole : null };
  }
  const text = (name: OwnField) => (values[name] ?? '').trim();
  const { account, termMs } = guardian.action as unknown as {
    account: string | null;
    termMs: number;
  };
  try {
    const config = readDaoConfig({
      account: text('daoAccount'),
      policy: (policy.action as unknown as { policy: unknown }).policy,
      members: (members.action as unknown as { members: unknown }).members,
      guardian: account === null ? null : { account, termMs },
      treasuryNear: text('treasury'),
      reserveNear: text('reserve'),
    });
    return { config, problems, whole: null };
  } catch (error) {
    const refused = refusalOf(error);
    const field = fieldOf(refused.rule);
    if (field === null) return { config: null, problems, whole: refused };
    const rule = refused.rule.replace(/^[\w.]+ /, '');
    return { config: null, problems: new Map([[field, { ...refused, rule }]]), whole: null };
  }
}

function refusalOf(error: unknown): { code: string; rule: string } {
  if (isDaoError(error)) return { code: error.code, rule: error.facts };
  if (!(error instanceof Refusal)) throw error;
  return { code: error.code, rule: error.message.slice(error.code.length + 2) };
}

/** The reader's names of what stands in fields of ours. */
function fieldOf(rule: string): OwnField | null {
  if (/^account must /.test(rule)) return 'daoAccount';
  return /^guardian\.termMs must /.test(rule) ? 'term' : null;
}
