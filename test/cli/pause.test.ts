import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { pause, untilAborted } from '@commonweights/cli/pause.js';

describe('waiting', () => {
  it('leaves no listener behind, however often one waits', async () => {
    const { signal } = new AbortController();
    for (let i = 0; i < 20; i++) await pause(0, signal);
    expect(getEventListeners(signal, 'abort')).to.have.length(0);
  });

  it('ends at once when it is told to stop, also when it was told before', async () => {
    const stop = new AbortController();
    const waiting = [pause(1 << 30, stop.signal), untilAborted(stop.signal)];
    stop.abort();
    await Promise.all([...waiting, pause(1 << 30, stop.signal), untilAborted(stop.signal)]);
    expect(getEventListeners(stop.signal, 'abort')).to.have.length(0);
  });
});
