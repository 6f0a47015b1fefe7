/** What is wrong with a field, in the reader's language as far as the rules' sentence is known. */
import type { Problem } from '../drafts/check-draft.js';
import { writeNear } from '../drafts/field-kinds.js';
import type { FieldKind } from '../drafts/field-kinds.js';
import { texts } from '../texts/language.js';
import { formatSpan } from './times.js';
import { groupThousands } from './amounts.js';

export interface ProblemInWords {
  readonly text: string;
  /** What the rules said, in English; null: `text` says it all. */
  readonly rule: string | null;
}

export function explainProblem(problem: Problem, kind: FieldKind | null): ProblemInWords {
  const say = texts().create.problems;
  if (typeof problem === 'string') return { text: say[problem], rule: null };
  const { rule } = problem;
  const entry = /^\[(\d+)\](?:\.\w+)? (.*)$/.exec(rule);
  const known = translate(entry ? entry[2]! : rule, kind);
  if (known === null) return { text: say.rules, rule };
  return {
    text: entry ? say.entry({ at: Number(entry[1]) + 1, problem: known }) : known,
    rule: null,
  };
}

function translate(rule: string, kind: FieldKind | null): string | null {
  const say = texts().create.problems;
  if (rule === 'must be a NEAR account name') return say.account;
  if (rule.startsWith('must be a digest')) return say.digest;
  const integer = /^must be an integer from (\d+) to (\d+)$/.exec(rule);
  const decimal = /^must be a decimal string from "(\d+)" to "(\d+)"$/.exec(rule);
  const bounds = integer ?? decimal;
  if (bounds) {
    const write = writerOf(kind);
    return say.between({ least: write(bounds[1]!), most: write(bounds[2]!) });
  }
  const chars = /^must be a text of (\d+) to (\d+) characters$/.exec(rule);
  if (chars) return say.chars({ least: chars[1]!, most: chars[2]! });
  const entries = /^must be a list of at most (\d+) entries$/.exec(rule);
  if (entries) return say.entries(entries[1]!);
  const names = /^must be one of (.+)$/.exec(rule);
  return names ? say.oneOf(names[1]!) : null;
}

/** Bounds as the field itself is written. */
function writerOf(kind: FieldKind | null): (digits: string) => string {
  switch (kind) {
    case 'near':
      return (digits) => groupThousands(writeNear(digits));
    case 'percent':
      return (digits) => `${Number(digits) / 100} %`;
    case 'duration':
      return (digits) => (digits === '0' ? '0' : formatSpan(Number(digits)));
    default:
      return groupThousands;
  }
}
