/**
 * What the main job found, and whether everything that it promises holds. Each check is computed
 * from the chain, the records or the downloaded files, never from what the job meant to do.
 */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import type { RoundRecord, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { CLAIMS } from '@commonweights/trainer/release/verdict.js';
import { formatBytes, formatTable } from '../output.js';
import { cheat as cheatAccount } from './cast.js';
import type { DatasetStageOutcome } from './dataset-stage.js';
import type { DownloadOutcome } from './download-stage.js';
import { peakBytes } from './peak-memory.js';
import { incidents } from './recipe.js';
import type { TrainingOutcome } from './training-stage.js';

/** As `release propose` computes it and the release carries it. */
export interface Evaluation {
  readonly heldOutLoss: number;
  readonly initialLoss: number;
  readonly unigramEntropy: number;
  readonly sequences: number;
}

interface Supply {
  readonly totalSupply: bigint;
  readonly burnt: bigint;
  readonly accountsTotal: bigint;
}

export interface Summary {
  readonly seed: string;
  readonly loss: {
    readonly initial: number;
    readonly final: number;
    readonly unigramEntropy: number;
    readonly oneWorkerAlone: number;
    readonly oneWorkerAloneSteps: number;
  };
  readonly training: { readonly wallMs: number; readonly roundMs: number };
  /** Resident at one time, at most. */
  readonly peakBytes: number;
  readonly exchange: {
    /** Mean over the updates of final rounds. */
    readonly bytesPerUpdate: number;
    readonly denseBytes: number;
    readonly ratio: number;
    /** Everything that contributors sent and fetched: states and audit material too. */
    readonly uploadedBytes: number;
    readonly downloadedBytes: number;
  };
  readonly rounds: readonly {
    round: number;
    outcome: string;
    root: string | null;
    trainers: number;
  }[];
  readonly accounts: readonly AccountSummary[];
  readonly money: {
    readonly totalSupply: bigint;
    readonly burnt: bigint;
    readonly addsUp: boolean;
  };
  readonly release: { readonly manifest: string; readonly root: string };
  readonly datasets: DatasetStageOutcome['levels'];
  readonly verdicts: DownloadOutcome['verdicts'];
  readonly tamperedExitCode: number;
  readonly sample: string;
  readonly story: readonly string[];
  readonly checks: readonly Check[];
  readonly elapsedMs: number;
}

interface AccountSummary {
  readonly account: string;
  readonly claimedYocto: bigint;
  readonly slashedYocto: bigint;
  readonly why: string;
}

export interface Check {
  readonly what: string;
  readonly holds: boolean;
  /** Depends on how busy the machine is: reported, but no reason to call the job failed. */
  readonly timed?: true;
}

export async function summarise(it: {
  client: DaoClient;
  run: number;
  seed: string;
  outcome: TrainingOutcome;
  soloLoss: number;
  soloSteps: number;
  claimed: Readonly<Record<string, bigint>>;
  download: DownloadOutcome;
  sample: string;
  evaluation: Evaluation;
  manifest: string;
  datasets: DatasetStageOutcome;
  supply: { before: Supply; after: Supply };
  parameters: number;
  elapsedMs: number;
}): Promise<Summary> {
  const { client, run, outcome, evaluation, supply } = it;
  const seats = await client.getSeats({ run });
  const records = await readRecords(client, run, outcome.run.nextRound);
  const updates = records
    .filter(({ outcome: how }) => how === 'final')
    .flatMap(({ claims }) => claims.filter(({ included }) => included))
    .map(({ updateBytes }) => updateBytes);
  const bytesPerUpdate = updates.reduce((sum, bytes) => sum + bytes, 0) / updates.length;
  const denseBytes = 4 * it.parameters;
  const accounts = seats.map((seat) => accountOf(seat, it.claimed, outcome));
  const addsUp =
    supply.after.accountsTotal + supply.after.burnt === supply.after.totalSupply &&
    supply.after.totalSupply === supply.before.totalSupply;
  const sum = (field: 'uploadedBytes' | 'downloadedBytes') =>
    Object.values(outcome.traffic).reduce((total, traffic) => total + traffic[field], 0);
  return {
    seed: it.seed,
    loss: {
      initial: evaluation.initialLoss,
      final: evaluation.heldOutLoss,
      unigramEntropy: evaluation.unigramEntropy,
      oneWorkerAlone: it.soloLoss,
      oneWorkerAloneSteps: it.soloSteps,
    },
    training: { wallMs: outcome.wallMs, roundMs: outcome.roundMs },
    peakBytes: Math.max(outcome.peakBytes, peakBytes()),
    exchange: {
      bytesPerUpdate,
      denseBytes,
      ratio: denseBytes / bytesPerUpdate,
      uploadedBytes: sum('uploadedBytes'),
      downloadedBytes: sum('downloadedBytes'),
    },
    rounds: records.map(({ round, outcome: how, root, claims }) => ({
      round,
      outcome: how,
      root,
      trainers: claims.filter(({ included }) => included).length,
    })),
    accounts,
    money: { totalSupply: supply.after.totalSupply, burnt: supply.after.burnt, addsUp },
    release: { manifest: it.manifest, root: outcome.run.finalRoot },
    datasets: it.datasets.levels,
    verdicts: it.download.verdicts,
    tamperedExitCode: it.download.tampered.exitCode,
    sample: it.sample,
    story: outcome.story,
    checks: checksOf({ ...it, seats, records, addsUp }),
    elapsedMs: it.elapsedMs,
  };
}

async function readRecords(client: DaoClient, run: number, nextRound: number) {
  const records: RoundRecord[] = [];
  for (let round = 1; round < nextRound; round++) {
    const record = await client.getRoundRecord({ run, round });
    if (record) records.push(record);
  }
  return records;
}

function accountOf(
  seat: SeatView,
  claimed: Readonly<Record<string, bigint>>,
  outcome: TrainingOutcome,
): AccountSummary {
  const { stakeYocto, rewardYocto, auditFeeYocto } = outcome.run.terms;
  const parts = [];
  if (seat.slashedYocto < stakeYocto) parts.push(`stake back ${formatNear(stakeYocto)}`);
  if (seat.verifiedRounds > 0) {
    parts.push(`${seat.verifiedRounds} verified rounds × ${formatNear(rewardYocto)}`);
  }
  if (seat.auditsRight > 0) {
    parts.push(`${seat.auditsRight} audits answered rightly × ${formatNear(auditFeeYocto)}`);
  }
  const fees = BigInt(seat.auditsRight) * auditFeeYocto;
  const rest = seat.earnedYocto - BigInt(seat.verifiedRounds) * rewardYocto - fees;
  if (rest > 0n) parts.push(`${formatNear(rest)} out of what the cheat lost`);
  if (seat.slashedYocto > 0n) {
    parts.push(`lost ${formatNear(seat.slashedYocto)}, stake and held-back pay: failed an audit`);
  }
  if (seat.account === incidents.killed.account) parts.push('killed, keeps what was verified');
  return {
    account: seat.account,
    claimedYocto: claimed[seat.account] ?? 0n,
    slashedYocto: seat.slashedYocto,
    why: parts.join(' + ') || 'nothing verified',
  };
}

function checksOf(
  it: Parameters<typeof summarise>[0] & {
    seats: readonly SeatView[];
    records: readonly RoundRecord[];
    addsUp: boolean;
  },
): Check[] {
  const { evaluation, seats, records, download, outcome } = it;
  const seatOf = (name: string) => seats.find(({ account }) => account.startsWith(name));
  const expelled = seats.filter(({ status }) => status === 'expelled');
  const cheat = expelled.find(({ account }) => account === cheatAccount);
  // Trainers audit too, and what it answered rightly while it was honest is its own.
  const cheatFees = BigInt(cheat?.auditsRight ?? 0) * outcome.run.terms.auditFeeYocto;
  const onlyFees = (it.claimed[cheatAccount] ?? 0n) === cheatFees;
  const late = seatOf(incidents.late.account);
  return [
    {
      what: 'held-out loss is at least 0.5 nats below the unigram entropy',
      holds: evaluation.heldOutLoss <= evaluation.unigramEntropy - 0.5,
    },
    {
      what: 'held-out loss is below that of one worker alone in the same wall time',
      holds: evaluation.heldOutLoss < it.soloLoss,
      timed: true,
    },
    {
      what: 'the cheat, and nobody else, was expelled by an audit, slashed and paid for no training',
      holds: expelled.length === 1 && cheat !== undefined && cheat.slashedYocto > 0n && onlyFees,
    },
    {
      what: 'its round was rewound, and no round with a failed claim is final',
      holds:
        records.some((record) => record.outcome === 'rewound') &&
        records.every(
          (record) =>
            record.outcome !== 'final' ||
            record.claims.every((claim) => !claim.included || claim.verdict !== 'failed'),
        ),
    },
    {
      what: 'the killed worker was left behind and the run went on without it',
      holds: records.some(
        ({ round, outcome: how, claims }) =>
          round === incidents.killed.round &&
          how === 'final' &&
          claims.every(({ account }) => account !== incidents.killed.account),
      ),
    },
    {
      what: 'the late worker joined and had rounds verified',
      holds: (late?.verifiedRounds ?? 0) > 0,
    },
    {
      what: 'the run reached every round that it was funded for',
      holds:
        outcome.run.status === 'completed' &&
        records.filter((record) => record.outcome === 'final').length === outcome.run.terms.rounds,
    },
    {
      what: 'all balances and the burnt gas add up to what was there at the start',
      holds: it.addsUp,
    },
    {
      what: 'every claim about the download passed, but for the warning that a local chain deserves',
      holds: CLAIMS.every((claim) => {
        const said = download.verdicts.filter((verdict) => verdict.claim === claim);
        return (
          said.length > 0 &&
          said.every(
            ({ status }) => status === 'pass' || (claim === 'consensus' && status === 'warn'),
          )
        );
      }),
    },
    {
      what: 'one flipped byte is refused with exit code 20',
      holds: download.tampered.exitCode === 20,
    },
  ];
}

export function printSummary(summary: Summary, print: (line: string) => void): void {
  const { loss, exchange, training } = summary;
  const nats = (value: number) => `${value.toFixed(4)} nats per token`;
  const lines: [string, string][] = [
    ['held-out loss', `${nats(loss.initial)} before, ${nats(loss.final)} after`],
    ['unigram entropy', nats(loss.unigramEntropy)],
    [
      'one worker alone',
      `${nats(loss.oneWorkerAlone)} after ${loss.oneWorkerAloneSteps} steps, what fits in the same wall time`,
    ],
    [
      'training',
      `${(training.wallMs / 1000).toFixed(0)} s, ${(training.roundMs / 1000).toFixed(1)} s a round of one worker`,
    ],
    [
      'exchange',
      `${formatBytes(Math.round(exchange.bytesPerUpdate))} per worker and round, ` +
        `${exchange.ratio.toFixed(1)}× less than ${formatBytes(exchange.denseBytes)} of dense fp32`,
    ],
    [
      'all traffic',
      `${formatBytes(exchange.uploadedBytes)} up, ${formatBytes(exchange.downloadedBytes)} down, with states and audit material`,
    ],
    [
      'money',
      `${formatNear(summary.money.burnt)} burnt as gas; accounts + burnt = supply: ${summary.money.addsUp ? 'yes' : 'NO'}`,
    ],
    [
      'memory',
      `${formatBytes(summary.peakBytes)} at most, the peaks of processes beside each other added up`,
    ],
    ['release', summary.release.manifest],
    ['state root', summary.release.root],
  ];
  for (const [label, text] of lines) print(`  ${label.padEnd(17)}${text}`);
  print('');
  const rows = summary.rounds.map((it) => [it.round, it.outcome, it.trainers, it.root ?? '–']);
  print(indent(formatTable(['round', 'outcome', 'updates', 'root'], rows)));
  const earned = summary.accounts.map((it) => [it.account, it.claimedYocto, it.why]);
  print(indent(formatTable(['account', 'claimed', 'why'], earned)));
  print(`  A sample: ${JSON.stringify(summary.sample)}`);
  print('');
  for (const { what, holds } of summary.checks) print(`  ${holds ? '✔' : '✘'} ${what}`);
  print('');
  print(`  ${(summary.elapsedMs / 1000).toFixed(0)} s in all.`);
}

function indent(table: string): string {
  return table.replace(/^(?=.)/gm, '  ');
}
