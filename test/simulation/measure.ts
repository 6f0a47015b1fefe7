/**
 * Plays one adversary in one setting over many seeds and sums up: how often it was found against
 * the formula, what it earned, what it did to others and to the model.
 */
import type { SeatRole } from '@commonweights/dao-contracts/rules/run.js';
import type { Adversary } from './adversary.js';
import type { Contributor } from './agent.js';
import { roundsToDetection, wilson } from './expectations.js';
import { RandomStream } from './random-stream.js';
import type { Setting } from './settings.js';
import type { SimulatedRun } from './scenario.js';
import { simulateRun } from './simulate-run.js';

export interface Row {
  adversary: string;
  setting: Setting['name'];
  seeds: number;
  crewSeats: number;
  /** Breaches that could be found, and those that were. */
  exposed: number;
  detected: number;
  interval: [number, number];
  expected: number | null;
  formula: string;
  /** Mean exposures to the first detection, of the seats that were found. */
  rounds: number | null;
  roundsExpected: number | null;
  /** Breaches in claims that nobody certified. */
  excluded: number;
  honestAudits: number;
  honestPunished: number;
  /** Mean per seat of the crew, in NEAR: paid out less deposits and computing. */
  crewProfit: number;
  profitExpected: number | null;
  /** Ledger credits of the crew without its stakes coming back, per seat. */
  crewEarned: number;
  /** What honest contributors make in the same roles, in the same runs without it. */
  sameSeatsProfit: number;
  /** Of an honest trainer, beside the adversary and without it. */
  honestProfit: number;
  honestProfitAlone: number;
  /** Lost progress of the loss, as a share of what the honest run made. */
  damage: number;
  /** Standard error of that, over the seeds. */
  damageError: number;
  /** Push along the backdoor as a share of the honest model's distance from the start. */
  backdoor: number;
  /** Mean wall time against the honest run's. */
  slowdown: number;
  /** Runs in which more than half of the trainers drawn first belonged to the crew. */
  captured: number;
  capturedExpected: number;
  finalRounds: number;
  stuck: number;
  extras: { sent: number; accepted: number };
  refusals: Record<string, number>;
  /** What came of it, where that is counted. */
  effect: { what: string; rate: number; hits: number; trials: number } | null;
}

export function contributorsOf(
  adversary: Adversary,
  setting: Setting,
  seed: string,
): Contributor[] {
  const { maxWorkers, maxAuditors } = setting.terms;
  const cast = adversary.cast(setting.terms);
  const taken = (role: SeatRole) =>
    adversary.crowds ? 0 : cast.filter((member) => member.role === role).length;
  const honest = (role: SeatRole, places: number) =>
    Array.from({ length: places - taken(role) }, () => ({
      role,
      behaviour: setting.makeHonest(),
    }));
  const all = [
    ...cast.map((member) => ({ ...member, crew: true })),
    ...[...honest('trainer', maxWorkers), ...honest('auditor', maxAuditors)].map((member) => ({
      ...member,
      crew: false,
    })),
  ];
  const order = new RandomStream(seed, 'cast').shuffle(all);
  return order.map((member, i) => ({ ...member, account: `c${i}.sim` }));
}

export function playOnce(
  adversary: Adversary,
  setting: Setting,
  seed: string,
  keepsLines = false,
): { run: SimulatedRun; contributors: Contributor[] } {
  const contributors = contributorsOf(adversary, setting, seed);
  const { terms, recipe, landscape } = setting;
  const scenario = { terms, recipe, contributors, ...(landscape ? { landscape } : {}) };
  return { run: simulateRun(scenario, seed, keepsLines), contributors };
}

const baselines = new Map<string, ReturnType<typeof playOnce>>();

/** `honest`: the same cohort without the adversary, for comparison; one run per seed. */
export function measure(it: {
  adversary: Adversary;
  honest: Adversary;
  setting: Setting;
  seeds: number;
  firstSeed?: number;
}): Row {
  const { adversary, honest, setting, seeds } = it;
  const row = emptyRow(adversary, setting, seeds);
  const firsts: number[] = [];
  for (let i = 0; i < seeds; i++) {
    const seed = `seed ${(it.firstSeed ?? 1) + i}`;
    const { terms, recipe, landscape } = setting;
    const key = JSON.stringify([terms, recipe, landscape ?? null, seed]);
    const played = playOnce(adversary, setting, seed);
    const baseline =
      adversary === honest ? played : (baselines.get(key) ?? playOnce(honest, setting, seed));
    baselines.set(key, baseline);
    addRun(row, { played, baseline, setting, firsts });
    const effect = adversary.effect?.count(played.run, played.contributors);
    if (row.effect && effect) {
      row.effect.hits += effect.hits;
      row.effect.trials += effect.trials;
    }
  }
  return summarise(row, { adversary, setting, seeds, firsts });
}

function emptyRow(adversary: Adversary, setting: Setting, seeds: number): Row {
  const { rate, formula, profit } = adversary.expects(setting.terms);
  return {
    adversary: adversary.name,
    setting: setting.name,
    seeds,
    crewSeats: 0,
    exposed: 0,
    detected: 0,
    interval: [0, 1],
    expected: rate,
    formula,
    rounds: null,
    roundsExpected: null,
    excluded: 0,
    honestAudits: 0,
    honestPunished: 0,
    crewProfit: 0,
    profitExpected: profit ?? null,
    crewEarned: 0,
    sameSeatsProfit: 0,
    honestProfit: 0,
    honestProfitAlone: 0,
    damage: 0,
    damageError: 0,
    backdoor: 0,
    slowdown: 0,
    captured: 0,
    capturedExpected: adversary.captures?.(setting.terms) ?? 0,
    finalRounds: 0,
    stuck: 0,
    extras: { sent: 0, accepted: 0 },
    refusals: {},
    effect: adversary.effect
      ? {
          what: adversary.effect.what,
          rate: adversary.effect.rate(setting.terms),
          hits: 0,
          trials: 0,
        }
      : null,
  };
}

