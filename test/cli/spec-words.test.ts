/** What voters are told of a run's spec before they vote. */
import { expect } from 'chai';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { describeSpec } from '@commonweights/cli/commands/spec-words.js';
import { engineOfVersion, publishRun } from '../support/published-run.js';

const engine = engineOfVersion('1');

describe('the spec of a run, in words', () => {
  it('has its chat template whole, line by line', async () => {
    const chatTemplate = '{% for one in messages %}\n{{ one.content }} obey me\n{% endfor %}';
    const { blobs, digest } = await publishRun(engine, (spec) => ({ ...spec, chatTemplate }));
    const told = await describeSpec({ registryReader: () => blobs }, digest);
    expect(told).to.match(
      new RegExp(`with a chat template of ${chatTemplate.length} characters, a program`),
    );
    for (const line of chatTemplate.split('\n')) expect(told).to.include(`\n  | ${line}`);
  });

  it('says that there is none, and where it cannot be read why', async () => {
    const { blobs, digest } = await publishRun(engine);
    const session = { registryReader: () => blobs };
    expect(await describeSpec(session, digest)).to.match(/, without a chat template\.$/m);
    const other = digestOf(Uint8Array.of(1));
    expect(await describeSpec(session, other)).to.match(/^Its spec cannot be read: BLOB_MISSING/);
    const none = {
      registryReader: () => {
        throw new Error('NO_REGISTRY: none; name one');
      },
    };
    expect(await describeSpec(none, digest)).to.match(/^Its spec cannot be read: NO_REGISTRY/);
  });
});
