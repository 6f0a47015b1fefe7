import { expect } from 'chai';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { essaysJsonl, packingFlags, tinyDraft as draft } from '../support/tiny-draft.js';
import { startS3 } from '../dataset-registry/store/s3-server.js';
import { CliFolder, expectOneSentence, type CliResult } from './cli-folder.js';

describe('a local network, by command', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  let cli: CliFolder;
  let network: UpNetwork;

  before(async () => {
    cli = await CliFolder.create();
    network = await UpNetwork.start(cli);
  });
  after(async () => {
    await network.stop();
    await cli.remove();
  });

  const run = (...argv: string[]) => cli.runWith({ env: { NEAR_CREDENTIALS_DIR: '' } }, ...argv);
  const good = async (...argv: string[]) => {
    const result = await run(...argv);
    expect(result.code, result.err).to.equal(0);
    return result.out;
  };
  const json = async <T>(...argv: string[]) => JSON.parse(await good(...argv, '--json')) as T;

  it('is found by the other commands without a flag', async () => {
    expect(await good('account', 'show')).to.match(/^account +founder\.local\nnetwork +localnet\n/);
    expect(await good('proposal', 'list')).to.equal('No proposals yet.\n');
  });

  it('keeps keys with its data, for their owner alone', async () => {
    const file = join(network.data, 'credentials', 'localnet', 'founder.local.json');
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    expect((await stat(join(network.data, 'seed'))).mode & 0o777).to.equal(0o600);
  });

  it('creates accounts, whose key is there before they are', async () => {
    await good('account', 'create', 'alice.local', '--fund', '3');
    const shown = await json<{ amountYocto: string }>('account', 'show', 'alice.local');
    expect(shown.amountYocto).to.equal(`${3n * 10n ** 24n}`);
  });

  it('refuses what an account cannot pay, with exit code 7', async () => {
    const flags = ['--account', 'founder.local', '--fund', '900000000'];
    const result = await run('account', 'create', 'rich.founder.local', ...flags);
    expectOneSentence(result, /^INSUFFICIENT_BALANCE: founder\.local has .* NEAR more to it$/);
    expect(result.code).to.equal(7);
  });

  it('refuses a key that is not the account’s, with exit code 8', async () => {
    const file = join(network.data, 'credentials', 'localnet', 'alice.local.json');
    const before = await readFile(file, 'utf8');
    const { publicKey, secretKey } = createKey();
    const wrong = { account_id: 'alice.local', public_key: publicKey, private_key: secretKey };
    await writeFile(file, JSON.stringify(wrong));
    const result = await run('claim', '--account', 'alice.local');
    await writeFile(file, before);
    expectOneSentence(result, /^KEY_NOT_OF_ACCOUNT: the key in use is not a key of alice\.local/);
    expect(result.code).to.equal(8);
  });

  it('has nothing to claim for who has not worked, with exit code 6', async () => {
    const result = await run('claim', '--account', 'alice.local');
    expectOneSentence(result, /^NOTHING_TO_CLAIM: /);
    expect(result.code).to.equal(6);
  });

  describe('datasets', () => {
    before(async () => {
      await writeFile(join(cli.folder, 'essays.jsonl'), essaysJsonl());
      const about = ['--licence', 'CC0-1.0', '--source', 'https://example.org/essays'];
      await good('dataset', 'add', 'essays@1', 'essays.jsonl', ...about);
      await good('dataset', 'derive', 'clean@1', 'essays@1', '--transform', 'clean');
      await good(
        ...['dataset', 'derive', 'packed@1', 'clean@1', '--transform', 'tokenise-and-pack'],
        ...packingFlags,
      );
    });

    it('carry their lineage', async () => {
      expect(await good('dataset', 'show', 'packed@1')).to.include('essays@1 → clean@1 → packed@1');
      expect(await good('dataset', 'list')).to.match(/packed@1 .* CC0-1\.0 +clean@1/);
    });

    it('are what they say and come out the same again', async () => {
      for (const id of ['essays@1', 'clean@1', 'packed@1']) await good('dataset', 'verify', id);
      for (const id of ['clean@1', 'packed@1']) await good('dataset', 'verify', id, '--reproduce');
    });

    it('are cut, kept apart and put together again, each reproducible', async () => {
      const derive = (id: string, from: string[], ...flags: string[]) =>
        good('dataset', 'derive', id, ...from, '--transform', ...flags);
      const cut = ['split', '--heldout', '3000', '--seed', '5', '--part'];
      await derive('test@1', ['clean@1'], ...cut, 'heldout');
      await derive('rest@1', ['clean@1'], ...cut, 'train');
      await derive('train@1', ['rest@1', 'test@1'], 'decontaminate');
      await derive('plain@1', ['train@1'], 'redact');
      const mix = { seed: 1, weightsBps: [5_000, 5_000] };
      await writeFile(join(cli.folder, 'mix.json'), JSON.stringify(mix));
      await derive('mixed@1', ['test@1', 'plain@1'], 'mix', '--params', 'mix.json');
      const items = async (id: string) =>
        (await json<{ items: number }>('dataset', 'show', id)).items;
      expect((await items('test@1')) + (await items('rest@1'))).to.equal(await items('clean@1'));
      for (const id of ['test@1', 'rest@1', 'train@1', 'plain@1', 'mixed@1']) {
        await good('dataset', 'verify', id, '--reproduce');
      }
      const bare = await run(
        ...['dataset', 'derive', 'x@1', 'test@1', 'rest@1', '--transform', 'mix'],
      );
      expect(bare.err).to.match(/^BAD_PARAMS: "mix" has no default parameters; give .*--params/);
    });

    it('never change under a name', async () => {
      const again = await run('dataset', 'derive', 'clean@1', 'essays@1', '--transform', 'clean');
      expectOneSentence(again, /^ALREADY_EXISTS: .*new version$/);
      expect(again.code).to.equal(6);
    });

    it('cannot come from one that is not there, with exit code 4', async () => {
      const result = await run('dataset', 'derive', 'x@1', 'ghost@1', '--transform', 'clean');
      expectOneSentence(result, /^NO_SUCH_DATASET: .*"ghost@1"/);
      expect(result.code).to.equal(4);
    });

    it('are refused for a transform that is not built in, with exit code 3', async () => {
      const result = await run('dataset', 'derive', 'x@1', 'essays@1', '--transform', 'magic');
      expectOneSentence(result, /^BAD_TRANSFORM: .*known are clean/);
      expect(result.code).to.equal(3);
    });
  });

  describe('a run', () => {
    const draftFile = 'draft.json';
    const write = (change: object = {}) =>
      writeFile(join(cli.folder, draftFile), JSON.stringify({ ...draft, ...change }));

    it('is refused for a draft with an unknown field, before anything is proposed', async () => {
      await write({ bogus: 1 });
      const result = await run('run', 'propose', draftFile);
      expect(result.err).to.match(/BAD_RUN_SPEC: bogus: is not a known field/);
      expect(result.code).to.equal(3);
      expect(await good('proposal', 'list')).to.equal('No proposals yet.\n');
    });

    it('is rehearsed before anybody is asked, and the forecast goes with the proposal', async () => {
      await write();
      const flags = ['--rounds', '1', '--workers', '2'];
      const told = await good('run', 'rehearse', draftFile, ...flags);
      expect(told).to.match(/rehearsed +1 of 2 rounds, 2 workers/);
      expect(told).to.match(/loss at the end +\d\.\d{3} to \d\.\d{3} nats per token/);
      const forecast = await json<{ spec: string; chain: object }>(
        ...['run', 'rehearse', draftFile, ...flags],
      );
      const file = join(cli.folder, 'rehearsal.json');
      await writeFile(file, JSON.stringify(forecast));
      const dry = ['run', 'propose', draftFile, '--rehearsal', 'rehearsal.json', '--dry-run'];
      const { terms } = await json<{ terms: { spec: string } }>(...dry);
      expect(forecast.spec).to.equal(terms.spec);
      await writeFile(file, JSON.stringify({ ...forecast, spec: `sha256:${'0'.repeat(64)}` }));
      const other = await run(...dry);
      expect(other.err).to.match(/REHEARSAL_MISMATCH: rehearsal\.json is of spec .*rehearse it/);
      expect(other.code).to.equal(3);
      await writeFile(file, '{"version":2}');
      expect((await run(...dry)).err).to.match(/^BAD_REHEARSAL: the file is not what/);
    });

    it('is refused where cheating would pay, before anything is published', async () => {
      await write({ auditedClaimsBps: 500 });
      const result = await run('run', 'propose', draftFile);
      expectOneSentence(result, /^CHEATING_PAYS: free-riding .*raise stakeYocto to \d+/);
      expect(result.code).to.equal(3);
    });

    it('goes from a draft through a vote to enrolment', async () => {
      // With every claim audited, no round waits for challenges.
      await write({ auditedClaimsBps: 10_000, challengeWindowMs: 0 });
      const priced = await json<{ budgetYocto: string }>(
        ...['run', 'propose', draftFile, '--dry-run'],
      );
      expect(BigInt(priced.budgetYocto) > 0n).to.equal(true);
      expect(await good('proposal', 'list')).to.equal('No proposals yet.\n');
      const { proposal } = await json<{ proposal: number }>('run', 'propose', draftFile);
      const shown = await good('proposal', 'show', `${proposal}`);
      expect(shown).to.match(/fund a run of 2 rounds with/);
      expect(shown).to.match(
        /price +1 NEAR per [\d.]+ MFLOP of verified work: [\d.]+ NEAR per TFLOP/,
      );
      await good('proposal', 'vote', `${proposal}`, 'yes');
      const twice = await run('proposal', 'vote', `${proposal}`, 'yes');
      expectOneSentence(twice, /^ALREADY_VOTED/);
      const early = await run('proposal', 'execute', `${proposal}`);
      expectOneSentence(early, /^PROPOSAL_NOT_READY/);
      expect(early.code).to.equal(6);
      await good('network', 'forward', '2m');
      expect(await good('proposal', 'execute', `${proposal}`)).to.match(/is executed: run 1\n$/);
      expect(await good('run', 'show', '1')).to.match(/status +enrolling/);
      expect(await good('run', 'list')).to.match(/1 +enrolling +0 of 2/);
    });

    it('cannot be released before a round is final, with exit code 6', async () => {
      const flags = ['--release', '1.0.0', '--licence', 'Apache-2.0'];
      const result = await run('release', 'propose', '1', ...flags);
      expect(result.err).to.match(/NOTHING_FINAL: run 1 has no final round yet/);
      expect(result.code).to.equal(6);
    });
  });

  /** Works in a run from enrolment to its end. */
  const workThrough = async (id: string): Promise<CliResult> => {
    const env = { NEAR_CREDENTIALS_DIR: '' };
    const worker = cli.runWith({ env }, 'work', id, '--account', 'founder.local');
    const enrolled = async () =>
      (await json<{ seats: unknown[] }>('run', 'show', id)).seats.length > 0;
    while (!(await enrolled())) await Promise.race([worker, soon()]);
    await good('network', 'forward', '61s');
    return worker;
  };
  const carry = async (proposal: number) => {
    await good('proposal', 'vote', `${proposal}`, 'yes');
    await good('network', 'forward', '2m');
    return good('proposal', 'execute', `${proposal}`);
  };

  describe('work', () => {
    for (const named of [['1'], []]) {
      const which = named.length > 0 ? 'the run that is named' : 'the run that it would choose';
      it(`says first what ${which} would bring, and joins nothing`, async () => {
        const env = { NEAR_CREDENTIALS_DIR: '' };
        const flags = [...named, '--dry-run', '--account', 'founder.local'];
        const { code, err } = await cli.runWith({ env }, 'work', ...flags);
        expect(code, err).to.equal(0);
        expect(err).to.match(
          /a round takes this machine about [\d.]+ s of the 60 s given; 2 rounds/,
        );
        expect(err).to.match(/would bring about 1\.\d+ NEAR, less 0\.0\d+ NEAR of fees/);
        expect(err).to.match(/it stakes [\d.]+ NEAR until the run ends/);
        const { seats } = await json<{ seats: unknown[] }>('run', 'show', '1');
        expect(seats).to.deep.equal([]);
      });
    }

    it('trains a run to its end, for pay', async () => {
      const { code, err } = await workThrough('1');
      expect(code, err).to.equal(0);
      expect(err).to.match(/enrolled in run 1 as trainer\n/);
      expect(err).to.match(
        /waits for the draw of seats, (\d+ seconds|1 minute) by the clock of the chain; "commonw.*s"/,
      );
      expect(err).to.match(/✓ round 2: training: loss \d\.\d{4}, update of/);
      expect(err).to.match(
        /Left run \d+: the run is completed\.\nSeat 0: 2 rounds verified, 2 NEAR/,
      );
      const watched = await good('run', 'watch', '1', '--json');
      expect(JSON.parse(watched)).to.include({ status: 'completed', finalRound: 2 });
    });

    it('is paid out once', async () => {
      expect(await good('earnings')).to.match(/0 +trainer +left +2 rounds +2 NEAR/);
      expect(await good('claim')).to.match(/^[\d.]+ NEAR went to founder\.local\n$/);
      expect((await run('claim')).err).to.match(/^NOTHING_TO_CLAIM/);
    });
  });

  describe('a release', () => {
    const model = () => join(cli.folder, 'model');
    let manifest = '';
    /** A policy with the block before the decision; the transaction that made it. */
    let head = '';
    let transaction = '';
    let ballot = '';

    it('is built from the chain and voted for', async () => {
      const flags = ['--release', '1.0.0', '--licence', 'Apache-2.0'];
      const dry = await json<{ manifest: string }>(
        'release',
        'propose',
        '1',
        ...flags,
        '--dry-run',
      );
      const made = await json<{ proposal: number; manifest: string }>(
        ...['release', 'propose', '1', ...flags],
      );
      expect(made.manifest).to.equal(dry.manifest);
      ({ manifest } = made);
      const voted = await run('proposal', 'vote', `${made.proposal}`, 'yes');
      ballot = /by --transaction (\w+)/.exec(voted.err)![1]!;
      await good('network', 'forward', '2m');
      head = await good('release', 'head', '--json');
      const executed = await run('proposal', 'execute', `${made.proposal}`);
      expect(executed.out).to.match(/: release 1\n$/);
      [, transaction] = /--transaction (\w+) --to/.exec(executed.err)! as unknown as [
        string,
        string,
      ];
      expect(await good('release', 'show', manifest)).to.match(/A run to test with 1\.0\.0/);
    });

    it('is pulled and every claim about it holds', async () => {
      const out = await good('pull', '1', '--to', 'model', '--save-evidence', 'evidence.json');
      expect(out.trimEnd().split('\n')).to.have.length(9);
      expect(out)
        .to.match(/^✓ bytes/)
        .and.not.match(/^[✗?]/m);
      expect(await good('verify', 'model', '--chunks')).to.equal(out);
      const wholes = await good('verify', 'model', '--evidence', 'evidence.json');
      expect(wholes).to.match(/chunk lists, which only fetching needs, were not checked/);
      expect(wholes.replace(/; its chunk lists.*/, '')).to.equal(out);
    });

    it('is proven to be decided without any node, from a block that a policy names', async () => {
      await writeFile(join(cli.folder, 'trusted.json'), head);
      const { hash } = (JSON.parse(head) as { head: { hash: string } }).head;
      const collect = ['release', 'evidence', '1', '--transaction', transaction, '--to', 'e.jsonl'];
      expect(await good(...collect, '--head', hash)).to.match(/lines added +3/);
      const before = await readFile(join(cli.folder, 'e.jsonl'), 'utf8');
      expect(await good(...collect, '--head', hash)).to.match(/lines added +0/);
      await good(...collect);
      expect(await readFile(join(cli.folder, 'e.jsonl'), 'utf8'))
        .to.match(/^{"version":1/)
        .and.satisfy((text: string) => text.startsWith(before));
      const offline = ['verify', 'model', '--offline', '--policy', 'trusted.json'];
      const proven = await run(...offline, '--proof', 'e.jsonl');
      const vote = `proven +release 1 by proposal \\d+ of .+: proven by light client from head ${hash}`;
      expect(proven.out).to.match(new RegExp(vote));
      expect(proven.out).to.match(/✓ rounds[^]*✓ weights[^]*✓ head +proven/);
      // What the present is like, nothing proves.
      expect(proven.code).to.equal(25);
      const told = ['--evidence', 'evidence.json', '--proof', 'e.jsonl'];
      const both = ['verify', 'model', '--policy', 'trusted.json', ...told];
      expect(await good(...both)).to.match(/proven by light client.*as one node said/);
      const story = await good('explain', ...offline.slice(1), '--proof', 'e.jsonl');
      expect(story).to.match(/proven +published +release 1 of .*\n +proven +when/);
      expect(await good('explain', 'model')).to.match(/attested +published +release 1 of/);
      const forged = before.replace('A run to test with', 'A run to trust with');
      await writeFile(join(cli.folder, 'forged.jsonl'), forged);
      const refused = await run(...offline, '--proof', 'forged.jsonl');
      expect(refused.code).to.equal(22);
      expect(refused.err).to.match(/\(PROOF_FORGED\)/);
      await writeFile(join(cli.folder, 'cut.jsonl'), before.slice(0, -9));
      expect((await run(...offline, '--proof', 'cut.jsonl')).err).to.match(/^BAD_BUNDLE/);
      const alone = await run('verify', 'model', '--proof', 'e.jsonl');
      expect(alone.code).to.equal(2);
      expectOneSentence(alone, /^USAGE: --proof proves nothing without a block or keys/);
      const unproven = await run(...both.slice(0, -2));
      expect(unproven.code).to.equal(51);
      await run('oms', 'key', 'signer.pem');
      await run('oms', 'sign', 'model', '--key', 'signer.pem', '--signature', 'model.sig');
      const sign = ['release', 'evidence', '1', '--signature', 'model.sig', '--to', 'e.jsonl'];
      expect(await good(...sign)).to.match(/lines added +1/);
      expect(await good(...sign)).to.match(/lines added +0/);
      const keys = [await readFile(join(cli.folder, 'signer.pem.pub'), 'utf8')];
      const signers = JSON.stringify({ version: 1, signers: { atLeast: 1, keys } });
      await writeFile(join(cli.folder, 'signers.json'), signers);
      const signed = await good(
        'verify',
        'model',
        '--policy',
        'signers.json',
        '--proof',
        'e.jsonl',
      );
      expect(signed).to.match(/✓ signers +proven +1 of 1 asked for signed every file/);
      await writeFile(join(cli.folder, 'before.jsonl'), before);
      const unsigned = ['verify', 'model', '--policy', 'signers.json', '--proof', 'before.jsonl'];
      expect((await run(...unsigned)).code).to.equal(52);
      const other = collect.with(4, hash);
      expect((await run(...other)).code).to.not.equal(0);
    });

    it('shows who voted and how, without any node', async () => {
      const collect = ['release', 'evidence', '1', '--transaction', transaction, ballot];
      type Shown = { head: string; votes: { account: string; choice: string }[] };
      const shown = await json<Shown>(...collect, '--to', 'votes.jsonl');
      expect(shown.votes).to.have.length(1);
      expect(shown.votes[0]).to.include({ account: 'founder.local', choice: 'yes' });
      const trusted = await good('release', 'head', '--at', shown.head, '--json');
      await writeFile(join(cli.folder, 'today.json'), trusted);
      const proof = ['--offline', '--policy', 'today.json', '--proof', 'votes.jsonl'];
      expect((await run('verify', 'model', ...proof)).out).to.match(
        /✓ vote +proven.*; votes shown: founder\.local yes \d+/,
      );
      expect(await good('explain', 'model', ...proof)).to.match(
        /proven +vote of founder\.local +yes, with weight \d+, in block \d+/,
      );
      expect(await good('explain', 'model')).to.match(
        /Who was paid what\n +proven +founder\.local, seat 0 +\d+ rounds verified, for/,
      );
    });

    it('explains where it comes from, as text, as JSON and as a page', async () => {
      const told = await good('explain', 'model');
      expect(told).to.match(/Who computed it\n.*rounds +2 final/s);
      expect(told).to.match(/attested +vote on the release +proposal \d+: yes /);
      expect(told).to.match(/attested +vote of founder\.local +yes, with weight \d+\n/);
      expect(told).to.match(/proven +dataset +packed@1/);
      expect(await json<{ chapters: object[] }>('explain', 'model')).to.have.property('chapters');
      await good('explain', 'model', '--html', 'where.html');
      expect(await readFile(join(cli.folder, 'where.html'), 'utf8')).to.contain('Data: essays@1');
      expect(await good('explain', 'model', '--diff', 'model')).to.equal('Nothing differs.\n');
      const offline = await good('explain', 'model', '--offline');
      expect(offline).to.match(/declared +vote +no chain was asked/);
      const missing = await run('explain', 'nowhere');
      expectOneSentence(missing, /^FILE_MISSING: there is no manifest\.json/);
    });

    it('is computed again from updates and data, with the same roots', async () => {
      const replayed = await json<{
        rounds: { root: string; found: string }[];
        claims: { differences: string[] }[];
      }>('replay', 'model', '--claims', '2');
      expect(replayed.rounds).to.have.length(2);
      for (const { root, found } of replayed.rounds) expect(found).to.equal(root);
      expect(replayed.claims.map(({ differences }) => differences)).to.deep.equal([[], []]);
      expect(await good('replay', 'model', '--claims', '0')).to.match(/^round +updates +root comp/);
      type Drawn = { seed: number; claims: { round: number; seat: number }[] };
      const chosen = await json<Drawn>('replay', 'model', '--round', '2', '1');
      expect(new Set(chosen.claims.map(({ round }) => round))).to.deep.equal(new Set([1, 2]));
      const drawn = await json<Drawn>('replay', 'model');
      expect(drawn.claims).to.have.length(1);
      expect(await json<Drawn>('replay', 'model', '--seed', `${drawn.seed}`)).to.deep.equal(drawn);
      const none = await run('replay', 'model', '--round', '1', '9');
      expect(none.err).to.match(/^NO_SUCH_ROUND: round 9 is no final round/m);
      expect(none.code).to.equal(4);
    });

    it('is held against the verifier’s own policy, with an exit code for each rule', async () => {
      const policy = (rules: object) =>
        writeFile(join(cli.folder, 'policy.json'), JSON.stringify({ version: 1, ...rules }));
      const reproductions = { atLeast: 1, by: ['alice.local', 'founder.local'] };
      await policy({ reproductions });
      const replayed = ['replay', 'model', '--claims', '1', '--attest'];
      // Who trained it adds nothing by saying that it can be trained.
      const own = await run(...replayed);
      expect(own.err).to.match(/founder\.local reproduces sha256:\w+, and shows sha256:/);
      const few = await run('verify', 'model', '--policy', 'policy.json');
      expect(few.code).to.equal(41);
      expect(few.err).to.match(/^REPRODUCTIONS_TOO_FEW: 0 of 1 asked for/);
      await good(...replayed, '--account', 'alice.local');
      expect((await run('replay', 'model', '--claims', '0', '--attest')).code).to.equal(2);
      expect(await good('verify', 'model', '--policy', 'policy.json'))
        .to.match(/✓ reproductions/)
        .and.match(/attested +founder\.local reproduces it; known for \d+ rounds, \d+ audits/)
        .and.match(/attested +alice\.local reproduces it; known for nothing/);
      await policy({ data: 'undisputed', disputes: { by: 'anyone' } });
      const told = await json<{ rules: { status: string }[] }>(
        ...['verify', 'model', '--policy', 'policy.json'],
      );
      expect(told.rules.map(({ status }) => status)).to.deep.equal(['pass', 'pass']);
      await policy({ quorum: 1 });
      const bad = await run('verify', 'model', '--policy', 'policy.json');
      expect(bad.err).to.match(/^BAD_POLICY: quorum/);
      expect(bad.code).to.equal(3);
    });

    it('shows which documents went into it, to whoever has nothing but its digest', async () => {
      type Shown = { verdict: string; tokensShown: boolean; places: unknown[] };
      const seen = new Map<string, number>();
      for (const [i, line] of essaysJsonl().trimEnd().split('\n').entries()) {
        await writeFile(join(cli.folder, 'essay.json'), line);
        const proven = await json<Shown>('dataset', 'prove', 'essay.json', '1', '--out', 'p.json');
        seen.set(proven.verdict, i);
        if (seen.has('held-out') && seen.has('trained')) break;
      }
      expect(seen).to.include.keys('trained', 'held-out');
      await writeFile(
        join(cli.folder, 'essay.json'),
        essaysJsonl().split('\n')[seen.get('trained')!]!,
      );
      await good('dataset', 'prove', 'essay.json', manifest, '--out', 'p.json');
      const nowhere = ['--rpc', 'http://127.0.0.1:1', '--registry', 'http://127.0.0.1:1'];
      const offline = ['dataset', 'check-proof', 'p.json', '--release', manifest, ...nowhere];
      expect(await good(...offline)).to.match(
        /was trained on for release sha256:[^]*its text gives these tokens[^]*in rounds [12]/,
      );
      expect(await good('dataset', 'check-proof', 'p.json')).to.include('was trained on');
      const other = await run(
        'dataset',
        'check-proof',
        'p.json',
        '--release',
        `sha256:${'0'.repeat(64)}`,
      );
      expect(other.err).to.match(/^PROOF_FAILED: the manifest is /);
      await writeFile(join(cli.folder, 'essay.json'), '{"text":"Never seen."}');
      const absent = await good('dataset', 'prove', 'essay.json', '1', '--out', 'absent.json');
      expect(absent).to.match(/is none of the 40 items .* not these exact bytes/);
      const misused = await run('dataset', 'check-proof', 'p.json', '--root', manifest);
      expect(misused.err).to.match(/^USAGE: the proof in p\.json is for a release: give --release/);
    });

    it('is kept by a mirror and pulled from its folder without asking anybody', async () => {
      expect(await good('mirror', 'add', '1')).to.match(/^A-run-to-test-with-1\.0\.0 +sha256:/);
      expect(await good('mirror', 'add', 'model')).to.contain(manifest);
      expect(await good('mirror', 'list')).to.contain(manifest);
      // What was fetched to be taken in is gone.
      expect(await readdir(join(cli.folder, 'mirror', 'pulling'))).to.deep.equal([]);
      await good('mirror', 'export', 'public');
      const from = ['--offline', 'public', '--evidence', 'evidence.json'];
      const out = await good('pull', manifest, '--to', 'offline', ...from);
      expect(out).to.match(/^✓ bytes/);
      const alone = await run('pull', manifest, '--to', 'alone', '--offline', 'mirror');
      expect(alone.code).to.equal(22);
      expect(await readdir(cli.folder)).to.not.include('alone');
      const reason = ['--reason', 'a test'];
      expect(await good('mirror', 'deny', manifest, ...reason)).to.match(
        /^\d+ blobs are served no/,
      );
    });

    it('goes by a bucket from one machine to the next, which serve it', async () => {
      const s3 = await startS3();
      const env = { NEAR_CREDENTIALS_DIR: '', ...s3.env };
      const at = ['--endpoint', s3.options.endpoint];
      const there = async (...argv: string[]) => {
        const result = await cli.runWith({ env }, ...argv, ...at);
        expect(result.code, result.err).to.equal(0);
        return result.out;
      };
      try {
        await good('mirror', 'add', 'model', '--data', 'one');
        await there('mirror', 'export', 's3://weights/m', '--data', 'one');
        // The registry is gone, and so is the first machine.
        const only = ['--mirror', 's3://weights/m', '--registry', 'http://127.0.0.1:1'];
        expect(await there('pull', '1', '--to', 'bought', ...only)).to.match(/^✓ bytes/);
        expect(await there('mirror', 'add', '1', '--data', 'two', ...only)).to.contain(manifest);
        expect(await good('mirror', 'list', '--data', 'two')).to.contain(manifest);
        const keyless = await run('pull', '1', '--to', 'x', ...only, ...at);
        expect(keyless.err).to.match(/^NO_BUCKET_KEYS/m);
        const store = ['--store', 's3://weights/m', '--data', 'three'];
        const denied = ['mirror', 'deny', manifest, ...store, '--reason', 'a test'];
        const stop = new AbortController();
        const serving = cli.runWith(
          { env, signal: stop.signal },
          ...['mirror', 'serve', ...store, '--port', '0', ...at],
        );
        const blobs = /^(\d+) blobs/.exec(await there(...denied))![1];
        expect(Number(blobs)).to.be.above(9);
        stop.abort();
        expect((await serving).err).to.match(/Serves s3:\/\/weights\/m at http/);
      } finally {
        await s3.stop();
      }
    });

    it('is written down for other people’s tools, signed with a key', async () => {
      await run('oms', 'key', 'about.pem');
      await good('release', 'export', 'model', '--to', 'about', '--key', 'about.pem');
      expect(await readdir(join(cli.folder, 'about'))).to.have.members([
        ...['provenance.intoto.json', 'evaluation.intoto.json', 'bom.cdx.json'],
        ...['provenance.intoto.json.sigstore.json', 'evaluation.intoto.json.sigstore.json'],
        ...['essays@1', 'clean@1', 'packed@1'].map((id) => `${id}.croissant.json`),
      ]);
      const text = await readFile(join(cli.folder, 'about', 'clean@1.croissant.json'), 'utf8');
      expect(text).to.equal(await good('dataset', 'croissant', 'clean@1'));
      const away = ['--to', 'about-it', '--registry', 'http://127.0.0.1:1'];
      const alone = await run('release', 'export', 'model', ...away, '--json');
      // What this machine has it describes all the same.
      expect(alone.code, alone.err).to.equal(0);
    });

    it('is not taken on its own word', async () => {
      const offline = await run('verify', 'model', '--offline');
      expect(offline.code).to.equal(22);
      expect(offline.err).to.match(/^NOT_VERIFIED: the claim "vote" could not be checked/);
    });

    it('is pulled into no folder that holds something else', async () => {
      const result = await run('pull', '1', '--to', '.');
      expect(result.err).to.match(/TARGET_NOT_EMPTY/);
      expect(result.code).to.equal(3);
    });

    it('writes text', async () => {
      const flags = ['--prompt', 'The people', '--tokens', '8', '--seed', '7'];
      const { text } = await json<{ text: string }>('generate', 'model', ...flags);
      expect(text.length).to.be.greaterThan(0);
      expect(await json('generate', 'model', ...flags)).to.include({ text });
    });

    it('is evaluated on a text, by a signed record that names the weights', async () => {
      const weights = digestOf(await readFile(join(model(), 'model.safetensors')));
      await writeFile(
        join(cli.folder, 'unseen.txt'),
        'The people met the winter again. '.repeat(9),
      );
      const flags = ['model', '--text', 'unseen.txt', '--sequences', '4'];
      type Told = { record: Record<string, unknown>; evidence?: string };
      const told = await json<Told>('checkpoint', 'evaluate', ...flags);
      expect(told.record).to.include({ checkpoint: weights, sequences: 4, contextLength: 16 });
      expect(told.record.natsPerToken).to.be.within(1, 7);
      expect(told.record.bitsPerByte).to.be.within(1, 10);
      const signed = await json<Told>('checkpoint', 'evaluate', ...flags, '--attest');
      expect(signed.record).to.deep.equal(told.record);
      const said = await json<object[]>('attest', 'list', weights);
      expect(said.at(-1)).to.include({ by: 'founder.local', evidence: signed.evidence });
      const blank = join(cli.folder, 'blank.txt');
      await writeFile(blank, 'x');
      const short = await run('checkpoint', 'evaluate', 'model', '--text', 'blank.txt');
      expect(short.err).to.match(/^TOO_LITTLE_DATA: the text has 2 tokens/m);
    });

    it('is what another run goes on from, with its tokenizer and its weights', async () => {
      const { initialSeed, ...rest } = draft;
      void initialSeed;
      const write = (change: object) =>
        writeFile(join(cli.folder, 'second.json'), JSON.stringify({ ...rest, ...change }));
      const dry = ['run', 'propose', 'second.json', '--dry-run'];
      const weights = digestOf(await readFile(join(model(), 'model.safetensors')));
      const tokenizer = digestOf(await readFile(join(model(), 'tokenizer.json')));
      await good(
        ...['dataset', 'derive', 'more@1', 'essays@1', '--transform', 'tokenise-and-pack'],
        ...['--tokenizer', tokenizer, '--context', '16', '--heldout', '2000'],
      );
      await good('dataset', 'verify', 'more@1', '--reproduce');
      const parent = { release: manifest };
      await write({ parent, data: { dataset: 'more@1', seed: 1 } });
      const { spec, terms } = await json<SecondRun>(...dry);
      expect(spec.parent).to.deep.equal({ ...parent, weights, datasets: ['packed@1'] });
      expect(terms.datasets).to.deep.equal(['more@1', 'packed@1']);
      const forecast = ['--rounds', '1', '--workers', '1'];
      const { loss } = await json<{ loss: { before: number } }>(
        ...['run', 'rehearse', 'second.json', ...forecast],
      );
      await write({ initialSeed: 1, data: { dataset: 'more@1', seed: 1 } });
      const fresh = await json<{ loss: { before: number } }>(
        ...['run', 'rehearse', 'second.json', ...forecast],
      );
      // It knows something already.
      expect(loss.before).to.be.below(fresh.loss.before);

      await good(
        ...['dataset', 'derive', 'other@1', 'essays@1', '--transform', 'tokenise-and-pack'],
        ...['--vocab', '290', '--context', '16', '--heldout', '2000'],
      );
      await write({ parent, data: { dataset: 'other@1', seed: 1 } });
      const words = await run(...dry);
      expect(words.err).to.match(/PARENT_MISMATCH: the data is packed with another tokenizer/);
      await write({ parent: { release: weights } });
      const unknown = await run(...dry);
      expectOneSentence(unknown, /^NO_SUCH_RELEASE: the DAO has published no release sha256:/);
      expect(unknown.code).to.equal(4);
    });

    it('lives on in a run that a worker trains, and in the release of that', async () => {
      const { initialSeed, ...rest } = draft;
      void initialSeed;
      const parent = { release: manifest };
      const data = { dataset: 'more@1', seed: 1 };
      // With every claim audited, no round waits for challenges.
      const second = { ...rest, parent, data, auditedClaimsBps: 10_000, challengeWindowMs: 0 };
      await writeFile(join(cli.folder, 'second.json'), JSON.stringify(second));
      const funded = await json<{ proposal: number }>('run', 'propose', 'second.json');
      expect(await carry(funded.proposal)).to.match(/is executed: run 2\n$/);
      const worked = await workThrough('2');
      expect(worked.err).to.match(
        /Left run \d+: the run is completed\.\nSeat 0: 2 rounds verified/,
      );
      const flags = ['--release', '2.0.0', '--licence', 'Apache-2.0'];
      const made = await json<{ proposal: number }>('release', 'propose', '2', ...flags);
      expect(await carry(made.proposal)).to.match(/: release 2\n$/);
      const out = await good('pull', '2', '--to', 'child');
      expect(out).to.match(
        /^✓ lineage +attested +4 datasets.* release sha256:\w+ on record, as vo/m,
      );
      expect(await good('explain', 'child')).to.match(/attested +starts from +release sha256:/);
      const replayed = await json<{ rounds: { root: string; found: string }[] }>(
        ...['replay', 'child', '--claims', '0'],
      );
      expect(replayed.rounds).to.have.length(2);
      for (const { root, found } of replayed.rounds) expect(found).to.equal(root);
    });

    it('can be brought as a checkpoint of nobody’s vote, once it is in our encoding', async () => {
      const told = await json<{ weights: string; model: object }>('checkpoint', 'publish', 'model');
      expect(told.weights).to.equal(digestOf(await readFile(join(model(), 'model.safetensors'))));
      const { initialSeed, ...rest } = draft;
      void initialSeed;
      const second = { ...rest, model: told.model, parent: { weights: told.weights } };
      await writeFile(join(cli.folder, 'third.json'), JSON.stringify(second));
      const { spec } = await json<SecondRun>('run', 'propose', 'third.json', '--dry-run');
      expect(spec.parent).to.include({ release: null, weights: told.weights });
      expect(await good('run', 'propose', 'third.json', '--dry-run')).to.match(
        /starts from +weights sha256:\w+, from outside/,
      );
    });

    it('is not fetched once the DAO took it back, unless one asks for just that', async () => {
      const revoke = ['release', 'revoke', '1', '--reason', 'It repeats a private letter'];
      const { proposal } = await json<{ proposal: number }>(...revoke);
      await good('proposal', 'vote', `${proposal}`, 'yes');
      await good('network', 'forward', '2m');
      type Executed = { status: string; transaction: string };
      const done = await json<Executed>('proposal', 'execute', `${proposal}`);
      expect(done.status).to.equal('executed');
      const refused = await run('pull', '1', '--to', 'revoked');
      expectOneSentence(
        refused,
        /^RELEASE_REVOKED: the DAO took release 1 back; nothing was fetched/,
      );
      expect(refused.code).to.equal(6);
      expect(await readdir(cli.folder)).to.not.include('revoked');
      const looked = await run('pull', '1', '--to', 'revoked', '--even-revoked');
      expect(looked.code).to.equal(22);
      expect(await readdir(cli.folder)).to.include('revoked');
      // A file that was kept before does not know; evidence can.
      const kept = ['verify', 'model', '--evidence', 'evidence.json', '--policy', 'trusted.json'];
      expect(await good(...kept, '--proof', 'e.jsonl')).to.match(/✓ vote/);
      const { hash } = (JSON.parse(head) as { head: { hash: string } }).head;
      const collect = ['release', 'evidence', '1', '--transaction', done.transaction];
      await good(...collect, '--to', 'e.jsonl', '--head', hash);
      const proven = await run(...kept, '--proof', 'e.jsonl');
      expect(proven.code).to.equal(22);
      expect(proven.out).to.match(/✗ vote +proven +release 1 was revoked by block/);
    });

    it('is refused with one flipped byte, with the exit code of its bytes', async () => {
      const file = join(model(), 'model.safetensors');
      const bytes = await readFile(file);
      bytes[bytes.length - 1]! ^= 1;
      await writeFile(file, bytes);
      const { code, err, out } = await run('verify', 'model');
      expect(code).to.equal(20);
      expect(out).to.match(/^✗ bytes +proven +model\.safetensors differs/);
      expect(err).to.match(/^NOT_VERIFIED: the claim "bytes" does not hold/);
    });
  });

  describe('in the end', () => {
    it('is not started twice on one port', async () => {
      const port = new URL(network.rpcUrl).port;
      const result = await run('network', 'up', '--data', 'other', '--port', port);
      expect(result.err).to.match(/PORT_IN_USE|taken/);
      expect(result.code).to.equal(2);
    });

    it('goes on where it stopped', async () => {
      const before = await good('dataset', 'list');
      await network.stop();
      const down = await run('run', 'list', '--rpc', network.rpcUrl, '--contract', 'dao.local');
      expect(down.code).to.equal(5);
      expectOneSentence(await run('run', 'list'), /^NO_CONTRACT/);
      network = await UpNetwork.start(cli);
      expect(await good('dataset', 'list')).to.equal(before);
      expect(await good('run', 'list')).to.match(/1 +completed/);
    });
  });
});

