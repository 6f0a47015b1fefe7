/** The worker in which a run's loss is measured: the page stays responsive meanwhile. */
import { openMirrored } from '../reading/mirrored-store.js';
import type { Address } from './address.js';
import { LossSession, type LossRequest } from './loss-session.js';

let session: LossSession | null = null;

/** The first message says whom to ask, each further one is a request. */
addEventListener('message', ({ data }: MessageEvent<Address | LossRequest>) => {
  if ('root' in data) void session?.measure(data).then((answer) => postMessage(answer));
  else session ??= open(data);
});

function open(address: Address): LossSession {
  return new LossSession({
    store: openMirrored(address),
    openEngine: async () =>
      (await import('@commonweights/trainer/engines/exact-engines-browser.js')).exactEngines(),
  });
}
