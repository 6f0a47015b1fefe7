/** What a form can take from the chain instead of having it typed: terms, policy, roots, versions. */
import type { ProposedPolicy } from '@commonweights/dao-contracts/client/policy-effects.js';
import { forms, type Field, type FormKind, type Values } from './action-forms.js';
import type { DaoNow } from './dao-now.js';
import { writeDuration, writeNear, writePercent } from './field-kinds.js';

/** Forms that begin with what holds now. */
export function isFilled(kind: FormKind): boolean {
  return kind === 'set-policy' || kind === 'upgrade';
}

/** Empty: there is nothing to take, or not said from where. */
export function fillFrom(kind: FormKind, values: Values, dao: DaoNow): Values {
  const run = dao.runs.find(({ id }) => `${id}` === (values['run'] ?? '').trim());
  switch (kind) {
    case 'set-policy':
      return policyValues(dao.policy);
    case 'amend-run':
      return run ? written(forms[kind], { changes: run.terms }) : {};
    case 'publish-release':
      return run && run.finalRound > 0 ? { root: run.finalRoot } : {};
    case 'upgrade':
      return { from: `${dao.code.state}`, toVersion: `${dao.code.state}` };
    default:
      return {};
  }
}

/** A policy as its form has it. */
export function policyValues(policy: DaoNow['policy'] | ProposedPolicy): Values {
  return written(forms['set-policy'], { policy });
}

/** The values of those fields whose paths `source` has. */
function written(fields: readonly Field[], source: object): Values {
  const entries: [string, string][] = [];
  for (const field of fields) {
    const text = writeValue(field, valueAt(source, field.path));
    if (text !== null) entries.push([field.name, text]);
  }
  return Object.fromEntries(entries);
}

function valueAt(source: object, path: string): unknown {
  let at: unknown = source;
  for (const step of path.split('.')) at = (at as Record<string, unknown> | undefined)?.[step];
  return at;
}

function writeValue({ kind, empty }: Field, value: unknown): string | null {
  if (value === undefined) return empty === 'omitted' ? (kind === 'flag' ? 'no' : '') : null;
  switch (kind) {
    case 'near':
      return writeNear(value as bigint);
    case 'duration':
      return writeDuration(value as number);
    case 'percent':
      return writePercent(value as number);
    case 'flag':
      return value === true ? 'yes' : 'no';
    case 'lines':
      return (value as string[]).join('\n');
    default:
      return `${value as string | number | bigint}`;
  }
}