interface SecondRun {
  readonly spec: { readonly parent: object };
  readonly terms: { readonly datasets: string[] };
}

/** `network up`, running in this process until it is told to stop. */
class UpNetwork {
  private constructor(
    readonly data: string,
    readonly rpcUrl: string,
    private readonly abort: AbortController,
    private readonly ended: Promise<CliResult>,
  ) {}

  static async start(cli: CliFolder): Promise<UpNetwork> {
    const abort = new AbortController();
    const ended = cli.runWith(
      { signal: abort.signal },
      ...['network', 'up', '--data', 'net', '--port', '0'],
    );
    const data = join(cli.folder, 'net');
    for (;;) {
      const pointer = join(cli.folder, '.commonweights', 'current.json');
      const up = await readFile(pointer, 'utf8').catch(() => null);
      if (up) break;
      const failed = await Promise.race([ended, new Promise<null>((r) => setTimeout(r, 20, null))]);
      if (failed) throw new Error(failed.err);
    }
    const profile = await readFile(join(data, 'network.json'), 'utf8');
    const { rpcUrl } = JSON.parse(profile) as { rpcUrl: string };
    return new UpNetwork(data, rpcUrl, abort, ended);
  }

  async stop(): Promise<void> {
    this.abort.abort();
    const { code, err } = await this.ended;
    expect(code, err).to.equal(0);
  }
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
