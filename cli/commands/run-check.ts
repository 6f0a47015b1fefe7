/**
 * `commonweights run check`: whether cheating would pay under the prices of a draft, attack by
 * attack, before it is proposed. Needs neither a network nor the data.
 */
import type { Command } from 'commander';
import type { Assessment } from '@commonweights/dao-contracts/rules/economics.js';
import { percent } from '@commonweights/dao-contracts/rules/terms-economics.js';
import { formatDecimal, type Rational } from '@commonweights/dao-contracts/rules/rational.js';
import type { RunDraft } from '@commonweights/trainer/run/run-draft.js';
import { wholeNumber, withExamples, withJson } from '../arguments.js';
import { readJsonFile } from '../input-file.js';
import { formatFacts, formatTable } from '../output.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readDraft } from '../draft-file.js';

interface Flags {
  readonly liarsBps?: number;
}

export function addRunCheck(run: Command, terminal: Terminal): void {
  does<Flags>(
    withExamples(
      withJson(run.command('check <draft>'))
        .description('what each attack would earn under the prices of a draft')
        .option(
          '--liars-bps <share>',
          'seats that may lie, in basis points (default: the draft’s, else a third)',
          wholeNumber(0, 10_000),
        ),
      'commonweights run check small-run.json',
      'commonweights run check small-run.json --liars-bps 4000',
    ),
    terminal,
    (session, [file], flags) => check(session, file!, flags),
  );
}

async function check(session: Session, file: string, flags: Flags): Promise<void> {
  const { assessDraft, checkDraftEconomics } =
    await import('@commonweights/trainer/run/draft-economics.js');
  const written = readDraft(file, await readJsonFile(session.terminal.cwd, file));
  const draft = withLiars(written, flags.liarsBps);
  const { economics, assessments } = assessDraft(draft);
  session.print(assessments.map(plainly), () => {
    const facts = formatFacts([
      ['liars assumed', `${percent(economics.liars)} % of the seats`],
      ['audited', `${formatDecimal(shareOf(economics.auditedClaimsBps), 1)} % of the claims`],
      ['at stake', economics.stakeYocto],
      ['held back', `${economics.heldBackRounds} rounds of ${nearText(economics.rewardYocto)}`],
      ['a round costs', economics.computeCostYocto],
    ]);
    return `${facts}\n${tableOf(assessments)}`;
  });
  checkDraftEconomics(draft);
}

function withLiars(draft: RunDraft, liarsBps: number | undefined): RunDraft {
  if (liarsBps === undefined) return draft;
  return { ...draft, economics: { ...draft.economics, liarsBps } };
}

function tableOf(assessments: readonly Assessment[]): string {
  const head = [
    ...['attack', 'found', 'rounds', 'brings', 'loses', 'earns', 'over the run'],
    ...['least stake', 'held', 'audited', 'panel'],
  ];
  const rows = assessments.map((it) => [
    it.name,
    `${percent(it.detection)} %`,
    it.roundsToDetection ? formatDecimal(it.roundsToDetection, 1) : 'never',
    shortNear(it.gainYocto),
    shortNear(it.lossYocto),
    `${shortNear(it.profitYocto)}${it.pays ? ' !' : ''}`,
    shortNear({ numerator: it.horizonProfitYocto, denominator: 1n }),
    leastStake(it.least.stakeYocto),
    it.least.heldBackRounds ?? '–',
    it.least.auditedClaimsBps === null ? '–' : `${it.least.auditedClaimsBps} bps`,
    it.leastJurors,
  ]);
  return (
    `${formatTable(head, rows)}\nIn NEAR by the attempt, against honest work. The last four ` +
    'columns: the least that alone makes the attack lose; –: more of it does not help.\n'
  );
}

/** Rounded up, so that what is shown is enough. */
function leastStake(yocto: bigint | null): string {
  if (yocto === null) return '–';
  const step = 10n ** 20n;
  return formatDecimal({ numerator: (yocto + step - 1n) / step, denominator: 10_000n }, 4);
}

function plainly(it: Assessment) {
  const { name, what, why, pays, horizonProfitYocto } = it;
  const { stakeYocto, heldBackRounds, auditedClaimsBps } = it.least;
  return {
    ...{ name, what, why, pays },
    detection: formatDecimal(it.detection, 9),
    roundsToDetection: it.roundsToDetection && formatDecimal(it.roundsToDetection, 3),
    gainYocto: formatDecimal(it.gainYocto, 0),
    lossYocto: formatDecimal(it.lossYocto, 0),
    profitYocto: formatDecimal(it.profitYocto, 0),
    horizonProfitYocto: `${horizonProfitYocto}`,
    least: {
      stakeYocto: stakeYocto === null ? null : `${stakeYocto}`,
      ...{ heldBackRounds, auditedClaimsBps, jurors: it.leastJurors },
    },
  };
}

function shareOf(bps: number): Rational {
  return { numerator: BigInt(bps), denominator: 100n };
}

function nearText(yocto: bigint): string {
  return `${shortNear({ numerator: yocto, denominator: 1n })} NEAR`;
}

function shortNear({ numerator, denominator }: Rational): string {
  return formatDecimal({ numerator, denominator: denominator * 10n ** 24n }, 4);
}
