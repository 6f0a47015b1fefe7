/** What `dataset add` and `derive` say of a dataset, and that it is looked at before the upload. */
import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import type { DatasetView } from '@commonweights/dao-contracts/client/views.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { ScriptedNode } from '../dao-contracts/client/scripted-node.js';
import { CliFolder, expectOneSentence } from './cli-folder.js';

const someDigest = digestOf(new Uint8Array());

describe('what a dataset is declared to be', () => {
  let cli: CliFolder;
  let node: ScriptedNode;
  const known = new Map<string, DatasetView>();

  beforeEach(async () => {
    cli = await CliFolder.create();
    node = await ScriptedNode.start();
    known.clear();
    node.view = (method, args) => ({
      result: method === 'get_dataset' ? (known.get((args as { id: string }).id) ?? null) : null,
    });
    const { publicKey, secretKey } = createKey();
    await mkdir(join(cli.credentials, 'localnet'), { recursive: true });
    await writeFile(
      join(cli.credentials, 'localnet', 'ann.test.json'),
      JSON.stringify({ account_id: 'ann.test', public_key: publicKey, private_key: secretKey }),
    );
    await writeFile(join(cli.folder, 'a.jsonl'), '{"text":"one"}\n');
  });
  afterEach(async () => {
    await node.stop();
    await cli.remove();
  });

  function know(id: string, change: Partial<DatasetView> = {}): void {
    known.set(id, {
      ...{ id, version: '1', title: id, manifest: someDigest, itemsRoot: someDigest },
      ...{ bytes: 1, items: 1, source: 'https://a.example', collectedAt: '2024-01-01' },
      ...{ licenceDeclared: 'MIT', licenceConcluded: 'MIT', evidence: null, parents: [] },
      ...{ contributors: [], publisher: 'ann.test', registeredAtMs: 0, status: 'active' },
      ...{ bounty: null, approved: false, optOut: null, disputes: 0 },
      ...change,
    } as DatasetView);
  }

  /** Nothing listens there: whatever tried to upload would say so instead. */
  const run = (...argv: string[]) =>
    cli.run(
      ...argv,
      ...['--rpc', node.rpcUrl, '--contract', 'dao.test', '--account', 'ann.test'],
      ...['--registry', 'http://127.0.0.1:9'],
    );
  const add = (...flags: string[]) =>
    run('dataset', 'add', 'a@1', 'a.jsonl', '--source', 'https://a.example', ...flags);

  it('is refused before anything is uploaded, with what is wrong', async () => {
    const cases: [string[], RegExp][] = [
      [['--licence', 'Free-For-All'], /licenceDeclared is "Free-For-All", not an SPDX/],
      [['--licence', 'MIT', '--collected', '2023-02-29'], /"2023-02-29" is not a day/],
      [['--licence', 'MIT', '--title', 'x'.repeat(201)], /title is longer than 200/],
      [['--licence', 'MIT', '--concluded', 'mit-ish'], /licenceConcluded is "mit-ish"/],
    ];
    for (const [flags, sentence] of cases) {
      const result = await add(...flags);
      expectOneSentence(result, /^BAD_DATASET_RECORD: .*; mend the record/);
      expect(result.err).to.match(sentence);
      expect(result.code).to.equal(3);
    }
    expect((await add('--licence', 'MIT')).err).to.match(/STORE_UNREACHABLE/);
  });

  it('keeps to the licences of all parents, or is refused where one record cannot hold them', async () => {
    know('a@1', { licenceDeclared: 'MIT OR Apache-2.0', licenceConcluded: 'MIT' });
    know('b@1', { licenceDeclared: 'GPL-2.0-or-later AND LGPL-2.1-or-later' });
    know('c@1', { licenceDeclared: 'CC-BY-NC-SA-4.0 AND CC-BY-SA-4.0 AND CC-BY-4.0' });
    const result = await run(
      'dataset',
      'derive',
      'd@1',
      'a@1',
      'b@1',
      'c@1',
      '--transform',
      'clean',
    );
    expectOneSentence(
      result,
      /^LICENCES_TOO_LONG: together they are "\(MIT OR Apache-2\.0\) AND \(GPL.*\) AND \(CC/,
    );
  });

  it('is not put under a licence that its parents’ do not allow', async () => {
    know('a@1', { licenceConcluded: 'GPL-2.0-only' });
    know('b@1', { licenceConcluded: 'MIT OR Apache-2.0' });
    const derive = [
      'dataset',
      'derive',
      'd@1',
      'b@1',
      'a@1',
      '--transform',
      'clean',
      '--concluded',
    ];
    expectOneSentence(
      await run(...derive, 'MIT'),
      /^LICENCE_NOT_KEPT: you conclude "MIT", and a@1 is under "GPL-2\.0-only", which that does not keep/,
    );
    // A choice may be made; so far it goes on to where there are no bytes.
    expect((await run(...derive, 'MIT AND GPL-2.0-only')).err).to.match(/STORE_UNREACHABLE/);
  });

  it('leaves nothing out where nobody asked for it, and says who can ask', async () => {
    know('a@1');
    const result = await run('dataset', 'derive', 'b@1', 'a@1', '--transform', 'leave-out');
    expectOneSentence(
      result,
      /^NOTHING_TO_LEAVE_OUT: neither a@1 nor .*dataset opt-out.*--params$/,
    );
    expect(result.code).to.equal(3);
  });

  it('is refused before a derivation fetches or computes', async () => {
    know('a@1');
    const derive = ['dataset', 'derive', 'b@1', 'a@1', '--transform', 'clean'];
    const result = await run(...derive, '--concluded', 'mit-ish');
    expectOneSentence(result, /^BAD_DATASET_RECORD: licenceConcluded is "mit-ish"/);
    expect((await run(...derive)).err).to.match(/STORE_UNREACHABLE/);
  });
});
