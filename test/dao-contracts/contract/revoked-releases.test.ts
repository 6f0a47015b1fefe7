/** What the DAO published it can disown, for good. */
import { expect } from 'chai';
import type { Action, ReleaseView } from '@commonweights/dao-contracts/rules/views.js';
import { waits } from '@commonweights/dao-contracts/rules/timelock.js';
import { named } from './dao-driver.js';
import { startDao } from './fake-dao.js';

const refusal = (call: Promise<unknown>) =>
  call.then(
    () => 'accepted',
    (error: Error) => error.message,
  );

describe('a release that is revoked', () => {
  it('stays on record as revoked, and cannot be revoked or published again', async () => {
    const { fake, play } = await startDao();
    await play.fund();
    await play.enrol();
    await play.round();
    await play.audit();
    const publish: Action = {
      ...{ kind: 'publish-release', run: 1, root: (await play.view()).finalRoot },
      ...{ manifest: named('release'), evaluation: named('evaluation') },
      ...{ title: 'First', version: '1.0.0' },
    };
    const revoke: Action = { kind: 'revoke-release', release: 1, reason: named('why') };
    expect(await refusal(play.propose(revoke))).to.match(/^NOT_FOUND: there is no release 1/);
    await play.decide(publish);
    await play.decide(revoke);
    const release = fake.view<ReleaseView>('get_release', { release: 1 });
    expect(release).to.include({ status: 'revoked', manifest: named('release') });
    expect(await refusal(play.propose(revoke))).to.match(/^ALREADY_ACTED: release 1 is revoked/);
    expect(await refusal(play.propose(publish))).to.match(/^ALREADY_EXISTS/);
  });

  it('waits for no timelock: a warning gains nothing from waiting', () => {
    expect(waits('revoke-release')).to.equal(false);
    expect(waits('upgrade')).to.equal(true);
  });
});
