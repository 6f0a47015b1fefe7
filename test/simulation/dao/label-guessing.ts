/**
 * What guessing labels comes to, in expectation and exactly: a batch whose items are right with some
 * chance each, paid only if at least a share of it is, its bond lost if not. Where the rules draw
 * that line (batchAcceptedBpsMin) and what bond a price then needs (bondPricesMin) follows from here.
 */
import { batchItemsMax } from '@commonweights/dao-contracts/rules/limits.js';

export interface Odds {
  /** Items that are paid, in the mean. */
  paidItems: number;
  /** The chance that the bond is lost. */
  bondLost: number;
}

/** `least`: items of a batch that must be right for any of it to be paid. */
export function batchOdds(it: { size: number; least: number; right: number }): Odds {
  const { size, least, right } = it;
  let paidItems = 0;
  let bondLost = 0;
  let ways = 1;
  for (let k = 0; k <= size; k++) {
    const chance = ways * right ** k * (1 - right) ** (size - k);
    if (k >= least) paidItems += k * chance;
    else bondLost += chance;
    ways = (ways * (size - k)) / (k + 1);
  }
  return { paidItems, bondLost };
}

/** Null: one item that is right is enough, as it was before there was a share. */
export function leastOf(shareBps: number | null, size: number): number {
  return shareBps === null ? 1 : Math.ceil((size * shareBps) / 10_000);
}

const sizes = Array.from({ length: batchItemsMax }, (_, i) => i + 1);

/** The bond, in prices of an item, from which no size of batch makes guessing pay. */
export function bondAgainst(it: { shareBps: number | null; right: number }): number {
  const needed = sizes.map((size) => {
    const { paidItems, bondLost } = batchOdds({
      ...{ size, least: leastOf(it.shareBps, size), right: it.right },
    });
    return paidItems / bondLost;
  });
  return Math.max(...needed);
}

/** The most that a guesser can expect of a batch, in prices, and the size for it. */
export function bestGuess(it: { shareBps: number | null; right: number; bondPrices: number }): {
  size: number;
  profitPrices: number;
} {
  const all = sizes.map((size) => {
    const least = leastOf(it.shareBps, size);
    const { paidItems, bondLost } = batchOdds({ size, least, right: it.right });
    return { size, profitPrices: paidItems - it.bondPrices * bondLost };
  });
  return all.reduce((best, one) => (one.profitPrices > best.profitPrices ? one : best));
}

export interface ShareRow {
  share: string;
  bondAgainstCoin: number;
  bondAgainstFour: number;
  /** Chance that somebody who labels loses a full batch, being right nine, or nineteen, times in so many. */
  honestLoses90: number;
  honestLoses95: number;
}

/** What each share would mean. */
export function compareShares(): ShareRow[] {
  return [null, 5_000, 6_000, 7_500, 9_000].map((shareBps) => {
    const loses = (right: number) =>
      batchOdds({ size: batchItemsMax, least: leastOf(shareBps, batchItemsMax), right }).bondLost;
    return {
      share: shareBps === null ? 'one item' : `${shareBps / 100} %`,
      bondAgainstCoin: bondAgainst({ shareBps, right: 1 / 2 }),
      bondAgainstFour: bondAgainst({ shareBps, right: 1 / 4 }),
      honestLoses90: loses(0.9),
      honestLoses95: loses(0.95),
    };
  });
}
