/** Reading when something changed, and as before where nobody tells. */
import { expect } from 'chai';
import { ChangeFeed, type Heard } from '@commonweights/governance-ui/reading/change-feed.js';
import { Poller } from '@commonweights/governance-ui/reading/poller.js';

function stageFeed() {
  const stage = {
    hidden: false,
    heard: null as Heard | null,
    opened: 0,
    visibility: () => {},
    timers: [] as { ms: number; act: () => void }[],
  };
  const feed = new ChangeFeed({
    open: (heard) => {
      stage.opened++;
      stage.heard = heard;
      return () => (stage.heard = null);
    },
    after: (ms, act) => {
      const timer = { ms, act };
      stage.timers.push(timer);
      return () => (stage.timers = stage.timers.filter((one) => one !== timer));
    },
    isHidden: () => stage.hidden,
    onVisibility: (act) => (stage.visibility = act),
  });
  return { stage, feed };
}

describe('hearing of changes', () => {
  it('begins with the first who listens, and is one stream for all', () => {
    const { stage, feed } = stageFeed();
    expect(stage.opened).to.equal(0);
    const calls: string[] = [];
    feed.listen(() => calls.push('one'));
    const forget = feed.listen(() => calls.push('other'));
    expect(feed.isTold).to.equal(false);
    stage.heard!.changed();
    expect(feed.isTold).to.equal(true);
    forget();
    stage.heard!.changed();
    expect(calls).to.deep.equal(['one', 'other', 'one']);
    expect(stage.opened).to.equal(1);
  });

  it('says when it hears nothing any more, and hears again when the line is back', () => {
    const { stage, feed } = stageFeed();
    let calls = 0;
    feed.listen(() => calls++);
    stage.heard!.changed();
    stage.heard!.lost(false);
    stage.heard!.lost(false);
    expect([feed.isTold, calls]).to.deep.equal([false, 2]);
    stage.heard!.changed();
    expect(feed.isTold).to.equal(true);
  });

  it('tries again after a while what was refused', () => {
    const { stage, feed } = stageFeed();
    feed.listen(() => {});
    stage.heard!.lost(true);
    expect(stage.heard).to.equal(null);
    expect(stage.timers[0]!.ms).to.equal(30_000);
    stage.timers[0]!.act();
    expect(stage.opened).to.equal(2);
  });

  it('hangs up while the page is hidden', () => {
    const { stage, feed } = stageFeed();
    stage.hidden = true;
    feed.listen(() => {});
    expect(stage.opened).to.equal(0);
    stage.hidden = false;
    stage.visibility();
    stage.heard!.changed();
    stage.hidden = true;
    stage.visibility();
    expect([feed.isTold, stage.heard]).to.deep.equal([false, null]);
    stage.hidden = false;
    stage.visibility();
    expect(stage.opened).to.equal(2);
  });
});

describe('a poller that is told of changes', () => {
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  async function stagePoller() {
    const stage = {
      now: 0,
      reads: 0,
      fails: false,
      isTold: true,
      hear: () => {},
      timer: null as { at: number; act: () => void } | null,
    };
    const poller = new Poller({
      read: async () => {
        stage.reads++;
        if (stage.fails) throw new Error('down');
        return stage.reads;
      },
      everyMs: () => 1_000,
      tell: () => {},
      changes: {
        get isTold() {
          return stage.isTold;
        },
        listen: (act) => {
          stage.hear = act;
          return () => (stage.hear = () => {});
        },
      },
      surroundings: {
        now: () => stage.now,
        after: (ms, act) => {
          const timer = { at: stage.now + ms, act };
          stage.timer = timer;
          return () => {
            if (stage.timer === timer) stage.timer = null;
          };
        },
        isHidden: () => false,
        onShown: () => () => {},
      },
    });
    poller.start();
    await settle();
    const until = async (now: number) => {
      while (stage.timer && stage.timer.at <= now) {
        const { at, act } = stage.timer;
        stage.now = at;
        stage.timer = null;
        act();
        await settle();
      }
      stage.now = now;
    };
    return { stage, poller, until };
  }

  it('reads once in a while without news, and at once after them', async () => {
    const { stage, poller, until } = await stagePoller();
    await until(14_999);
    expect(stage.reads).to.equal(1);
    stage.hear();
    await until(14_999);
    expect(stage.reads).to.equal(2);
    await until(29_998);
    expect(stage.reads).to.equal(2);
    await until(29_999);
    expect(stage.reads).to.equal(3);
    poller.stop();
  });

  it('reads no more often than it would without, however much changes', async () => {
    const { stage, poller, until } = await stagePoller();
    for (let now = 10; now <= 5_000; now += 10) {
      stage.hear();
      await until(now);
    }
    expect(stage.reads).to.equal(6);
    poller.stop();
  });

  it('reads again by itself when it is told no more', async () => {
    const { stage, poller, until } = await stagePoller();
    stage.isTold = false;
    stage.hear();
    await until(5_500);
    expect(stage.reads).to.equal(6);
    poller.stop();
  });

  it('tries again after a failure as without news', async () => {
    const { stage, poller, until } = await stagePoller();
    stage.fails = true;
    stage.hear();
    await until(2_500);
    expect(stage.reads).to.equal(3);
    poller.stop();
  });

  it('hears nothing more once it was stopped', async () => {
    const { stage, poller, until } = await stagePoller();
    poller.stop();
    stage.hear();
    await until(60_000);
    expect(stage.reads).to.equal(1);
  });
});
