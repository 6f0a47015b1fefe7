/** One network from its start to its end, by commands alone; each chapter goes on from the one before. */
import { tellAccounts } from './local-network/accounts.js';
import { tellDatasets } from './local-network/datasets.js';
import { tellEnd } from './local-network/end.js';
import { tellRelease } from './local-network/release.js';
import { tellRights } from './local-network/release-abroad.js';
import { tellUse } from './local-network/release-in-use.js';
import { tellEndOfRelease } from './local-network/release-taken-back.js';
import { tellRun } from './local-network/run.js';
import { Story } from './local-network/story.js';

describe('a local network, by command', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  const story = new Story();
  before(() => story.begin());
  after(() => story.end());

  tellAccounts(story);
  tellDatasets(story);
  tellRun(story);
  describe('a release', () => {
    tellRelease(story);
    tellRights(story);
    tellUse(story);
    tellEndOfRelease(story);
  });
  tellEnd(story);
});
