/**
 * What is stored under which key, and how. Each record is one JSON text; money inside is `bigint`
 * in memory and a decimal string in storage. Keys are short because every byte of them is paid for:
 *
 *     policy           policy and guardian          p:<id>          proposal
 *     counts           how many of each exist       v:<id>:<acct>   vote
 *     totals           buckets of money             d:<id>          dataset; di:<n> its id
 *     members          how many there are           f:<id>          release; fm:<manifest> its id
 *     weight weight:<n>  sum of weights, its past   r:<id> t:<id>   run; its terms
 *     m:<acct> m:<acct>:<n>  standing, its past     a:<id>:<seat> q:<id>  audits; applications
 *     mi:<n> mn:<acct> n-th member, its n           pl:<acct>       its open proposals
 *     gc:<action>      the guardian cancelled it    pa:<id>         a proposal's action
 *     l:<acct>         ledger                       s:<run>:<n>     seat; o:<run>:<acct> its number
 *     ro:<id>          a run's open round
 *     tokens           known ones, in order         k:<n> k:<n>:<acct>  a token's books; ledger in it
 *     j:<run>          disputes                     z:<run>         new terms that wait
 *     n:<run>:<acct>   party number                 w:<run>:<acct>  seat it operates
 *     y y:<acct>       reputation: of all, of each  c:<run>:<round> closed round's record
 *     yc:<acct> yc:<acct>:<n>  counted for votes, its past   yt yt:<n>  of all, its past
 *     code             digests of code, of now and before   u:<digest> ui:<digest>  uploaded code
 *     uo:<id>          what became of an upgrade     STATE           version of what is stored
 *     dd:<id>:<n>      a dataset's dispute          b:<id> bt:<id>  bounty; its terms
 *     bc: br: bb:<id>:<n>  contributor, reviewer, batch  bp:<id>:<acct> bi:<id>:<item>  party, item
 *     ds:<run>:<n>     rounds taken of its n-th data share, by contributor
 *     e:<subject> e:<subject>:<n>                   en:<address>    an Ethereum wallet's last nonce
 *                      attestations: count, each
 */
import { near } from 'near-sdk-js';
import type { Action, Policy } from '../rules/actions.js';
import { emptyLedger, emptyPurse, type Ledger, type Purse } from '../rules/ledger.js';
import { refuse } from '../rules/errors.js';
import { tokensKnownMax } from '../rules/limits.js';
import type { Guardian } from '../rules/guardian.js';
import type { Proposal } from '../rules/proposal.js';
import type { Applicant, Audit, Dispute, Run, Seat } from '../rules/run-state.js';
import type { Amendment, RunTerms } from '../rules/run-terms.js';
import { noTokens, type TokenBooks } from '../rules/token-books.js';
import { addMove, buckets, type Bucket, type Totals } from '../rules/totals.js';
import type { DatasetView, ReleaseView } from '../rules/views.js';
import { auditList } from './audit-record.js';
import { disputeList } from './dispute-record.js';
import { bigintAsText, yoctoAsBigint } from './packed-record.js';
import { formatRun, parseRun, type StoredRun } from './run-record.js';
import { formatSeat, parseSeat } from './seat-record.js';

export interface Counts {
  proposals: number;
  runs: number;
  datasets: number;
  releases: number;
  bounties: number;
}

export interface Settings {
  policy: Policy;
  /** Counts changes of the policy. */
  version: number;
  guardian: Guardian | null;
}

/** Reads and writes one kind of record; `money` names its bigint fields. */
class Kind<T extends object> {
  constructor(
    readonly prefix: string,
    readonly money: readonly (keyof T & string)[] = [],
  ) {}

  get(key: string | number): T | null {
    const text = near.storageRead(this.prefix + key);
    return text === null ? null : this.parse(text);
  }

  parse(text: string): T {
    const value = JSON.parse(text) as T & Record<string, unknown>;
    for (const field of this.money) {
      (value as Record<string, unknown>)[field] = BigInt(value[field] as string);
    }
    return value;
  }

  format(value: T): string {
    const copy = { ...value } as Record<string, unknown>;
    for (const field of this.money) copy[field] = String(copy[field]);
    return JSON.stringify(copy);
  }

  put(key: string | number, value: T): void {
    near.storageWrite(this.prefix + key, this.format(value));
  }
}

export function readRun(id: number): { run: Run; stored: StoredRun } | null {
  const rest = near.storageRead(`r:${id}`);
  if (rest === null) return null;
  const stored = { rest, open: near.storageRead(`ro:${id}`) ?? '' };
  return { run: parseRun(stored), stored };
}

