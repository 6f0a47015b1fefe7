/**
 * Eve wants to be paid for labels that she did not make. Played over the real rules of bounties, with
 * an honest contributor who labels all of the material, and reviewers who know the right labels:
 * what says no to her, what she is paid, and what her bond costs her.
 */
import { createHash } from 'node:crypto';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { BountyPhase } from '@commonweights/dao-contracts/rules/bounty/bounty-view.js';
import { bondPricesMin } from '@commonweights/dao-contracts/rules/limits.js';
import { platform } from '@commonweights/dao-contracts/rules/commitment.js';
import { sealVotes } from '@commonweights/dao-contracts/rules/bounty/sealed.js';
import {
  BountyPlay,
  contract,
  item,
  near,
  terms,
} from '../../dao-contracts/rules/bounty/bounty-play.js';

export interface Copying {
  tries: string;
  refused: string | null;
  /** Mean over the seeds, as the profit in NEAR. */
  itemsPaid: number;
  profitNear: number;
}

const honest = 'ada.test';
const eve = 'eve.test';
const reviewers = ['rae.test', 'rob.test', 'ron.test'];
/** What is to be labelled, spam or not; the right label of each follows from its number. */
const material = Array.from({ length: 8 }, (_, i) => i);
const labelled = (i: number, label: boolean) => item(`text ${i} is ${label ? 'spam' : 'mail'}`);
const rightLabel = (i: number) => i % 3 === 0;
const right = material.map((i) => labelled(i, rightLabel(i)));

/** How many of a coin's labels are right. */
export function rightGuesses(seed: number): number {
  return guessed(seed).filter((one) => right.includes(one)).length;
}

/** Every text, with a label that a coin chose. */
function guessed(seed: number): Digest[] {
  const coins = createHash('sha256').update(`guess ${seed}`).digest();
  return material.map((i) => labelled(i, (coins[i]! & 1) === 1));
}

export function copyLabels(seeds = 100): Copying[] {
  return [
    mean('copies a sealed batch', seeds, copyCommitment),
    mean('copies what others have revealed', seeds, copyRevealed),
    mean('guesses behind somebody who labels', seeds, (seed) => guess(seed, { first: honest })),
    mean('guesses before anybody has labelled', seeds, (seed) => guess(seed, { first: eve })),
    mean('copies the votes of a reviewer', seeds, copyVotes),
  ];
}

type Outcome = Omit<Copying, 'tries'>;

function mean(tries: string, seeds: number, play: (seed: number) => Outcome): Copying {
  const all = Array.from({ length: seeds }, (_, seed) => play(seed));
  const of = (value: (one: Outcome) => number) =>
    all.reduce((sum, one) => sum + value(one), 0) / seeds;
  return {
    ...{ tries, refused: all[0]!.refused },
    itemsPaid: of((one) => one.itemsPaid),
    profitNear: of((one) => one.profitNear),
  };
}

function copyCommitment(seed: number): Outcome {
  const play = start(seed);
  play.commit(honest, right);
  const { commitment } = play.batch(0);
  const depositYocto = BigInt(play.state.terms.bondYocto);
  play.apply({ kind: 'commit', account: eve, commitment, depositYocto, payout: null });
  play.pass();
  play.reveal(honest, 0, right);
  const stolen = { account: eve, batch: 1, items: right, salt: `salt of ${honest}` };
  const refused = play.refusal(() => play.apply({ kind: 'reveal', ...stolen }));
  return finish(play, refused);
}

function copyRevealed(seed: number): Outcome {
  const play = start(seed);
  play.commit(honest, right);
  play.pass();
  play.reveal(honest, 0, right);
  const refused = play.refusal(() => play.commit(eve, right));
  return finish(play, refused);
}

export function guess(seed: number, { first }: { first: string }): Outcome {
  const play = start(seed);
  const batches = [
    { account: honest, items: right },
    { account: eve, items: guessed(seed) },
  ].sort((a) => (a.account === first ? -1 : 1));
  for (const { account, items } of batches) play.commit(account, items);
  play.pass();
  batches.forEach(({ account, items }, batch) => play.reveal(account, batch, items));
  return finish(play, null);
}

/** Eve is a reviewer here: she seals what another one has sealed. */
function copyVotes(seed: number): Outcome {
  const play = start(seed, [eve, ...reviewers.slice(1)]);
  play.commit(honest, right);
  play.pass();
  play.reveal(honest, 0, right);
  play.tick();
  const [other] = play.panel(0).filter((account) => account !== eve);
  const votes = '1'.repeat(right.length);
  play.seal(other!, 0, votes);
  const opening = { contract, bounty: 1, account: other!, salt: 'pepper', batch: 0, votes };
  const sealed = sealVotes(opening, platform);
  play.apply({ kind: 'review', account: eve, batch: 0, sealed });
  play.pass();
  play.open(other!, 0, votes);
  const refused = play.refusal(() => play.open(eve, 0, votes));
  play.finish();
  return { refused: codeOf(refused), itemsPaid: 0, profitNear: profitOf(play) };
}

function start(seed: number, judges = reviewers): BountyPlay {
  const money = { priceYocto: `${near}`, bondYocto: `${BigInt(bondPricesMin) * near}` };
  const play = new BountyPlay({ items: 2 * material.length, ...money }, `seed ${seed}`);
  for (const account of judges) play.applyAs(account);
  return play;
}

/** Reviewers accept what is right; all of the panel votes. */
function finish(play: BountyPlay, refused: string | null): Outcome {
  passTo(play, 'review');
  const known = new Set<string>(right);
  const votes = play
    .batches()
    .map(({ items }) => items?.map((one) => (known.has(one) ? '1' : '0')).join('') ?? null);
  const all = votes.flatMap((said, batch) =>
    said === null ? [] : play.panel(batch).map((account) => ({ account, batch, said })),
  );
  for (const { account, batch, said } of all) play.seal(account, batch, said);
  passTo(play, 'open');
  for (const { account, batch, said } of all) play.open(account, batch, said);
  play.finish();
  const itemsPaid = play.events
    .filter(({ event, data }) => event === 'batch_settled' && data.account === eve)
    .reduce((sum, { data }) => sum + String(data.outcome ?? '').replace(/[^1]/g, '').length, 0);
  return {
    refused: refused === null ? null : codeOf(refused),
    ...{ itemsPaid, profitNear: profitOf(play) },
  };
}

function passTo(play: BountyPlay, phase: BountyPhase): void {
  while (play.bounty.phase !== phase) play.pass();
}

/** What came back, less what she put up. */
function profitOf(play: BountyPlay): number {
  const batches = play.events.filter(
    ({ event, data }) => event === 'batch_committed' && data.account === eve,
  ).length;
  const judges = play.reviewers().some(({ account }) => account === eve);
  const put =
    BigInt(batches) * BigInt(play.state.terms.bondYocto) +
    (judges ? BigInt(terms.stakeYocto) + near : 0n);
  const back = play.ledgers.get(eve) ?? 0n;
  return Number((back - put) / 10n ** 15n) / 1e9;
}

function codeOf(refusal: string): string {
  return refusal.split(':')[0]!;
}