type Played = ReturnType<typeof playOnce>;

function addRun(
  row: Row,
  it: { played: Played; baseline: Played; setting: Setting; firsts: number[] },
): void {
  const { played, baseline, setting, firsts } = it;
  const { run, contributors } = played;
  const { state } = run.chain;
  const crew = new Set(contributors.filter((one) => one.crew).map((one) => one.account));
  for (const tally of run.offences.tallies.values()) {
    row.exposed += tally.exposed;
    row.detected += tally.detected;
    if (tally.firstAfter !== null) firsts.push(tally.firstAfter);
  }
  row.excluded += run.offences.excluded;
  row.honestAudits += run.honestAudits;
  for (const seat of state.seats) {
    if (!crew.has(seat.account) && seat.slashedYocto > 0n) row.honestPunished++;
  }
  const seated = state.seats.filter(({ account }) => crew.has(account));
  row.crewSeats += seated.length;
  for (const account of crew) {
    row.crewProfit += profitOf(played, setting, account);
    row.crewEarned += paidTo(played, account);
  }
  row.honestProfit += meanHonest(played, setting, 'trainer');
  row.honestProfitAlone += meanHonest(baseline, setting, 'trainer');
  for (const { crew: theirs, role } of contributors) {
    if (theirs) row.sameSeatsProfit += meanHonest(baseline, setting, role);
  }
  addDamage(row, run, baseline.run);
  row.slowdown += run.endedMs / baseline.run.endedMs;
  const roles = state.run.roster.map((entry, seat) => ({ ...entry, ...state.seats[seat]! }));
  const { maxWorkers } = setting.terms;
  const trainers = roles.filter(({ role }) => role === 'trainer').slice(0, maxWorkers);
  const theirs = trainers.filter(({ account }) => crew.has(account)).length;
  if (2 * theirs > trainers.length) row.captured++;
  row.finalRounds += state.run.finalRounds;
  if (run.stuck) row.stuck++;
  row.extras.sent += run.extras.sent;
  row.extras.accepted += run.extras.accepted;
  for (const [code, count] of run.chain.refusals) {
    row.refusals[code] = (row.refusals[code] ?? 0) + count;
  }
}

function addDamage(row: Row, run: SimulatedRun, baseline: SimulatedRun): void {
  const { problem } = baseline;
  const start = problem.start().params;
  const honest = baseline.finalModel!.params;
  const progress = problem.loss(start) - problem.loss(honest);
  const model = run.finalModel?.params ?? start;
  const damage = (problem.loss(model) - problem.loss(honest)) / progress;
  row.damage += damage;
  // The sum of squares, until it is summarised.
  row.damageError += damage * damage;
  const distance = Math.sqrt(honest.reduce((sum, value) => sum + value * value, 0));
  row.backdoor += (problem.alongBackdoor(model) - problem.alongBackdoor(honest)) / distance;
}

function summarise(
  row: Row,
  it: { adversary: Adversary; setting: Setting; seeds: number; firsts: number[] },
): Row {
  const { adversary, setting, seeds, firsts } = it;
  const crew = Math.max(1, adversary.cast(setting.terms).length * seeds);
  row.crewProfit /= crew;
  row.crewEarned /= crew;
  row.sameSeatsProfit /= crew;
  for (const key of [
    'honestProfit',
    'honestProfitAlone',
    'damage',
    'backdoor',
    'slowdown',
    'finalRounds',
  ] as const) {
    row[key] /= seeds;
  }
  const spread = Math.max(0, row.damageError / seeds - row.damage * row.damage);
  row.damageError = Math.sqrt(spread / (seeds - 1));
  row.interval = wilson(row.detected, row.exposed);
  if (firsts.length > 0) row.rounds = firsts.reduce((a, b) => a + b, 0) / firsts.length;
  if (row.expected !== null && row.expected > 0) {
    row.roundsExpected = roundsToDetection(row.expected, setting.terms.rounds);
  }
  return row;
}

const inNear = (yocto: bigint) => Number(yocto / 10n ** 15n) / 1e9;

/** Ledger credits less deposits less what its computing cost, in NEAR. */
function profitOf({ run }: Played, setting: Setting, account: string): number {
  const credits = run.chain.ledgers.get(account) ?? 0n;
  const deposits = run.chain.deposits.get(account) ?? 0n;
  const steps = run.steps.get(account) ?? 0;
  const cost = (setting.stepCostYocto * BigInt(Math.round(steps * 1_000))) / 1_000n;
  return inNear(credits - deposits - cost);
}

/** Rewards, fees and shares of what others lost. */
function paidTo({ run }: Played, account: string): number {
  const seat = run.chain.seatOf(account);
  return seat === null ? 0 : inNear(run.chain.state.seats[seat]!.earnedYocto);
}

function meanHonest(played: Played, setting: Setting, role: SeatRole): number {
  const { run, contributors } = played;
  const honest = contributors.filter((one) => {
    return !one.crew && one.role === role && run.chain.seatOf(one.account) !== null;
  });
  if (honest.length === 0) return 0;
  const profits = honest.map((one) => profitOf(played, setting, one.account));
  return profits.reduce((a, b) => a + b, 0) / honest.length;
}
