/** The worker in which a run's loss is measured: the page stays responsive meanwhile. */
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';
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
    store: new HttpStore(address.registry, { stallMs: 5_000 }),
    openEngine: async () =>
      (await import('@commonweights/trainer/engines/exact-engines-browser.js')).exactEngines(),
  });
}
