/** What a verifier found, one claim per line, for people and for programs. */
import { exitCodeOf } from '@commonweights/trainer/release/exit-codes.js';
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

/** Prints the verdicts; throws with the exit code of the first claim that does not hold. */
export function reportVerdicts(
  session: Session,
  it: { dir: string; verdicts: readonly Verdict[] },
): void {
  const exitCode = exitCodeOf(it.verdicts);
  session.print(it.verdicts, () => formatVerdicts(it.verdicts));
  if (exitCode === 0) return;
  const { claim, status, code } = it.verdicts.find((one) =>
    ['fail', 'unknown'].includes(one.status),
  )!;
  const facts = status === 'fail' ? 'does not hold' : 'could not be checked';
  throw new CliError(
    exitCode,
    `NOT_VERIFIED: the claim "${claim}" ${facts} (${code}) for ${it.dir}; do not use this release`,
  );
}
