/**
 * The rounds of a run as they hang together: which root each one started from, which came of it,
 * which were cancelled. And a check that costs nothing: each record names the digest of the one
 * before it and the chain names the last, so whoever has the records can find out if one is false.
 */
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { AuditView, RoundRecord, RunView } from '@commonweights/dao-contracts/client/views.js';

export type RoundState = 'final' | 'rewound' | 'aborted' | 'provisional' | 'open';

export interface RoundLink {
  readonly round: number;
  readonly state: RoundState;
  readonly startRoot: Digest;
  readonly root: Digest | null;
  /** Of its record; null while it has none. */
  readonly record: Digest | null;
  readonly claims: readonly {
    readonly seat: number;
    readonly account: string | null;
    readonly verdict: 'unaudited' | 'passed' | 'failed' | 'pending';
    readonly included: boolean;
  }[];
}

export interface RecordCheck {
  /** Records that were reached from the log head, link by link. */
  readonly linked: number;
  /** The first thing that is wrong, null when nothing is. */
  readonly problem: string | null;
}

const digests = new WeakMap<RoundRecord, Digest>();

/** Digest of a record's canonical JSON, computed once for each. */
export function digestOfRecord(record: RoundRecord): Digest {
  const known = digests.get(record);
  if (known) return known;
  const digest = digestOfJson(record);
  digests.set(record, digest);
  return digest;
}

/** One failed audit fails the claim; it passes when all have passed. */
function verdictOf(states: readonly AuditView['state'][]): 'passed' | 'failed' | 'pending' {
  if (states.includes('failed')) return 'failed';
  const passed = states.length > 0 && states.every((state) => state === 'passed');
  return passed ? 'passed' : 'pending';
}

/** All rounds that are known, by number: closed ones, then the provisional and the open one. */
export function linkRounds(run: RunView, records: readonly RoundRecord[]): RoundLink[] {
  const closed = new Set(records.map(({ round }) => round));
  const links: RoundLink[] = records.map((record) => ({
    round: record.round,
    state: record.outcome,
    startRoot: record.startRoot,
    root: record.root,
    record: digestOfRecord(record),
    claims: record.claims.map(({ seat, account, verdict, included }) => ({
      ...{ seat, account, verdict, included },
    })),
  }));
  const { provisional, open } = run;
  if (provisional && !closed.has(provisional.round)) {
    const audits = run.audits.filter(({ round }) => round === provisional.round);
    links.push({
      ...{ round: provisional.round, startRoot: provisional.startRoot, root: provisional.root },
      ...{ state: 'provisional', record: null },
      claims: provisional.slices.map(({ seat }) => {
        const states = audits.filter((one) => one.seat === seat).map(({ state }) => state);
        const included = provisional.included.includes(seat);
        return { seat, account: null, verdict: verdictOf(states), included };
      }),
    });
  }
  if (open && !closed.has(open.round)) {
    links.push({
      ...{ round: open.round, startRoot: open.startRoot, root: null, state: 'open', record: null },
      claims: open.slices.map(({ seat }) => ({
        ...{ seat, account: null, verdict: 'pending' as const },
        included: open.included?.includes(seat) ?? true,
      })),
    });
  }
  return links.sort((a, b) => a.round - b.round);
}

/**
 * Walks from `logHead` back through `previous`. A record that the walk does not reach was closed
 * after `logHead` was read, or is older than what was fetched (`complete: false`).
 */
export function checkRecords(it: {
  logHead: Digest | null;
  records: readonly RoundRecord[];
  complete: boolean;
}): RecordCheck {
  const byDigest = new Map(it.records.map((record) => [digestOfRecord(record), record]));
  let linked = 0;
  for (let at = it.logHead; at !== null; linked++) {
    const record = byDigest.get(at);
    if (!record) {
      if (!it.complete && linked > 0) break;
      return { linked, problem: `no round record that the chain handed out has digest ${at}` };
    }
    byDigest.delete(at);
    at = record.previous;
  }
  return { linked, problem: null };
}
