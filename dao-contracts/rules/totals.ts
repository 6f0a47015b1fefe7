/**
 * Where the DAO's money is. Inside the contract money only ever moves between these buckets, by
 * `moveMoney`, so what leaves one enters another; it enters and leaves the contract through
 * `receiveMoney` and `payOut` alone. The contract's balance covers the sum of all but `storage`
 * and `inFlight`, which the chain has taken out already, plus the chain's price for the bytes that
 * it keeps (which `storage` was charged for).
 */
export type Bucket =
  | 'treasury'
  | 'bonds'
  | 'stakes'
  | 'heldBack'
  | 'escrows'
  | 'slashed'
  | 'ledgers'
  | 'inFlight'
  | 'deposits'
  | 'storage'
  | 'dataShares';

export type Totals = Record<Bucket, bigint>;

export const buckets: readonly Bucket[] = [
  'treasury',
  'bonds',
  'stakes',
  'heldBack',
  'escrows',
  'slashed',
  'ledgers',
  'inFlight',
  'deposits',
  'storage',
  'dataShares',
];

export function noMoney(): Totals {
  const totals = {} as Totals;
  for (const bucket of buckets) totals[bucket] = 0n;
  return totals;
}

export function moveMoney(totals: Totals, from: Bucket, to: Bucket, yocto: bigint): void {
  if (yocto < 0n) throw new Error(`BUG: moving ${yocto} from ${from} to ${to}`);
  totals[from] -= yocto;
  totals[to] += yocto;
}

export function receiveMoney(totals: Totals, to: Bucket, yocto: bigint): void {
  if (yocto < 0n) throw new Error(`BUG: receiving ${yocto}`);
  totals[to] += yocto;
}

export function payOut(totals: Totals, from: Bucket, yocto: bigint): void {
  if (yocto < 0n) throw new Error(`BUG: paying out ${yocto} from ${from}`);
  totals[from] -= yocto;
}

/** What a bucket holds after a move. Below zero is a bug, and stops the call. */
export function addMove(bucket: Bucket, held: bigint, move: bigint): bigint {
  const sum = held + move;
  if (sum < 0n) throw new Error(`BUG: ${bucket} would be ${sum}`);
  return sum;
}
