/** Who computed a release and who checked it, by the log of its rounds. */
import { standingRounds } from '@commonweights/dao-contracts/rules/round-log.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import type { RunSpec } from '../run/run-spec.js';
import {
  count,
  rowsMax,
  standingOf,
  type Chapter,
  type Statement,
  type Told,
} from './explanation.js';
import { readRounds, readRunSpec } from './release-files.js';
import type { Verdict } from './verdict.js';
import { tallyWork } from './work-done.js';

export function explainComputation({ files }: Told, verdicts: readonly Verdict[]): Chapter {
  const spec = readRunSpec(files);
  const rounds = readRounds(files);
  const standing = standingOf(verdicts, 'rounds');
  const inside = (what: string, value: string) => ({ what, value, standing });
  return {
    title: 'Who computed it',
    statements: [
      explainStart(spec, standingOf(verdicts, 'lineage')),
      inside('rounds', countOutcomes(rounds)),
      inside('steps', `${spec.inner.stepsPerRound} of each worker in a round`),
      inside('recipe', spec.outer.kind),
      inside('training program', spec.program),
      inside('exact engine', spec.fingerprint),
      ...tallyWork(rounds)
        .slice(0, rowsMax)
        .map(({ account, updates }) => inside(account, `${count(updates)} updates counted`)),
    ],
  };
}

export function explainChecks({ files }: Told, verdicts: readonly Verdict[]): Chapter {
  const rounds = readRounds(files);
  const standing = standingOf(verdicts, 'rounds');
  const inside = (what: string, value: string) => ({ what, value, standing });
  const included = standingRounds(rounds).flatMap(({ claims }) =>
    claims.filter((claim) => claim.included),
  );
  const audited = included.filter(({ verdict }) => verdict !== 'unaudited').length;
  const names = new Map<number, string>();
  for (const { claims } of rounds) for (const one of claims) names.set(one.seat, one.account);
  const byAuditor = new Map<number, { passed: number; failed: number }>();
  for (const { auditor, verdict } of rounds.flatMap(({ audits }) => audits)) {
    const sums = byAuditor.get(auditor) ?? { passed: 0, failed: 0 };
    sums[verdict]++;
    byAuditor.set(auditor, sums);
  }
  return {
    title: 'Who checked it',
    statements: [
      inside(
        'updates re-executed by others',
        `${count(audited)} of ${count(included.length)} that count` +
          (included.length > 0 ? ` (${((100 * audited) / included.length).toFixed(0)} %)` : ''),
      ),
      ...[...byAuditor]
        .sort(([a], [b]) => a - b)
        .slice(0, rowsMax)
        .map(([seat, { passed, failed }]) =>
          inside(
            names.get(seat) ?? `auditor at seat ${seat}`,
            `${count(passed + failed)} audits, ${count(failed)} of them found wrong work`,
          ),
        ),
      ...verdicts.map(({ claim, status, detail, standing: known }) => ({
        what: `here: ${claim}`,
        value: `${status}: ${detail}`,
        standing: known,
      })),
    ],
  };
}

function explainStart(
  { initialSeed, parent }: RunSpec,
  standing: Statement['standing'],
): Statement {
  if (!parent)
    return { what: 'starts from', value: `random weights, seed ${initialSeed}`, standing };
  if (parent.release) {
    const value = `release ${parent.release}, which has a history of its own: explain that one too`;
    return { what: 'starts from', value, standing };
  }
  const value = `weights ${parent.weights}, of which nobody recorded what they learned from`;
  return { what: 'starts from', value, standing };
}

function countOutcomes(rounds: readonly RoundRecord[]): string {
  const of = (outcome: RoundRecord['outcome']) =>
    rounds.filter((one) => one.outcome === outcome).length;
  return `${of('final')} final, ${of('rewound')} rewound, ${of('aborted')} aborted`;
}
