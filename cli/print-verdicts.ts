/** What a verifier found, one claim per line, for people and for programs. */
import { exitCodeOf } from '@commonweights/trainer/release/exit-codes.js';
import { policyExitCode, type RuleVerdict } from '@commonweights/trainer/release/judge-policy.js';
import { describeStanding } from '@commonweights/trainer/release/signer-standing.js';
import type { SaidOfRelease } from '@commonweights/trainer/release/statements.js';
import type { Verification } from '@commonweights/trainer/release/verify.js';
import type { Verdict } from '@commonweights/trainer/release/verdict.js';
import { CliError } from './errors.js';
import { plainText } from './inert-text.js';
import type { Session } from './session.js';

const marks = { pass: '✓', fail: '✗', warn: '!', unknown: '?' } as const;

export function formatVerdicts(verdicts: readonly Verdict[]): string {
  const width = Math.max(...verdicts.map(({ claim }) => claim.length));
  return verdicts
    .map(({ claim, status, standing, detail }) => {
      const how = `${status === 'unknown' ? 'not checked' : standing}`.padEnd(11);
      return `${marks[status]} ${claim.padEnd(width)}  ${how}  ${plainText(detail)}\n`;
    })
    .join('');
}

/** A rule of the verifier's own per line; nothing where there is none. */
export function formatRules(rules: readonly RuleVerdict[]): string {
  if (rules.length === 0) return '';
  const width = Math.max(...rules.map(({ rule }) => rule.length));
  const lines = rules.map(({ rule, status, standing, detail }) => {
    const how = `${status === 'unknown' ? 'not checked' : standing}`.padEnd(11);
    return `${marks[status]} ${rule.padEnd(width)}  ${how}  ${plainText(detail)}\n`;
  });
  return `\nYour policy\n${lines.join('')}`;
}

/** Whoever said something of it, and what they have done here before; nothing where nobody did. */
export function formatStatements(statements: readonly SaidOfRelease[]): string {
  if (statements.length === 0) return '';
  const lines = statements.slice(0, statementsMax).map(({ by, purpose, standing, known }) => {
    const who = describeStanding(by, known);
    return `  ${standing.padEnd(11)}  ${plainText(by)} ${purpose} it; known for ${who}\n`;
  });
  const more = statements.length - lines.length;
  const rest = more > 0 ? `  and ${more} more: "commonweights attest list"\n` : '';
  return `\nWhat others say of it\n${lines.join('')}${rest}`;
}

const statementsMax = 20;

/**
 * Prints what was found: a list of verdicts, or with a policy `{ verdicts, rules, statements }`. Throws with the
 * exit code of the first claim that does not hold, else of the first rule that is not kept.
 */
export function reportVerdicts(
  session: Session,
  it: { dir: string; verification: Verification; policy: boolean },
): void {
  const { verdicts, rules, statements } = it.verification;
  session.print(
    it.policy ? { verdicts, rules, statements } : verdicts,
    () => formatVerdicts(verdicts) + formatRules(rules) + formatStatements(statements),
  );
  const exitCode = exitCodeOf(verdicts);
  if (exitCode !== 0) {
    const { claim, status, code } = verdicts.find((one) =>
      ['fail', 'unknown'].includes(one.status),
    )!;
    const facts = status === 'fail' ? 'does not hold' : 'could not be checked';
    throw new CliError(
      exitCode,
      `NOT_VERIFIED: the claim "${claim}" ${facts} (${code}) for ${it.dir}; do not use this release`,
    );
  }
  const broken = rules.find(({ code }) => code !== null);
  if (!broken) return;
  throw new CliError(
    policyExitCode(rules),
    `${broken.code}: ${plainText(broken.detail)}; your policy asks for more than ${it.dir} has`,
  );
}
