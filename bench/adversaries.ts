/**
 * Adversaries against the rules, in simulated runs: how often each is found against the formula,
 * what it earns, whom it harms. Run: `npm run bench -- adversaries [--only NAME] [--setting NAME]
 * [--seeds N] [--audited BPS] [--window MS] [--svg FILE] [--json FILE]`, or `--only NAME --replay
 * SEED` for the log of one run. Fails when an attack pays, or is found by far not as the formula says.
 * `--real`: the main ones as real workers with real training (bench/real-adversaries.ts).
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  adversaries,
  adversariesIn,
  honestOnly,
} from '@commonweights/test/simulation/adversaries/adversary-list.js';
import { measure, playOnce, type Row } from '@commonweights/test/simulation/measure.js';
import { settings, type Setting } from '@commonweights/test/simulation/settings.js';
import { stepsPerRound } from '@commonweights/test/simulation/sizes.js';
import { faultOf, isAsExpected, verdictOf } from '@commonweights/test/simulation/verdict.js';
import { drawPlots } from './adversary-plots.js';

/** A large run takes twenty times as long and has four times the cheats. */
const defaultSeeds: Readonly<Record<Setting['name'], number>> = {
  main: 60,
  quarter: 60,
  large: 10,
  guarded: 10,
  distance: 15,
};
/** With 5 × 16 audited claims in each run: more than 10,000 honest audits. */
const honestSeeds = 130;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    setting: { type: 'string' },
    seeds: { type: 'string' },
    audited: { type: 'string' },
    window: { type: 'string' },
    svg: { type: 'string' },
    json: { type: 'string' },
    replay: { type: 'string' },
  },
});
const chosen = adversaries.filter((one) => values.only === undefined || one.name === values.only);
const names = Object.keys(settings) as Setting['name'][];
const chosenSettings = names.filter((one) => !values.setting || one === values.setting);
if (chosen.length === 0 || chosenSettings.length === 0) {
  console.error(
    `UNKNOWN_NAME: adversaries are ${adversaries.map(({ name }) => name).join(', ')}; ` +
      `settings are ${names.join(', ')}`,
  );
  process.exit(2);
}

const columns = [
  'adversary',
  'found',
  '95 %',
  'formula',
  'rounds',
  'honest hit',
  'profit',
  'honest profit',
  'harm',
  'damage',
  'slower',
  'verdict',
] as const;
const header = `| ${columns.join(' | ')} |\n|${columns.map(() => ' --- ').join('|')}|`;

if (values.replay !== undefined) replay(values.replay);
else compare();

/** One run, command by command: `TIME OUTCOME COMMAND`, and the digest of it all. */
function replay(seed: string): void {
  const { run } = playOnce(
    chosen.at(-1)!,
    withOptions(settings[chosenSettings[0]!]),
    `seed ${seed}`,
    true,
  );
  for (const line of run.chain.lines) console.log(line);
  console.log(`log ${run.chain.logDigest()}`);
}

/** `--audited`: another share of claims than the setting's; `--window`: time for challenges. */
function withOptions(setting: Setting): Setting {
  const { terms } = setting;
  const auditedClaimsBps = Number(values.audited ?? terms.auditedClaimsBps);
  const challengeWindowMs = Number(values.window ?? terms.challengeWindowMs);
  return { ...setting, terms: { ...terms, auditedClaimsBps, challengeWindowMs } };
}

