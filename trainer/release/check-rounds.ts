/**
 * The log of rounds is one hash chain: each record names the digest of the one before, and the last
 * is the log head on chain. Roots join: each final round starts where the last final one ended. And the
 * DAO's rules give the same slices, the same people and the same pay when they are asked again.
 */
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import { standingRounds } from '@commonweights/dao-contracts/rules/round-log.js';
import { termsOf, type RunSpec } from '../run/run-spec.js';
import { failed, passed, unknown, warned } from './finding.js';
import { ReleaseFault } from './finding-codes.js';
import { decidedRelease, type Material } from './material.js';
import { recountLog, type SeatPay } from './recount-log.js';
import { digestOfRecord, readRounds, readRunSpec, readStateNote } from './release-files.js';
import { rosterProblem, withheldPay } from './roster-facts.js';
import type { Finding } from './verdict.js';

export function checkRounds(material: Pick<Material, 'files' | 'chain' | 'decision'>): Finding {
  const { files, chain } = material;
  const records = readRounds(files);
  const broken = findBreak(records, chain?.run?.initialRoot ?? records[0]?.startRoot ?? null);
  if (broken) return failed('LOG_BROKEN', broken);
  const last = records.at(-1)!;
  const root = readStateNote(files).root;
  if (last.root !== root) {
    return failed('LOG_ENDS_ELSEWHERE', `the log ends at ${last.root}`);
  }
  const spec = readRunSpec(files);
  const roster = chain?.run?.roster ?? null;
  let pay: SeatPay[];
  try {
    pay = recount(records, spec, roster?.amended ?? true);
  } catch (error) {
    if (!(error instanceof ReleaseFault)) throw error;
    return failed(error.code, error.message);
  }
  const problem = roster && rosterProblem(pay, roster);
  if (problem) return failed(...problem, 'attested');
  const head = digestOfRecord(last);
  const count =
    `${records.length} records, ${countUpdates(records)} updates counted, ` +
    `${pay.reduce((sum, { rewards }) => sum + rewards, 0)} rewards`;
  const release = decidedRelease(material);
  if (!release || (chain && !chain.run)) {
    const detail = `${count}; no chain says that the log head is ${head}`;
    return unknown('NO_CHAIN', detail);
  }
  if (release.logHead !== head) {
    const detail = `the log leads to ${head}, the chain has ${release.logHead}`;
    return failed('LOG_HEAD_OTHER', detail);
  }
  const run = chain?.run?.id ?? release.run;
  if (last.run !== run || release.run !== run || last.round !== release.round) {
    const detail = `the log ends with round ${last.round} of run ${last.run}`;
    return failed('LOG_ROUND_OTHER', detail);
  }
  const tainted = standingRounds(records).filter((one) => one.tainted.length > 0);
  if (tainted.length > 0) {
    const names = tainted.map(({ round }) => round).join(', ');
    const detail = `${count}; wrong work stayed in round ${names}, too little to do it again`;
    return warned('WORK_TAINTED', detail, 'proven');
  }
  const withheld = roster && withheldPay(pay, roster, spec.economics.rewardYocto);
  if (withheld !== null) {
    return warned(
      'PAY_WITHHELD',
      `${count}; the head is the one on chain; ${withheld}`,
      'attested',
    );
  }
  return passed(`${count}; the head is the one on chain`);
}

/** Who is paid for what, by the rules. Errors: those of `recountLog`. */
export function recount(
  records: readonly RoundRecord[],
  spec: RunSpec,
  amended: boolean,
): SeatPay[] {
  const { startRoot: initialRoot } = records[0]!;
  return recountLog({
    records,
    terms: termsOf({ spec, digest: digestOfJson(spec), initialRoot }),
    amended,
  });
}

/** The first thing that does not join, as a sentence, or null. */
function findBreak(records: readonly RoundRecord[], initialRoot: Digest | null): string | null {
  const first = records[0];
  if (!first || records.at(-1)!.outcome !== 'final') return 'the log does not end in a final round';
  let head: Digest | null = null;
  let root = initialRoot;
  const seen = new Set<number>();
  for (const record of records) {
    const name = `round ${record.round}`;
    if (record.previous !== head) return `${name} does not follow the record before it`;
    if (record.run !== first.run) return `${name} belongs to run ${record.run}`;
    if (seen.has(record.round)) return `${name} occurs twice`;
    seen.add(record.round);
    head = digestOfRecord(record);
    // An aborted round may have started from a provisional root that was rewound.
    if (record.outcome === 'aborted') continue;
    if (record.startRoot !== root) return `${name} does not start at the last final root`;
    if (record.outcome === 'rewound') continue;
    if (record.outcome === 'rewind') {
      root = rootAfterRewind(record, records.slice(0, records.indexOf(record)), initialRoot);
      if (root === null || root !== record.root) return `${name} rewinds to no final root`;
      continue;
    }
    if (record.root === null) return `${name} is final without a root`;
    const bad = record.claims.find(
      ({ seat, included, verdict }) =>
        included && verdict === 'failed' && !record.tainted.includes(seat),
    );
    if (bad) return `${name} counts the update of seat ${bad.seat}, which failed its audit`;
    root = record.root;
  }
  return null;
}

/** The root that a vote went back to: of a final round that stood then, or the initial one. */
function rootAfterRewind(
  { to }: RoundRecord,
  before: readonly RoundRecord[],
  initialRoot: Digest | null,
): Digest | null {
  if (to === 0) return initialRoot;
  return standingRounds(before).find(({ round }) => round === to)?.root ?? null;
}

function countUpdates(records: readonly RoundRecord[]): number {
  return standingRounds(records).reduce(
    (sum, { claims }) => sum + claims.filter((one) => one.included).length,
    0,
  );
}
