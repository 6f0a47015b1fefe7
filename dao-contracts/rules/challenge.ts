/**
 * Challenges of a provisional round, by anybody who puts up a bond: that its root is not what its
 * updates come to, or that one of its updates cannot be had. Juries decide by computing or fetching
 * it themselves, so being outvoted in the round decides nothing.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { challengeBondOf, challengeBytes } from './budget.js';
import { hasPlace } from './dispute-places.js';
import { openDispute, takeBond, type BondCost } from './dispute.js';
import { refuse } from './errors.js';
import {
  challengesWithMax,
  rootChallengesMax,
  storageYoctoPerByte,
  updateChallengesMax,
} from './limits.js';
import type { RunDraft } from './run-draft.js';
import type { Dispute, ProvisionalRound } from './run-state.js';
import type { RunTerms } from './run-terms.js';
import type { Actor } from './seat-name.js';
import { seatsIn } from './seat-set.js';

export interface Challenge extends Actor {
  round: number;
  depositYocto: bigint;
}

/** `root`: what the challenger computed instead. */
export function challengeRoot(draft: RunDraft, it: Challenge & { root: Digest }): void {
  const round = enterChallenge(draft, it, { kind: 'root', seat: null });
  if (it.root === round.root) {
    refuse('BAD_ARGUMENT', `${it.root} is the provisional root; name the one that you computed`);
  }
  openChallenge(draft, it, {
    ...{ kind: 'root', seat: null, claimed: round.root, other: it.root },
    defendants: [...round.namedBy],
  });
}

/** That the update of `seat` cannot be fetched and decoded, though witnesses certified it. */
export function challengeUpdate(draft: RunDraft, it: Challenge & { seat: number }): void {
  const round = enterChallenge(draft, it, { kind: 'update', seat: it.seat });
  const witnesses = round.witnessed.find((one) => one.seat === it.seat);
  if (!witnesses) {
    return refuse('BAD_ARGUMENT', `round ${it.round} includes no update of seat ${it.seat}`);
  }
  const { claim, previousClaim } = draft.seat(it.seat);
  const revealed = [claim, previousClaim].find((one) => one?.round === it.round)?.revealed;
  if (!revealed) throw new Error(`BUG: seat ${it.seat} lost its claim of round ${it.round}`);
  openChallenge(draft, it, {
    ...{ kind: 'update', seat: it.seat, claimed: revealed.update, other: null },
    defendants: seatsIn(witnesses.by),
  });
}

function enterChallenge(
  draft: RunDraft,
  it: Challenge,
  { kind, seat }: { kind: 'root' | 'update'; seat: number | null },
): ProvisionalRound {
  const { provisional } = draft.run;
  if (!provisional || provisional.round !== it.round) {
    return refuse('WRONG_ROUND', `round ${it.round} is not provisional; only such a one is open`);
  }
  const isSame = (one: Dispute) => one.round === it.round && one.kind === kind && one.seat === seat;
  // That of another update shields none.
  if (draft.disputes.some(isSame)) {
    refuse(
      'CHALLENGE_OPEN',
      `the ${kind} of round ${it.round} is challenged; wait for the verdict`,
    );
  }
  if (!hasPlace(draft, challengesWithMax)) {
    const open = `${challengesWithMax} open disputes or more`;
    refuse('TOO_MANY', `run ${draft.run.id} has ${open}; wait until some end`);
  }
  const most = kind === 'root' ? rootChallengesMax : updateChallengesMax;
  if (provisional.challenges[kind] >= most) {
    refuse('TOO_MANY', `round ${it.round} was challenged ${most} times; juries found it right`);
  }
  provisional.challenges[kind]++;
  return provisional;
}

function openChallenge(
  draft: RunDraft,
  it: Challenge,
  about: Pick<Dispute, 'kind' | 'seat' | 'claimed' | 'other' | 'defendants'>,
): void {
  const cost = challengeCost(draft.terms);
  takeBond(draft, it, cost);
  openDispute(draft, {
    ...about,
    round: it.round,
    ordinal: draft.run.provisional!.ordinal,
    segment: null,
    startLeaf: null,
    plaintiff: it.account,
    plaintiffSeat: null,
    plaintiffMayAppeal: true,
    denial: false,
    parties: seatsBehind(draft, it),
    bonds: [{ account: it.account, side: 'against', bondYocto: cost.bondYocto }],
    toEscrowYocto: 0n,
  });
}

/** Not only the seat that the label names: nobody judges what its own account challenges. */
function seatsBehind(draft: RunDraft, it: Challenge): number[] {
  const operated = draft.seatBehind(it);
  const party = draft.source.partyOf(it.account);
  return draft.run.roster.flatMap(({ owner, payee }, seat) =>
    seat === operated || owner === party || payee === party ? [seat] : [],
  );
}

export function challengeCost(terms: RunTerms): BondCost {
  return {
    bondYocto: challengeBondOf(terms),
    storageYocto: BigInt(challengeBytes(terms)) * storageYoctoPerByte,
  };
}