/** `known`: what is stored now, to write only what differs. */
export function writeRun(id: number, run: Run, known?: StoredRun): void {
  const { rest, open } = formatRun(run, known);
  if (rest !== known?.rest) near.storageWrite(`r:${id}`, rest);
  if (open !== (known?.open ?? '')) near.storageWrite(`ro:${id}`, open);
}

export const terms = new Kind<RunTerms>('t:');
class SeatKind extends Kind<Seat> {
  override parse(text: string): Seat {
    return parseSeat(text);
  }

  override format(seat: Seat): string {
    return formatSeat(seat);
  }
}

export const seats = new SeatKind('s:');
export const proposals = new Kind<Proposal>('p:', [
  'yes',
  'no',
  'abstain',
  'totalWeight',
  'bondYocto',
]);
export const proposedActions = new Kind<Action>('pa:');
export const datasets = new Kind<DatasetView>('d:');
export const releases = new Kind<ReleaseView>('f:');

export function readJson<T>(key: string): T | null {
  const text = near.storageRead(key);
  return text === null ? null : (JSON.parse(text) as T);
}

export function writeJson(key: string, value: unknown): void {
  near.storageWrite(key, JSON.stringify(value));
}

/** Of one claim: what is stored is of this round only where the run says that it is audited. */
export function readAudits(run: number, seat: number): Audit[] {
  return auditList.parse(near.storageRead(`a:${run}:${seat}`)!);
}

export function writeAudits(run: number, seat: number, audits: readonly Audit[]): void {
  near.storageWrite(`a:${run}:${seat}`, auditList.format(audits));
}

/** Money inside is a decimal string in a field that is called, or ends in, `Yocto`. */
export function readMoney<T>(key: string): T | null {
  const text = near.storageRead(key);
  return text === null ? null : (JSON.parse(text, yoctoAsBigint) as T);
}

export function writeMoney(key: string, value: unknown): void {
  near.storageWrite(key, JSON.stringify(value, bigintAsText));
}

export function readDisputes(run: number): Dispute[] {
  return disputeList.parse(near.storageRead(`j:${run}`) ?? '');
}

export function writeDisputes(run: number, disputes: readonly Dispute[]): void {
  near.storageWrite(`j:${run}`, disputeList.format(disputes));
}

/** A round number of the run's own, of which there are at most `roundsMax` and some rewound ones. */
const roundDigits = 6;

/** Rounds taken of a run's share, by contributor; null: nobody has taken anything. */
export function readDataShare(run: number, place: number): number[] | null {
  const text = near.storageRead(`ds:${run}:${place}`);
  if (text === null) return null;
  const count = text.length / roundDigits;
  return Array.from({ length: count }, (_, i) =>
    Number(text.slice(i * roundDigits, (i + 1) * roundDigits)),
  );
}

/** Of one width, paid for by the run's budget. */
export function writeDataShare(run: number, place: number, taken: readonly number[]): void {
  near.storageWrite(
    `ds:${run}:${place}`,
    taken.map((rounds) => fixed(rounds, roundDigits)).join(''),
  );
}

export function readApplicants(run: number): Applicant[] {
  return readJson<Applicant[]>(`q:${run}`) ?? [];
}

export function readAmendment(run: number): Amendment | null {
  return readJson<Amendment>(`z:${run}`);
}

export function writeAmendment(run: number, amendment: Amendment | null): void {
  if (amendment) writeJson(`z:${run}`, amendment);
  else near.storageRemove(`z:${run}`);
}

/**
 * Shared records of money have a fixed width, so that nobody pays for the digits of another's
 * money: a call that only moves money stores as many bytes as it found.
 */
const amountDigits = 39;

function fixed(amount: bigint | number, digits = amountDigits): string {
  return `${amount}`.padStart(digits, '0');
}

function readAmounts(key: string): string[] | null {
  return near.storageRead(key)?.split(' ') ?? null;
}

function formatPurse({ balance, inFlight, claimed, claim }: Purse): string {
  return `${fixed(balance)} ${fixed(inFlight)} ${fixed(claimed)} ${fixed(claim, 16)}`;
}

function parsePurse([balance, inFlight, claimed, claim]: string[]): Purse {
  return {
    balance: BigInt(balance!),
    inFlight: BigInt(inFlight!),
    claimed: BigInt(claimed!),
    claim: Number(claim),
  };
}

