/**
 * By somebody who wrote another log of rounds and got a vote for it: the hash chain is computed anew, and
 * release and card name its head. What is left to them is what the rules cannot tell otherwise.
 */
import { canonicalBytes, digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import { FILES } from '@commonweights/trainer/release/release-files.js';
import type { ReleaseFacts } from '@commonweights/trainer/release/release-facts.js';
import type { SeatFacts } from '@commonweights/trainer/release/roster-facts.js';
import { describedAgain } from './forged-under-vote.js';
import { codeOf, pick, type Kind } from './mutation-bench.js';
import { verifyUnderOwnManifest } from './small-release.js';

type Claim = RoundRecord['claims'][number];

export const FORGED_LOGS: Readonly<Record<string, Kind>> = {
  'a forged assignment, with a vote for its log': forged(700, 'ASSIGNMENT_OTHER', (log, random) => {
    const claim = pick(withClaims(log), random).claims[0]!;
    // Of another round, of nobody, or of a time to come.
    claim.slice += 1 + Math.floor(random() * 1e6);
  }),
  'a forged roster, with a vote for its log': forged(700, 'ROSTER_OTHER', (log, random) => {
    const eve = `eve${Math.floor(random() * 1e6)}.near`;
    const own = pick(withClaims(log), random);
    const last = log.at(-1)!;
    const [claim] = last.claims;
    pick(
      [
        () => (own.claims[0]!.account = eve),
        () => withClaims(log).forEach(({ claims }) => (claims[0]!.account = eve)),
        // In a seat that nobody has, with the slice that is next; or in one that no run has.
        () => last.claims.push(joined(claim!, eve, 2)),
        () => last.claims.push(joined(claim!, eve, 64 + Math.floor(random() * 1e6))),
        () => (own.claims = []),
        () => (own.witnesses = [3 + Math.floor(random() * 60)]),
        () => (log[2]!.claims = [{ ...claim! }]),
      ],
      random,
    )();
  }),
  'a forged payout, with a vote for its log': forged(700, 'PAYOUT_OTHER', (log, random) => {
    const own = pick([log[0]!, log[3]!], random);
    const [claim] = own.claims;
    const [audit] = own.audits;
    pick(
      [
        // Paid without an audit, by its own, or by more of them than the terms pay.
        () => (own.audits = []),
        () => (audit!.auditor = claim!.seat),
        () => own.audits.push({ ...audit!, segment: 1 - audit!.segment }),
        () => (audit!.segment = 2 + Math.floor(random() * 9)),
        () => (audit!.verdict = 'failed'),
        () => (claim!.verdict = 'unaudited'),
        () => (claim!.included = false),
        () => (own.tainted = [claim!.seat]),
      ],
      random,
    )();
  }),
  'a forged state of a worker, with a vote for its log': forged(
    300,
    'LOCAL_STATE_OTHER',
    (log, random) => {
      const bytes = new Uint8Array([Math.floor(random() * 256), Math.floor(random() * 256)]);
      pick(withClaims(log), random).claims[0]!.localIn = digestOf(bytes);
    },
  ),
  'another roster on chain': told(300, 'ROSTER_OTHER', (seats, random) => {
    const name = random() < 0.5 ? { account: `eve${random()}.near` } : { role: 'auditor' as const };
    return random() < 0.3 ? [] : seats.map((one) => (one.seat === 0 ? { ...one, ...name } : one));
  }),
  'another payout on chain': told(300, 'PAYOUT_OTHER', (seats, random) => {
    const more = 1 + Math.floor(random() * 9);
    const change = { verifiedRounds: 2 + more, earnedYocto: '99' };
    return seats.map((one) => (one.seat === 0 ? { ...one, ...change } : one));
  }),
};

function withClaims(log: readonly RoundRecord[]): RoundRecord[] {
  return log.filter(({ claims }) => claims.length > 0);
}

function joined(claim: Claim, account: string, seat: number): Claim {
  return { ...claim, account, seat, slice: 2, verdict: 'unaudited' };
}

/** A change of the log, with which everything else that a forger can write agrees. */
function forged(
  share: number,
  code: string,
  change: (log: RoundRecord[], random: () => number) => void,
): Kind {
  return {
    share,
    codes: [code],
    async run({ small }, random) {
      const log = structuredClone(small.input.rounds) as RoundRecord[];
      change(log, random);
      log.forEach((record, i) => {
        record.previous = i === 0 ? null : digestOfJson(log[i - 1]);
      });
      const files = describedAgain(small, FILES.rounds, canonicalBytes(log));
      const release = { ...small.facts.release!, logHead: digestOfJson(log.at(-1)) };
      const verdicts = verifyUnderOwnManifest({ ...small.facts, release }, files);
      return { code: codeOf(verdicts), what: JSON.stringify(log).slice(0, 2_000) };
    },
  };
}

/** The log as it is, and a chain that tells of other people, or of other pay. */
function told(
  share: number,
  code: string,
  change: (seats: readonly SeatFacts[], random: () => number) => SeatFacts[],
): Kind {
  return {
    share,
    codes: [code],
    run: async (bench, random) => {
      const { run, ...facts }: ReleaseFacts = structuredClone(bench.small.facts);
      const seats = change(run!.roster!.seats, random);
      const roster = { ...run!.roster!, seats };
      return {
        code: bench.verifyTold({ ...facts, run: { ...run!, roster } }),
        what: JSON.stringify(seats),
      };
    },
  };
}
