/**
 * The worker in which a release is verified and talked to: the page stays responsive, and what is
 * computed here reaches it as messages only.
 */
import { connect } from '@commonweights/dao-contracts/client/client.js';
import { openMirrored } from '../reading/mirrored-store.js';
import { breathe } from './breath.js';
import { ReleaseSession, type ReleaseAnswer, type ReleaseRequest } from './release-session.js';
import { networkOf, type Address } from './address.js';

let session: ReleaseSession | null = null;

/** The first message says whom to ask, each further one is a request. */
addEventListener('message', ({ data }: MessageEvent<Address | ReleaseRequest>) => {
  if ('kind' in data) void session?.answer(data);
  else session ??= open(data);
});

function open(address: Address): ReleaseSession {
  return new ReleaseSession({
    client: connect(networkOf(address)),
    store: openMirrored(address),
    openEngine: async () =>
      (await import('@commonweights/trainer/engines/simd-wasm.js')).createSimdWasmEngine(),
    breathe,
    tell: (answer: ReleaseAnswer) => postMessage(answer),
    now: () => performance.now(),
  });
}