export function readLedger(account: string): Ledger {
  const amounts = readAmounts(`l:${account}`);
  if (!amounts) return emptyLedger(account);
  const [depositYocto, lockedYocto, seats] = amounts.splice(4);
  return {
    account,
    ...parsePurse(amounts),
    depositYocto: BigInt(depositYocto!),
    lockedYocto: BigInt(lockedYocto!),
    seats: JSON.parse(seats!) as Ledger['seats'],
  };
}

export function hasLedger(account: string): boolean {
  return near.storageHasKey(`l:${account}`);
}

export function formatLedger(ledger: Ledger): string {
  const { depositYocto, lockedYocto, seats } = ledger;
  const deposits = `${fixed(depositYocto)} ${fixed(lockedYocto)}`;
  return `${formatPurse(ledger)} ${deposits} ${JSON.stringify(seats)}`;
}

export function writeLedger(ledger: Ledger): void {
  near.storageWrite(`l:${ledger.account}`, formatLedger(ledger));
}

export function removeLedger(account: string): void {
  near.storageRemove(`l:${account}`);
}

/** Its balance comes first in the record: the rest is neither parsed nor made anew. */
export function creditLedger(account: string, yocto: bigint): void {
  const key = `l:${account}`;
  const text = near.storageRead(key) ?? formatLedger(emptyLedger(account));
  const balance = BigInt(text.slice(0, amountDigits)) + yocto;
  near.storageWrite(key, fixed(balance) + text.slice(amountDigits));
}

/** Every token that was ever accepted; its place in the list is its number in keys. */
export function readTokens(): string[] {
  return readJson<string[]>('tokens') ?? [];
}

export function readTokenBooks(token: number): TokenBooks {
  const [treasury, ledgers, inFlight] = readAmounts(`k:${token}`)!.map(BigInt);
  return { treasury: treasury!, ledgers: ledgers!, inFlight: inFlight! };
}

export function writeTokenBooks(token: number, books: TokenBooks): void {
  const { treasury, ledgers, inFlight } = books;
  near.storageWrite(`k:${token}`, `${fixed(treasury)} ${fixed(ledgers)} ${fixed(inFlight)}`);
}

/** Numbers and empty books for tokens that are new. */
export function addTokens(added: readonly string[]): void {
  const known = readTokens();
  const before = known.length;
  for (const token of added) {
    if (known.includes(token)) continue;
    writeTokenBooks(known.length, noTokens());
    known.push(token);
  }
  if (known.length === before) return;
  if (known.length > tokensKnownMax) {
    refuse('TOO_MANY', `there would be ${known.length} tokens, at most ${tokensKnownMax}`);
  }
  writeJson('tokens', known);
}

export function readPurse(token: number, account: string): Purse {
  const amounts = readAmounts(`k:${token}:${account}`);
  return amounts ? parsePurse(amounts) : emptyPurse();
}

export function writePurse(token: number, account: string, purse: Purse): void {
  near.storageWrite(`k:${token}:${account}`, formatPurse(purse));
}

/** What was claimed is in the log; an empty ledger in a token is not kept. */
export function dropPurse(token: number, account: string): void {
  near.storageRemove(`k:${token}:${account}`);
}

/** A bucket's digits: the supply of NEAR has 34. */
const bucketDigits = 35;

export function initTotals(): void {
  near.storageWrite('totals', fixed(0, bucketDigits * buckets.length));
}

/** The buckets one after the other, since most calls read and move two of them only. */
export function readStoredTotals(): string {
  return near.storageRead('totals')!;
}

export function readBucket(bucket: Bucket, totals = readStoredTotals()): bigint {
  const at = buckets.indexOf(bucket) * bucketDigits;
  return BigInt(totals.slice(at, at + bucketDigits));
}

/** Adds the money moves of a call; a call without any does not touch the record. */
export function applyMoves(moves: Totals, known?: string): void {
  let stored = known;
  buckets.forEach((bucket, i) => {
    const move = moves[bucket];
    if (move === 0n) return;
    stored ??= readStoredTotals();
    const sum = fixed(addMove(bucket, readBucket(bucket, stored), move), bucketDigits);
    stored = stored.slice(0, i * bucketDigits) + sum + stored.slice((i + 1) * bucketDigits);
  });
  if (stored !== known) near.storageWrite('totals', stored!);
}

export function readSettings(): Settings {
  return readJson<Settings>('policy')!;
}

export function readCounts(): Counts {
  return readJson<Counts>('counts')!;
}

/** The next id of a kind; ids start at 1 and are never used twice. */
export function takeId(kind: keyof Counts): number {
  const counts = readCounts();
  counts[kind]++;
  writeJson('counts', counts);
  return counts[kind];
}
