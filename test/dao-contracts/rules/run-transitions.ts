/**
 * Which states and transitions of a run were visited. The tables are closed: a state that the types
 * know and a table lacks does not compile, and a transition that no table lists breaks a law.
 */
import type { RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import type {
  AuditState,
  DisputeStage,
  Phase,
  RoundRecord,
  RunStatus,
  SeatStatus,
} from '@commonweights/dao-contracts/rules/run.js';

type Table<S extends string, End extends string = never> = Record<S, readonly (S | End)[]>;

const runs: Table<RunStatus> = {
  enrolling: ['running', 'paused', 'stopped'],
  running: ['paused', 'completed', 'stopped'],
  paused: ['running', 'completed', 'stopped'],
  completed: [],
  stopped: [],
};

/** `none`: no round is open; `next`: the next one opened in the same command. */
const phases: Table<Phase | 'none', 'next'> = {
  none: ['train'],
  train: ['reveal', 'none', 'next'],
  reveal: ['certify', 'none', 'next'],
  certify: ['aggregate', 'none', 'next'],
  aggregate: ['none', 'next'],
};

const seats: Table<SeatStatus, 'refunded'> = {
  applied: ['active', 'refunded'],
  active: ['absent', 'expelled', 'left'],
  absent: ['active', 'expelled', 'left'],
  expelled: ['absent', 'left'],
  left: [],
};

/** `gone`: its round closed, or it lapsed with a round that was cancelled. */
const audits: Table<AuditState, 'gone'> = {
  material: ['answer', 'failed', 'gone'],
  answer: ['opening', 'measure', 'uncover', 'disputed', 'passed', 'failed', 'gone'],
  opening: ['measure', 'uncover', 'passed', 'disputed', 'failed', 'gone'],
  measure: ['answer', 'uncover', 'passed', 'disputed', 'failed', 'gone'],
  uncover: ['measure', 'passed', 'disputed', 'failed', 'gone'],
  disputed: ['passed', 'failed', 'gone'],
  passed: ['failed', 'gone'],
  failed: ['gone'],
};

/** A panel answers, then who lost may appeal, at last the DAO; `gone`: ended and paid out. */
const disputes: Table<DisputeStage | 'none', 'gone'> = {
  none: ['jury'],
  jury: ['window', 'dao', 'gone'],
  window: ['jury', 'dao', 'gone'],
  dao: ['window', 'gone'],
};

/** `rewind` is the record of a vote, which closes no round. */
const outcomes: Record<RoundRecord['outcome'], true> = {
  final: true,
  rewound: true,
  aborted: true,
  rewind: true,
};

const tables = { run: runs, phase: phases, seat: seats, audit: audits, dispute: disputes };

export const allTransitions: readonly string[] = [
  ...Object.entries(tables).flatMap(([of, table]) =>
    Object.entries<readonly string[]>(table).flatMap(([from, to]) =>
      to.map((next) => `${of}: ${from} → ${next}`),
    ),
  ),
  ...Object.keys(outcomes).map((outcome) => `round: closed → ${outcome}`),
];

/** The transitions of one command, as lines of `allTransitions` or lines that are missing there. */
export function transitionsOf(
  before: RunState,
  after: RunState,
  records: readonly { text: string }[],
): string[] {
  const found: string[] = [];
  const add = (of: string, from: string, to: string) => {
    if (from !== to) found.push(`${of}: ${from} → ${to}`);
  };
  add('run', before.run.status, after.run.status);
  const [was, is] = [before.run.open, after.run.open];
  if (was && is && was.round !== is.round) found.push(`phase: ${was.phase} → next`);
  else add('phase', was?.phase ?? 'none', is?.phase ?? 'none');
  if (before.seats !== after.seats || before.run.roster !== after.run.roster) {
    after.run.roster.forEach((entry, seat) => {
      add('seat', before.run.roster[seat]?.status ?? 'applied', entry.status);
    });
  }
  const seated = after.run.roster.length - before.run.roster.length;
  if (before.applicants.length > after.applicants.length + seated) {
    add('seat', 'applied', 'refunded');
  }
  if (before.audits !== after.audits) {
    for (const audit of before.audits) {
      const { round, seat, segment } = audit;
      const now = after.audits.find(
        (one) => one.round === round && one.seat === seat && one.segment === segment,
      );
      add('audit', audit.state, now?.state ?? 'gone');
    }
  }
  if (before.disputes !== after.disputes) {
    for (const { id, stage } of after.disputes) {
      add('dispute', before.disputes.find((one) => one.id === id)?.stage ?? 'none', stage);
    }
    for (const { id, stage } of before.disputes) {
      if (!after.disputes.some((one) => one.id === id)) add('dispute', stage, 'gone');
    }
  }
  for (const { text } of records) {
    found.push(`round: closed → ${(JSON.parse(text) as RoundRecord).outcome}`);
  }
  return found;
}
