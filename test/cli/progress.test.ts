import { expect } from 'chai';
import { startProgress, type ProgressOptions } from '@commonweights/cli/progress.js';
import { openTextStream } from '@commonweights/cli/terminal.js';

describe('progress', () => {
  let nowMs = 0;
  let text = '';
  const stream = (isTTY: boolean) =>
    openTextStream({ isTTY, columns: 60, write: (piece: string) => (text += piece) });
  const start = (isTTY: boolean, options: ProgressOptions) =>
    startProgress('training', { ...options, stream: stream(isTTY), now: () => nowMs });
  beforeEach(() => {
    nowMs = 0;
    text = '';
  });

  it('writes a log few lines, each whole', () => {
    const progress = start(false, { total: 1000, unit: 'steps' });
    for (let step = 1; step <= 1000; step++) {
      nowMs += 20;
      progress.update(step, 'loss 3.2');
    }
    progress.finish('loss 3.1');
    const lines = text.trimEnd().split('\n');
    expect(lines.length).to.be.within(8, 13);
    expect(lines[0]).to.equal('  training …');
    expect(lines[1]).to.equal('  training 10 %, 100 of 1000 steps, loss 3.2 (2.0 s)');
    expect(lines.at(-1)).to.equal('✓ training: loss 3.1 (20.0 s)');
    expect(text).to.not.include('\r').and.not.include('\u001b');
  });

  it('tells a log every five seconds that it is alive', () => {
    const progress = start(false, {});
    for (let second = 0; second < 20; second++) {
      nowMs += 1000;
      progress.update(second);
    }
    expect(text.trimEnd().split('\n')).to.have.length(1 + 4);
  });

  it('does not flood a log when everything is done at once', () => {
    const progress = start(false, { total: 100 });
    for (let done = 1; done <= 100; done++) progress.update(done);
    progress.finish();
    expect(text).to.equal('  training …\n✓ training (0.0 s)\n');
  });

  it('redraws one line in a terminal, within its width', () => {
    const progress = start(true, { total: 10, unit: 'rounds' });
    for (let round = 1; round <= 10; round++) {
      nowMs += 100;
      progress.update(round, 'x'.repeat(100));
    }
    progress.fail('no more workers');
    const drawn = text.split('\r\u001b[2K').filter(Boolean);
    expect(drawn.slice(0, -1).every((line) => line.length < 60 && !line.includes('\n'))).to.equal(
      true,
    );
    expect(drawn[5]).to.match(/^ {2}\[#{12}\.{12}\] training 50 %, 5 of 10 rounds/);
    expect(drawn.at(-1)).to.equal('✗ training: no more workers (1.0 s)\n');
  });

  it('says how long it will still take, at the pace of this process', () => {
    const progress = start(false, { total: 1000, unit: 'MB', timeLeft: true, doneBefore: 400 });
    for (const done of [410, 500, 600, 1000]) {
      nowMs += 10_000;
      progress.update(done);
    }
    expect(text.trimEnd().split('\n').slice(1)).to.deep.equal([
      '  training 41 %, 410 of 1000 MB, 10 min left (10.0 s)',
      '  training 50 %, 500 of 1000 MB, 2 min left (20.0 s)',
      '  training 60 %, 600 of 1000 MB, 60 s left (30.0 s)',
      '  training 100 %, 1000 of 1000 MB, 0 s left (40.0 s)',
    ]);
    text = '';
    const long = start(false, { total: 1e6, timeLeft: true });
    nowMs += 10_000;
    long.update(500);
    expect(text).to.match(/ 5\.6 h left/);
  });

  it('says how it ended once', () => {
    const progress = start(false, {});
    progress.finish('done');
    progress.fail('late');
    progress.update(5);
    expect(text.match(/[✓✗]/g)).to.deep.equal(['✓']);
  });
});
