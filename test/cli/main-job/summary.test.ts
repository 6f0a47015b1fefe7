import { expect } from 'chai';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { RoundRecord, RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { accounts, cheat } from '@commonweights/cli/main-job/cast.js';
import { incidents } from '@commonweights/cli/main-job/recipe.js';
import { printSummary, summarise, type Summary } from '@commonweights/cli/main-job/summary.js';
import { CLAIMS, type Verdict } from '@commonweights/trainer/release/verdict.js';
import { wrongDigest } from '../../support/tiny-run.js';

const near = 10n ** 24n;
const { killed, late } = incidents;
const rounds = killed.round + 3;

type Input = Parameters<typeof summarise>[0];

/** What a good main job found; each test makes one thing worse. */
class Found {
  seats: SeatView[] = accounts.contributors.map((account, seat) => seatOf(account, seat));
  records: RoundRecord[] = [
    record(1, 'final'),
    record(2, 'rewound'),
    record(3, 'aborted'),
    ...Array.from({ length: rounds - 1 }, (_, i) => record(4 + i, 'final')),
  ];
  status: RunView['status'] = 'completed';
  verdicts: Verdict[] = CLAIMS.map((claim) => ({
    ...{ claim, code: null, standing: 'proven', detail: 'as said' },
    status: claim === 'consensus' ? 'warn' : 'pass',
  }));
  input: Partial<Input> = {};

  seat(account: string): { -readonly [K in keyof SeatView]: SeatView[K] } {
    return this.seats.find((seat) => seat.account === account)!;
  }

  summarise(): Promise<Summary> {
    const client = {
      getSeats: async () => this.seats,
      getRoundRecord: async ({ round }: { round: number }) =>
        this.records.find((one) => one.round === round) ?? null,
    } as unknown as DaoClient;
    const terms = { rounds, stakeYocto: 5n * near, rewardYocto: near, auditFeeYocto: near / 10n };
    const run = {
      ...{ id: 1, status: this.status, terms, finalRoot: wrongDigest() },
      nextRound: Math.max(...this.records.map(({ round }) => round)) + 1,
    } as unknown as RunView;
    return summarise({
      ...{ client, run: 1, seed: 'seed', soloLoss: 5.1, soloSteps: 480, parameters: 1000 },
      outcome: {
        ...{ run, wallMs: 40_000, roundMs: 1_000, peakBytes: 1, story: ['it went well'] },
        traffic: {
          a: { uploadedBytes: 1, downloadedBytes: 10 },
          b: { uploadedBytes: 2, downloadedBytes: 20 },
        },
      },
      claimed: Object.fromEntries(this.seats.map(({ account, ...it }) => [account, paid(it)])),
      download: {
        ...{ folder: 'model', verdicts: this.verdicts },
        tampered: { exitCode: 20, verdicts: [] },
      },
      sample: 'My fellow citizens',
      evaluation: { heldOutLoss: 4.9, initialLoss: 6.9, unigramEntropy: 5.5, sequences: 256 },
      manifest: wrongDigest(),
      datasets: { id: 'packed@1', levels: [] },
      supply: { before: supplyOf(0n), after: supplyOf(7n) },
      elapsedMs: 1_000,
      ...this.input,
    });
  }
}

const paid = (seat: { status: string; earnedYocto: bigint }) =>
  seat.status === 'expelled' ? 0n : 5n * near + seat.earnedYocto;
const supplyOf = (burnt: bigint) => ({ totalSupply: 1_000n, burnt, accountsTotal: 1_000n - burnt });

function seatOf(account: string, seat: number): SeatView {
  const expelled = account === cheat;
  return {
    ...{ worker: '', payout: account, operator: account, earnsStake: false },
    ...{ seat, account, fromRound: 1, localOut: wrongDigest(), claim: null, previousClaim: null },
    role: account === 'gus.local' ? 'auditor' : 'trainer',
    status: expelled ? 'expelled' : 'left',
    stakeYocto: 0n,
    heldBackYocto: 0n,
    earnedYocto: expelled ? 0n : 2n * near,
    slashedYocto: expelled ? 6n * near : 0n,
    verifiedRounds: expelled ? 1 : 2,
    ...{ auditsRight: 0, auditsWrong: 0 },
  };
}

function record(round: number, outcome: RoundRecord['outcome']): RoundRecord {
  const root = outcome === 'aborted' ? null : wrongDigest();
  const there = accounts.contributors.filter(
    (account) => !(account === killed.account && round >= killed.round),
  );
  const digests = { commitment: wrongDigest(), update: wrongDigest(), traceRoot: wrongDigest() };
  const claims = there.map((account, seat) => ({
    ...{ seat, account, slice: seat, ...digests, updateBytes: 500 },
    ...{ localIn: wrongDigest(), localOut: wrongDigest(), included: true },
    verdict: outcome === 'rewound' && account === cheat ? ('failed' as const) : ('passed' as const),
  }));
  return {
    ...{ version: 1, run: 1, round, outcome, previous: null, startRoot: wrongDigest(), root },
    ...{ claims: outcome === 'aborted' ? [] : claims, audits: [] },
    ...{ tainted: [], witnesses: [] },
  };
}

describe('the main job’s summary', () => {
  const failing = async (worsen: (found: Found) => void) => {
    const found = new Found();
    worsen(found);
    const { checks } = await found.summarise();
    return checks.filter(({ holds }) => !holds).map(({ what }) => what);
  };

  it('finds that everything holds where everything does', async () => {
    expect(await failing(() => {})).to.deep.equal([]);
  });

  describe('finds out when', () => {
    const change = (input: Partial<Input>) => (found: Found) => void (found.input = input);
    const evaluation = { heldOutLoss: 4.9, initialLoss: 6.9, unigramEntropy: 5.5, sequences: 256 };
    const supply = { before: supplyOf(0n), after: supplyOf(7n) };
    const download = (exitCode: number) => ({
      ...{ folder: 'model', tampered: { exitCode, verdicts: [] } },
      verdicts: new Found().verdicts,
    });
    const cases: [string, (found: Found) => void, RegExp][] = [
      [
        'the model learnt little more than token counts',
        change({ evaluation: { ...evaluation, heldOutLoss: 5.01 } }),
        /unigram entropy/,
      ],
      [
        'the loss is no number',
        change({ evaluation: { ...evaluation, heldOutLoss: NaN } }),
        /unigram entropy/,
      ],
      ['one worker alone was as good', change({ soloLoss: 4.9 }), /one worker alone/],
      ['the cheat stayed', (it) => (it.seat(cheat).status = 'left'), /^the cheat/],
      ['the cheat lost nothing', (it) => (it.seat(cheat).slashedYocto = 0n), /^the cheat/],
      ['the cheat was paid', change({ claimed: { [cheat]: 1n } }), /^the cheat/],
      [
        'somebody honest was expelled in its place',
        (it) => {
          Object.assign(it.seat(cheat), { status: 'left' });
          Object.assign(it.seat('ada.local'), { status: 'expelled', slashedYocto: 6n * near });
        },
        /^the cheat/,
      ],
      [
        'somebody honest was expelled too',
        (it) => (it.seat('ada.local').status = 'expelled'),
        /^the cheat, and nobody else/,
      ],
      [
        'no round was rewound',
        (it) => (it.records = it.records.filter(({ outcome }) => outcome !== 'rewound')),
        /^its round was rewound/,
      ],
      [
        'a final round contains a claim that failed',
        (it) => (it.records[0]!.claims[0]!.verdict = 'failed'),
        /no round with a failed claim is final/,
      ],
      [
        'the round of the killed worker was not final',
        (it) => (it.records.find((one) => one.round === killed.round)!.outcome = 'aborted'),
        /^the killed worker/,
      ],
      [
        'the killed worker was in its round',
        (it) => {
          const { claims } = it.records.find((one) => one.round === killed.round)!;
          claims[0]!.account = killed.account;
        },
        /^the killed worker/,
      ],
      [
        'the late worker had no round verified',
        (it) => (it.seat(late.account).verifiedRounds = 0),
        /^the late worker/,
      ],
      [
        'the late worker never came',
        (it) => (it.seats = it.seats.filter(({ account }) => account !== late.account)),
        /^the late worker/,
      ],
      ['the run has not ended', (it) => (it.status = 'running'), /^the run reached/],
      ['a round is missing', (it) => void it.records.pop(), /^the run reached/],
      [
        'money came from nowhere',
        change({ supply: { ...supply, after: { ...supply.after, accountsTotal: 994n } } }),
        /^all balances/,
      ],
      [
        'the supply grew',
        change({
          supply: {
            ...supply,
            after: { totalSupply: 1_001n, burnt: 7n, accountsTotal: 994n },
          },
        }),
        /^all balances/,
      ],
      ['the flipped byte was taken', change({ download: download(0) }), /^one flipped byte/],
      ['it was refused for another reason', change({ download: download(5) }), /^one flipped byte/],
    ];
    for (const [name, worsen, check] of cases) {
      it(name, async () => {
        const failed = await failing(worsen);
        expect(
          failed.some((what) => check.test(what)),
          failed.join(),
        ).to.equal(true);
      });
    }

    for (const claim of CLAIMS) {
      it(`nothing was said about "${claim}", or nothing good`, async () => {
        const bad: ('fail' | 'unknown' | 'warn')[] = ['fail', 'unknown'];
        if (claim !== 'consensus') bad.push('warn');
        for (const status of bad) {
          const failed = await failing(({ verdicts }) => {
            Object.assign(
              verdicts.find((one) => one.claim === claim)!,
              { status },
            );
          });
          expect(failed, status).to.have.length(1);
        }
        const unsaid = await failing((it) => {
          it.verdicts = it.verdicts.filter((one) => one.claim !== claim);
        });
        expect(unsaid[0]).to.match(/^every claim about the download passed/);
      });
    }
  });

  it('reckons traffic and the size of updates from final rounds only', async () => {
    const found = new Found();
    for (const one of found.records[1]!.claims) one.updateBytes = 1e9;
    found.records[0]!.claims[0] = { ...found.records[0]!.claims[0]!, included: false };
    const { exchange } = await found.summarise();
    expect(exchange).to.deep.equal({
      ...{ bytesPerUpdate: 500, denseBytes: 4_000, ratio: 8 },
      ...{ uploadedBytes: 3, downloadedBytes: 30 },
    });
  });

  it('says of each account what it was paid, and why', async () => {
    const found = new Found();
    const auditor = found.seat('gus.local');
    Object.assign(auditor, {
      ...{ verifiedRounds: 0, auditsRight: 3, earnedYocto: (3n * near) / 10n + near / 2n },
    });
    const summary = await found.summarise();
    const why = (account: string) => summary.accounts.find((one) => one.account === account)!.why;
    expect(why('ada.local')).to.equal('stake back 5 NEAR + 2 verified rounds × 1 NEAR');
    expect(why('gus.local')).to.match(/3 audits answered rightly × 0\.1 NEAR \+ 0\.5 NEAR out of/);
    expect(why(cheat)).to.match(/lost 6 NEAR, stake and held-back pay: failed an audit$/);
    expect(why(cheat)).to.not.include('stake back');
    expect(why(killed.account)).to.match(/killed, keeps what was verified$/);
  });

  it('is printed with every check, round and account', async () => {
    const found = new Found();
    found.input = { soloLoss: 1 };
    const summary = await found.summarise();
    const lines: string[] = [];
    printSummary(summary, (line) => lines.push(line));
    const text = lines.join('\n');
    for (const { what, holds } of summary.checks) {
      expect(text).to.include(`${holds ? '✔' : '✘'} ${what}`);
    }
    expect(text.match(/✘/g)).to.have.length(1);
    for (const account of accounts.contributors) expect(text).to.include(account);
    expect(text.match(/^ {2}\d+ +(final|rewound|aborted) /gm)).to.have.length(rounds + 2);
    expect(text).to.include('accounts + burnt = supply: yes');
  });
});