function compare(): void {
  const rows: Row[] = [];
  const faults: string[] = [];
  for (const name of chosenSettings) {
    const setting = withOptions(settings[name]);
    const { terms } = setting;
    console.log(
      `\n${name}: ${terms.maxWorkers} trainers, ${terms.maxAuditors} auditors, ${terms.rounds} ` +
        `rounds; p = ${terms.auditedClaimsBps / 10_000}, S = ${terms.segments}, ` +
        `W = ${terms.heldBackRounds}, stake ${nearOf(terms.stakeYocto)}, ` +
        `reward ${nearOf(terms.rewardYocto)}, fee ${nearOf(terms.auditFeeYocto)} NEAR, ` +
        `cost of a round ${(Number(setting.stepCostYocto * BigInt(stepsPerRound)) / 1e24).toFixed(2)} NEAR\n`,
    );
    console.log(header);
    for (const adversary of chosen.filter((one) => adversariesIn(name).includes(one))) {
      const usual =
        adversary === honestOnly && (name === 'main' || name === 'distance')
          ? honestSeeds
          : defaultSeeds[name];
      const seeds = Number(values.seeds ?? usual);
      const row = measure({ adversary, honest: honestOnly, setting, seeds });
      rows.push(row);
      console.log(lineOf(row));
      const fault = faultOf(row, adversary);
      if (fault !== null) faults.push(`${name}: ${adversary.name} ${fault}`);
    }
  }
  const audits = rows.reduce((sum, row) => sum + row.honestAudits, 0);
  const punished = rows.reduce((sum, row) => sum + row.honestPunished, 0);
  console.log(`\nhonest claims audited: ${audits}; honest seats that lost money: ${punished}`);
  for (const [setting, what] of [
    ['main', 'exact class'],
    ['distance', 'tolerance class'],
  ] as const) {
    const alone = rows.find((row) => row.adversary === 'honest' && row.setting === setting);
    if (!alone || alone.honestPunished > 0) continue;
    const bound = (3 / alone.honestAudits).toExponential(1);
    console.log(
      `${what}, honest runs alone: 0 of ${alone.honestAudits} audits punished anybody, ` +
        `which bounds the rate at ${bound} (95 %; 3.0e-4 needs 10,000 audits)`,
    );
  }
  if (values.json !== undefined) {
    const out = rows.map((row) => ({ ...row, verdict: verdictOf(row) }));
    writeFileSync(values.json, `${JSON.stringify(out, null, 1)}\n`);
  }
  if (values.svg !== undefined) writeFileSync(values.svg, drawPlots(rows));
  for (const fault of faults) console.error(`FAULT: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}

function nearOf(yocto: string): string {
  return String(Number(BigInt(yocto) / 10n ** 21n) / 1_000);
}

function lineOf(row: Row): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)}`;
  const [low, high] = row.interval;
  const found = row.exposed > 0 ? `${row.detected} of ${row.exposed}` : '–';
  const asExpected = isAsExpected(row) === false ? ' (!)' : '';
  const { effect } = row;
  const wantedRate = effect?.rate ?? row.expected;
  const expected = wantedRate === null ? '' : ` = ${percent(wantedRate)} %${asExpected}`;
  const rounds = row.rounds === null ? '–' : row.rounds.toFixed(1);
  const wanted = row.roundsExpected === null ? '' : ` (${row.roundsExpected.toFixed(1)})`;
  const profitWanted = row.profitExpected === null ? '' : ` (${row.profitExpected.toFixed(1)})`;
  const isHonest = row.adversary === 'honest';
  const excluded = row.excluded > 0 ? `, ${row.excluded} excluded` : '';
  const extras = row.extras.sent > 0 ? `, ${row.extras.accepted}/${row.extras.sent} extra` : '';
  const came = effect ? `, ${effect.what}: ${effect.hits} of ${effect.trials}` : '';
  const captured = row.capturedExpected > 0 ? `, captured ${row.captured}/${row.seeds}` : '';
  const stuck = row.stuck > 0 ? `, ${row.stuck}/${row.seeds} runs stuck` : '';
  const cells = [
    row.adversary,
    `${found}${excluded}${extras}${captured}${stuck}${came}`,
    row.exposed > 0 ? `${percent(low)}–${percent(high)}` : '–',
    `${row.formula}${expected}`,
    `${rounds}${wanted}`,
    `${row.honestPunished}`,
    isHonest ? row.honestProfit.toFixed(1) : `${row.crewProfit.toFixed(1)}${profitWanted}`,
    isHonest ? row.honestProfit.toFixed(1) : row.sameSeatsProfit.toFixed(1),
    (row.honestProfitAlone - row.honestProfit).toFixed(2),
    damageOf(row),
    `${row.slowdown.toFixed(1)}×`,
    isHonest ? '' : verdictOf(row),
  ];
  return `| ${cells.join(' | ')} |`;
}

function damageOf({ damage, backdoor }: Row): string {
  const pushed = backdoor > 0.05 ? `, pushed ${(100 * backdoor).toFixed(0)} %` : '';
  return `${(100 * damage).toFixed(1)} %${pushed}`;
}
