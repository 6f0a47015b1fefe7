/** The network stops and goes on. */
import { expect } from 'chai';
import { expectOneSentence } from '../cli-folder.js';
import type { Story } from './story.js';
import { UpNetwork } from './up-network.js';

export function tellEnd(story: Story): void {
  const { run, good } = story;

  describe('in the end', () => {
    it('is not started twice on one port', async () => {
      const port = new URL(story.network.rpcUrl).port;
      const result = await run('network', 'up', '--data', 'other', '--port', port);
      expect(result.err).to.match(/PORT_IN_USE|taken/);
      expect(result.code).to.equal(2);
    });

    it('goes on where it stopped', async () => {
      const before = await good('dataset', 'list');
      await story.network.stop();
      const down = await run(
        'run',
        'list',
        '--rpc',
        story.network.rpcUrl,
        '--contract',
        'dao.local',
      );
      expect(down.code).to.equal(5);
      expectOneSentence(await run('run', 'list'), /^NO_CONTRACT/);
      story.network = await UpNetwork.start(story.cli);
      expect(await good('dataset', 'list')).to.equal(before);
      expect(await good('run', 'list')).to.match(/1 +completed/);
    });
  });
}
