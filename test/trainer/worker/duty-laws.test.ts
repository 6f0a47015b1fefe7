/** What a worker believes it owes, held against the rules in every state that events lead to. */
import { expect } from 'chai';
import fc from 'fast-check';
import { stepRun } from '@commonweights/dao-contracts/rules/run-events.js';
import { nextDuty, type Duty } from '@commonweights/trainer/worker/duty.js';
import type { RunPlay } from '../../dao-contracts/rules/run-play.js';
import { attempt, callFor, lookAt, playEvents, someEvents } from '../../support/run-under-way.js';

const dutyOf = (play: RunPlay, account: string): Duty => {
  const { run, seats } = lookAt(play);
  return nextDuty({ run, seats, account, role: 'trainer', nowMs: run.nowMs });
};

/** What cannot be known before one asks: whether a place is free, how often one was away. */
const mayBeRefused: Partial<Record<Duty['kind'], string[]>> = {
  enrol: ['RUN_FULL'],
  rejoin: ['TOO_MANY'],
};

describe('what seats owe under random events', () => {
  it('is never refused by the rules, and a tick that is due always moves the run', () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(someEvents, (events) => {
        playEvents(events, (play) => {
          for (const account of [...play.accounts, 'stranger.test']) {
            const duty = dutyOf(play, account);
            reached.add(duty.kind);
            checkDuty(play, account, duty);
          }
        });
      }),
      { numRuns: 25, seed: 20261124, endOnFailure: true },
    );
    const all = ['enrol', 'rejoin', 'tick', 'train', 'reveal', 'certify', 'submit-root'];
    expect([...reached]).to.include.members([
      ...all,
      'deliver',
      'open',
      'answer',
      'judge',
      'wait',
      'finish',
    ]);
  });

  it('brings every run that can end to its end, if all do it from now on', () => {
    const ends = new Map<string, number>();
    fc.assert(
      fc.property(someEvents, (events) => {
        const end = followDuties(playEvents(events));
        ends.set(end, (ends.get(end) ?? 0) + 1);
      }),
      { numRuns: 40, seed: 20261125, endOnFailure: true },
    );
    expect(ends.get('completed')).to.be.greaterThan(20);
  });
});

function checkDuty(play: RunPlay, account: string, duty: Duty): void {
  const call = callFor(play, account, duty);
  if (!call) return;
  try {
    const { effects } = stepRun(play.state, call, play.context());
    if (duty.kind === 'tick') expect(effects.result?.moved, duty.because).to.equal(true);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (mayBeRefused[duty.kind]?.includes(code ?? '')) return;
    expect.fail(`${account} ${duty.kind}: ${message}`);
  }
}

/** How the run ended, or `too few left`. Throws when it neither ends nor can be helped. */
function followDuties(play: RunPlay): string {
  const refused = new Set<string>();
  for (let turn = 0; turn < 300; turn++) {
    const { status } = play.state.run;
    if (status === 'completed' || status === 'stopped') return status;
    let somebodyActed = false;
    for (const account of play.accounts) {
      const duty = dutyOf(play, account);
      const call = refused.has(`${account} ${duty.kind}`) ? null : callFor(play, account, duty);
      if (!call) continue;
      if (attempt(play, call) === null) somebodyActed = true;
      else refused.add(`${account} ${duty.kind}`);
    }
    if (somebodyActed) continue;
    const deadlines = deadlinesOf(play).filter((one) => one > play.nowMs);
    if (deadlines.length > 0) play.nowMs = Math.min(...deadlines);
    else if (tooFewLeft(play)) return 'too few left';
    else break;
  }
  const { status, pausedBecause, open } = play.state.run;
  throw new Error(`stuck: ${status}, ${pausedBecause}, ${JSON.stringify(open)}`);
}

function deadlinesOf({ state: { run, audits, disputes } }: RunPlay): number[] {
  if (run.status === 'enrolling') return [run.enrolDeadlineMs];
  const pending = audits.filter(({ state }) => state !== 'passed' && state !== 'failed');
  return [
    ...(run.open ? [run.open.deadlineMs] : []),
    ...(run.provisional ? [run.provisional.challengeUntilMs] : []),
    ...[...pending, ...disputes].map((one) => one.deadlineMs),
  ];
}

function tooFewLeft({ state: { run, terms } }: RunPlay): boolean {
  const active = run.roster.filter((one) => one.role === 'trainer' && one.status === 'active');
  return run.status === 'paused' && active.length < terms.minWorkers;
}
