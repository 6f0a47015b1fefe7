/**
 * Holds a half-written form against the contract's own decoder, and says of each field what it would
 * refuse. The decoder stops at the first one; so what it refused is replaced by something that it
 * takes, and it is asked again.
 */
import { decodeAction } from '@commonweights/dao-contracts/rules/action-decoding.js';
import type { Action } from '@commonweights/dao-contracts/rules/actions.js';
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import { forms, type Field, type FormKind, type Values } from './action-forms.js';
import { readField, type FieldKind, type ReadField } from './field-kinds.js';

export type Problem =
  | Extract<ReadField, { ok: false }>['problem']
  /** In the words of the rules: what the value must be, or a whole sentence of theirs. */
  | { readonly code: string; readonly rule: string };

export interface CheckedDraft {
  /** Null while something is wrong. */
  readonly action: Action | null;
  /** By the field's name. */
  readonly problems: ReadonlyMap<string, Problem>;
  /** What the rules refuse of the whole, once every field by itself is right. */
  readonly whole: Problem | null;
}

export function checkDraft(kind: FormKind, values: Values): CheckedDraft {
  const fields = forms[kind];
  const problems = new Map<string, Problem>();
  const action: Record<string, unknown> = { kind };
  for (const field of fields) {
    const text = values[field.name] ?? '';
    if (isLeftOut(field, text)) {
      if (field.empty !== 'omitted') put(action, field.path, field.empty === 'zero' ? 0 : null);
      continue;
    }
    const read = readField(field.kind, text);
    if (!read.ok) problems.set(field.name, read.problem);
    put(action, field.path, read.ok ? read.value : samples[field.kind]);
  }
  // Each turn finds one field more, or ends.
  for (let turn = 0; turn <= fields.length; turn++) {
    const refused = refusalOf(action);
    if (refused === null) break;
    const field = fields.find(({ path }) => isAbout(refused.rule, path));
    if (!field || problems.has(field.name)) {
      const whole = problems.size === 0 ? refused : null;
      return { action: null, problems, whole };
    }
    problems.set(field.name, { ...refused, rule: withoutPath(refused.rule) });
    put(action, field.path, samples[field.kind]);
  }
  if (problems.size > 0) return { action: null, problems, whole: null };
  return { action: decodeAction(action, field), problems, whole: null };
}

const field = 'action';

function isLeftOut({ kind, empty }: Field, text: string): boolean {
  if (!empty) return false;
  return kind === 'flag' ? text !== 'yes' : text.trim() === '';
}

/** Right by itself, whatever the others are. */
const samples: { readonly [K in FieldKind]: unknown } = {
  text: 'x',
  published: `sha256:${'0'.repeat(64)}`,
  statement: `sha256:${'0'.repeat(64)}`,
  digest: `sha256:${'0'.repeat(64)}`,
  account: 'a.near',
  number: 1,
  weight: '1',
  units: '1',
  near: '0',
  duration: 86_400_000,
  percent: 5_001,
  choice: '',
  flag: true,
  lines: [],
  members: [],
};

function refusalOf(action: unknown): { code: string; rule: string } | null {
  try {
    decodeAction(action, field);
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { code: error.code, rule: error.message.slice(error.code.length + 2) };
  }
}

/** `action.policy.bondYocto must be …` is about `policy.bondYocto`; so is `action.members[3].account`. */
function isAbout(rule: string, path: string): boolean {
  const said = /^action\.([\w.[\]]+) (must|would|is) /.exec(rule)?.[1];
  return said === path || (said?.startsWith(`${path}[`) ?? false);
}

/** A list's own entries keep their number. */
function withoutPath(rule: string): string {
  return rule.replace(/^action\.[\w.]+?(\[\d+\][\w.]*)? /, (_, entry: string | undefined) =>
    entry === undefined ? '' : `${entry} `,
  );
}

function put(target: Record<string, unknown>, path: string, value: unknown): void {
  const steps = path.split('.');
  const last = steps.pop()!;
  let at = target;
  for (const step of steps) at = (at[step] ??= {}) as Record<string, unknown>;
  at[last] = value;
}
