/** The worker in which a tab audits: the page stays responsive while segments are computed again. */
import { connect } from '@commonweights/dao-contracts/client/client.js';
import type { AccountKey } from '@commonweights/dao-contracts/client/connection.js';
import { uploadAuthoriser } from '@commonweights/dao-contracts/client/uploads.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';
import { RecentStore } from '@commonweights/dataset-registry/store/recent-store.js';
import { defaultPollMs } from '@commonweights/trainer/worker/seat-options.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import { networkOf, type Address } from './address.js';
import { AuditSession, type AuditAnswer, type AuditRequest } from './audit-session.js';

/** Of blobs at hand; a segment's material is a small part of it for what a tab can compute. */
const keptBytesMax = 512 * 2 ** 20;
/** A public node has others to answer too. */
const publicPollMs = 2_000;

let session: AuditSession | null = null;

/** The first message says whom to ask, each further one is a request. */
addEventListener('message', ({ data }: MessageEvent<Address | AuditRequest>) => {
  if ('kind' in data) void session?.answer(data);
  else session ??= open(data);
});

function open(address: Address): AuditSession {
  const near = new RecentStore(keptBytesMax);
  const far = (key: AccountKey | null) =>
    new HttpStore(address.registry, key ? { authorise: uploadAuthoriser(key) } : {});
  return new AuditSession({
    connect: (key) => connect({ ...networkOf(address), ...(key ? { account: key } : {}) }),
    blobs: (key) => new LayeredStore(near, far(key)),
    openEngine: async () =>
      (await import('@commonweights/trainer/engines/exact-engines-browser.js')).exactEngines(),
    alone: (seat, work) => holdLock(`cw/audit/${address.contract}/${seat}`, work),
    tell: (answer: AuditAnswer) => postMessage(answer),
    pollMs: address.network === 'localnet' ? defaultPollMs : publicPollMs,
  });
}

async function holdLock(name: string, work: () => Promise<void>): Promise<boolean> {
  let held = false;
  await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    held = true;
    await work();
  });
  return held;
}
