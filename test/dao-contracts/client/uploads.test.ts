import { expect } from 'chai';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import {
  readTicket,
  type SignedAct,
} from '@commonweights/dataset-registry/server/upload-ticket.js';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { uploadAuthoriser } from '@commonweights/dao-contracts/client/uploads.js';
import { recipientDefault } from '@commonweights/dataset-registry/server/registry.js';

describe('an upload’s signature', () => {
  const key = createKey();
  const digest = digestOf(new TextEncoder().encode('a blob'));
  const now = () => 1_000_000;

  it('is what a registry accepts, for that blob alone', async () => {
    const authorise = uploadAuthoriser({ accountId: 'worker.test', ...key }, { now });
    const header = await authorise({ digest });
    const asked = { recipient: recipientDefault, nowMs: now() };
    expect(readTicket(header, { method: 'PUT', digest }, asked)).to.deep.equal({
      accountId: 'worker.test',
      publicKey: key.publicKey,
      expiresAtMs: now() + 15 * 60_000,
    });
    const other = digestOf(new TextEncoder().encode('another'));
    const acts: SignedAct[] = [
      { method: 'PUT', digest: other },
      { method: 'PUT', digest, readers: 'worker.test/letters' },
      { method: 'GET', digest, host: 'registry.test' },
    ];
    for (const act of acts) expect(readTicket(header, act, asked)).to.have.property('refused');
  });

  it('never carries the secret key', async () => {
    const header = await uploadAuthoriser({ accountId: 'worker.test', ...key })({ digest });
    const json = atob(header.slice('NEP413 '.length));
    expect(json).to.include(key.publicKey).and.not.include(key.secretKey.slice(8));
  });
});
