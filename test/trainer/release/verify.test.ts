import { expect } from 'chai';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import { encodeState, encodeMomentum } from '@commonweights/trainer/checkpoint/state.js';
import { llamaLayout } from '@commonweights/trainer/program/llama.js';
import { buildRelease } from '@commonweights/trainer/release/build-release.js';
import { EXIT_CODES, exitCodeOf } from '@commonweights/trainer/release/exit-codes.js';
import { decodeRunSpec } from '@commonweights/trainer/run/run-spec.js';
import type { ReleaseFacts } from '@commonweights/trainer/release/release-facts.js';
import {
  datasets,
  diloco,
  factsOf,
  json,
  smallRelease,
  smallRun,
  sparse,
  statusOf,
  verifyUnderOwnManifest,
  verifyUnderVotedManifest,
  type Small,
} from './small-release.js';

const honest = {
  bytes: 'pass',
  structure: 'pass',
  vote: 'pass',
  rounds: 'pass',
  weights: 'pass',
  lineage: 'pass',
  licence: 'pass',
  takedown: 'pass',
  consensus: 'warn',
};

describe('a release', () => {
  for (const outer of [sparse, diloco]) {
    describe(`of a ${outer.kind} run`, () => {
      let small: Small;
      before(() => {
        small = smallRelease(outer);
      });

      it('passes every claim, and says that a local network is no independent consensus', () => {
        const verdicts = verifyUnderVotedManifest(small, small.files);
        expect(statusOf(verdicts), JSON.stringify(verdicts, null, 1)).to.deep.equal(honest);
        expect(verdicts.at(-1)!.detail).to.contain('no independent consensus');
        expect(exitCodeOf(verdicts)).to.equal(0);
      });

      it('is the same bytes from the same records', () => {
        expect(smallRelease(outer).built).to.deep.equal(small.built);
      });

      it('fails "bytes" for a flipped bit in any of its files', () => {
        for (const [path, bytes] of small.files) {
          const flipped = bytes.slice();
          flipped[flipped.length >> 1]! ^= 1;
          const files = new Map(small.files).set(path, flipped);
          const verdicts = verifyUnderVotedManifest(small, files);
          expect(statusOf(verdicts).bytes, path).to.equal('fail');
          expect(exitCodeOf(verdicts)).to.equal(20);
        }
      });

      it('fails a claim beyond "bytes" for a change in any file, even under a manifest voted for', () => {
        for (const [path, bytes] of small.files) {
          const flipped = bytes.slice();
          flipped[flipped.length >> 1]! ^= 1;
          const files = new Map(small.files).set(path, flipped);
          const verdicts = verifyUnderOwnManifest(small.facts, files);
          expect(statusOf(verdicts).bytes).to.equal('pass');
          expect(exitCodeOf(verdicts), `${path} may be changed`).to.be.greaterThan(20);
        }
      });

      it('fails when any file is missing', () => {
        for (const path of small.files.keys()) {
          const files = new Map(small.files);
          files.delete(path);
          expect(exitCodeOf(verifyUnderVotedManifest(small, files))).to.equal(20);
          expect(exitCodeOf(verifyUnderOwnManifest(small.facts, files)), path).to.not.equal(0);
        }
      });
    });
  }

  it('has the digest of its weights file as state root when there is no momentum', () => {
    const { files, built } = smallRelease(sparse);
    expect(digestOf(files.get('model.safetensors')!)).to.equal(built.root);
  });

  describe('of a run whose spec has a chat template', () => {
    const chatTemplate = '{% for one in messages %}{{ one.content }}\n{% endfor %}';
    const path = 'chat_template.jinja';
    const run = smallRun(sparse);
    const input = { ...run, spec: { ...run.spec, chatTemplate } };
    const built = buildRelease(input);
    const facts = factsOf(input, built);
    const files = new Map(built.files.map(({ path: at, bytes }) => [at, bytes]));

    it('has it as the file that loaders look for, voted on with the run', () => {
      expect(new TextDecoder().decode(files.get(path))).to.equal(chatTemplate);
      expect(statusOf(verifyUnderOwnManifest(facts, files))).to.deep.equal(honest);
    });

    it('is refused with another one, and so is a run without one', () => {
      const code = (of: ReleaseFacts, changed: ReadonlyMap<string, Uint8Array>) =>
        verifyUnderOwnManifest(of, changed).find(({ claim }) => claim === 'structure')!.code;
      const other = new TextEncoder().encode(`${chatTemplate}{{ cycler }}`);
      expect(code(facts, new Map(files).set(path, other))).to.equal('DESCRIPTION_ALTERED');
      const bare = smallRelease(sparse);
      expect(code(bare.facts, new Map(bare.files).set(path, other))).to.equal('FILE_UNKNOWN');
    });

    it('is no spec with one that is empty, too long or half a character', () => {
      for (const bad of ['', 'x'.repeat(32_769), '\ud800', 7, null]) {
        expect(() => decodeRunSpec({ ...run.spec, chatTemplate: bad })).to.throw(
          'BAD_RUN_SPEC: chatTemplate',
        );
      }
    });
  });

  it('has a card of what the records say, its limits among it', () => {
    const run = smallRun(sparse);
    const card = (changes: object) => {
      const { files } = buildRelease({ ...run, ...changes });
      return new TextDecoder().decode(files.find(({ path }) => path === 'README.md')!.bytes);
    };
    const text = card({});
    for (const chapter of ['Model', 'Training', 'Data', 'Evaluation', 'Limits', 'Attestations']) {
      expect(text).to.contain(`\n## ${chapter}\n`);
    }
    // Two rounds that stand, of one update each: 4 steps of 2 sequences of 8 tokens.
    expect(text).to.contain('It saw 128 tokens in training');
    expect(text).to.contain('has no chat template');
    expect(text).to.not.contain('No evaluation of safety');
    expect(card({ evaluation: { heldOut: 1 } })).to.contain('No evaluation of safety');
  });

  it('is refused when the records do not belong together', () => {
    const run = smallRun(sparse);
    const refused = (change: object) =>
      expect(() => buildRelease({ ...run, ...change })).to.throw('RELEASE_INCONSISTENT');
    refused({ rounds: run.rounds.slice(0, -1) });
    refused({ rounds: run.rounds.slice(1) });
    refused({ program: new Uint8Array(3) });
    refused({ datasets: datasets.slice(1) });
    refused({ datasets: [...datasets, { ...datasets[2]!, id: 'other@1' }] });
    refused({ state: { ...run.state, params: run.state.params.map((value) => value / 2) } });
    refused({ fingerprint: { ...run.fingerprint, version: '1.29.0' } });
  });

  it('escapes what strangers wrote into its card', () => {
    const run = smallRun(sparse);
    const evil = '<script>alert(1)</script> | ![x](http://evil) \n# Title';
    const records = run.datasets.map((one) => ({ ...one, title: evil }));
    const { files } = buildRelease({ ...run, datasets: records, title: evil });
    const card = new TextDecoder().decode(files.find((one) => one.path === 'README.md')!.bytes);
    expect(card).to.not.contain('<script>');
    expect(card).to.not.contain('![x]');
    expect(card).to.not.match(/^# Title/m);
  });
});

describe('verification', () => {
  const small = smallRelease(sparse);
  const momentum = smallRelease(diloco);
  const layout = llamaLayout(small.input.spec.model);

  /** Status of one claim with other files under their own manifest. */
  const withFile = (of: Small, path: string, bytes: Uint8Array) =>
    statusOf(verifyUnderOwnManifest(of.facts, new Map(of.files).set(path, bytes)));
  const withFacts = (change: Partial<ReleaseFacts>) =>
    verifyUnderVotedManifest(small, small.files, { ...small.facts, ...change });
  const withRounds = (change: (rounds: RoundRecord[]) => unknown) => {
    const rounds = structuredClone(small.input.rounds) as RoundRecord[];
    change(rounds);
    return withFile(small, 'provenance/rounds.json', json(rounds)).rounds;
  };

  it('leaves unknown what needs a chain when there is none, and does not pass', () => {
    const verdicts = verifyUnderVotedManifest(small, small.files, null);
    expect(statusOf(verdicts)).to.deep.equal({
      ...honest,
      vote: 'unknown',
      rounds: 'unknown',
      lineage: 'unknown',
      licence: 'unknown',
      takedown: 'unknown',
      consensus: 'unknown',
    });
    expect(exitCodeOf(verdicts)).to.equal(EXIT_CODES.vote);
  });

  it('CycloneDX #862: names a file that is not in the manifest', () => {
    const files = new Map(small.files).set('chat_template.jinja', new Uint8Array(1));
    const verdicts = verifyUnderVotedManifest(small, files);
    expect(statusOf(verdicts)).to.include({ bytes: 'fail', structure: 'fail' });
    expect(verdicts[0]!.detail).to.contain('chat_template.jinja');
    const voted = statusOf(verifyUnderOwnManifest(small.facts, files));
    expect(voted).to.include({ bytes: 'pass', structure: 'fail' });
  });

  it('fails "weights" for other weights, even with every file and the manifest fitting', () => {
    const params = small.input.state.params.slice();
    params[3]! += 1;
    const bytes = encodeState({ params, momentum: null }, layout);
    expect(withFile(small, 'model.safetensors', bytes)).to.include({
      structure: 'pass',
      weights: 'fail',
      rounds: 'pass',
    });
  });

  it('fails "weights" for another outer momentum', () => {
    const other = encodeMomentum(new Float32Array(layout.length));
    const files = new Map(momentum.files).set('provenance/outer-state.safetensors', other);
    const note = { version: 1, root: momentum.built.root, parameters: layout.length };
    files.set('provenance/state.json', json({ ...note, momentum: digestOf(other) }));
    expect(statusOf(verifyUnderOwnManifest(momentum.facts, files)).weights).to.equal('fail');
  });

  it('fails "weights" when the DAO voted for another root', () => {
    const release = { ...small.facts.release!, root: digestOf(new Uint8Array(1)) };
    expect(statusOf(withFacts({ release })).weights).to.equal('fail');
  });

  it('fails "vote" for no vote, another manifest, a revoked release and another evaluation', () => {
    const release = small.facts.release!;
    const other = digestOf(new Uint8Array(1));
    for (const change of [
      null,
      { ...release, manifest: other },
      { ...release, status: 'revoked' as const },
      { ...release, evaluation: other },
      { ...release, title: 'Another' },
      { ...release, version: '2.0.0' },
    ]) {
      expect(exitCodeOf(withFacts({ release: change }))).to.equal(EXIT_CODES.vote);
    }
  });

  it('fails "rounds" for every break in the log', () => {
    expect(withRounds(() => {})).to.equal('pass');
    expect(withRounds((rounds) => rounds.splice(1, 1))).to.equal('fail');
    expect(withRounds((rounds) => rounds.pop())).to.equal('fail');
    expect(withRounds((rounds) => rounds.reverse())).to.equal('fail');
    expect(withRounds((rounds) => (rounds[0]!.claims[0]!.account = 'me.near'))).to.equal('fail');
    expect(withRounds((rounds) => (rounds[3]!.claims[0]!.updateBytes = 1))).to.equal('fail');
    expect(withRounds((rounds) => (rounds.length = 0))).to.equal('fail');
  });

  it('fails "rounds" when roots do not join, though the hashes do', () => {
    const run = smallRun(sparse);
    const rounds = structuredClone(run.rounds) as RoundRecord[];
    rounds[3]!.startRoot = digestOf(new Uint8Array(9));
    const facts = factsOf({ ...run, rounds }, small.built);
    const files = new Map(small.files).set('provenance/rounds.json', json(rounds));
    const verdicts = verifyUnderOwnManifest(facts, files);
    expect(statusOf(verdicts).rounds).to.equal('fail');
  });

  it('follows a rewind by vote to the root it names, and to no other', () => {
    const run = smallRun(sparse);
    const statusWith = (changes: Partial<RoundRecord>) => {
      const [first, second, third, last] = structuredClone(run.rounds) as RoundRecord[];
      const unwanted = digestOf(new Uint8Array(7));
      const rounds = [
        first!,
        {
          ...{ ...second!, outcome: 'final' as const, root: unwanted },
          claims: [{ ...second!.claims[0]!, verdict: 'passed' as const }],
          audits: [{ ...second!.audits[0]!, verdict: 'passed' as const }],
        },
        {
          ...third!,
          ...{ outcome: 'rewind' as const, startRoot: unwanted, root: first!.root, to: 1 },
          ...changes,
        },
        last!,
      ];
      for (const [i, record] of rounds.entries()) {
        record.previous = i === 0 ? null : digestOfJson(rounds[i - 1]);
      }
      const facts = factsOf({ ...run, rounds }, small.built);
      const files = new Map(small.files).set('provenance/rounds.json', json(rounds));
      return statusOf(verifyUnderOwnManifest(facts, files)).rounds;
    };
    expect(statusWith({})).to.equal('pass');
    expect(statusWith({ root: digestOf(new Uint8Array(8)) })).to.equal('fail');
    expect(statusWith({ to: 2 })).to.equal('fail');
    expect(statusWith({ startRoot: digestOf(new Uint8Array(8)) })).to.equal('fail');
  });

  it('fails "rounds" when a final round counts an update that failed its audit', () => {
    const run = smallRun(sparse);
    const rounds = structuredClone(run.rounds) as RoundRecord[];
    rounds[3]!.claims[0]!.verdict = 'failed';
    const facts = factsOf({ ...run, rounds }, small.built);
    const files = new Map(small.files).set('provenance/rounds.json', json(rounds));
    expect(statusOf(verifyUnderOwnManifest(facts, files)).rounds).to.equal('fail');
  });

  it('warns in "rounds" of wrong work that a round kept, by its terms and by name', () => {
    const run = smallRun(sparse);
    const spec = { ...run.spec, taintedShareBpsMax: 5_000 };
    const rounds = structuredClone(run.rounds) as RoundRecord[];
    const last = rounds[3]!;
    const [wrong] = last.claims;
    last.claims.push({
      ...wrong!,
      seat: 2,
      account: 'second.near',
      slice: 2,
      verdict: 'unaudited',
    });
    wrong!.verdict = last.audits[0]!.verdict = 'failed';
    last.tainted = [0];
    const input = { ...run, spec, rounds };
    const built = buildRelease(input);
    const verdicts = verifyUnderOwnManifest(
      factsOf(input, built),
      new Map(built.files.map(({ path, bytes }) => [path, bytes])),
    );
    expect(statusOf(verdicts)).to.deep.equal({ ...honest, rounds: 'warn' });
    expect(verdicts.find(({ claim }) => claim === 'rounds')!.detail).to.contain(
      'wrong work stayed in round 4',
    );
  });

  it('fails "lineage" for another spec, program, tokenizer, seed or dataset than voted on', () => {
    const { release, run } = small.facts;
    const other = digestOf(new Uint8Array(1));
    const voted = statusOf(withFacts({ release: { ...release!, spec: other } }));
    expect(voted.lineage, 'spec').to.equal('fail');
    for (const name of ['program', 'fingerprint', 'tokenizer', 'initialRoot'] as const) {
      expect(statusOf(withFacts({ run: { ...run!, [name]: other } })).lineage, name).to.equal(
        'fail',
      );
    }
    expect(statusOf(withFacts({ run: { ...run!, datasets: [] } })).lineage).to.equal('fail');
    const changed = small.facts.datasets.map((one) => ({ ...one, source: 'elsewhere' }));
    expect(statusOf(withFacts({ datasets: changed })).lineage).to.equal('fail');
    const spec = { ...small.input.spec, initialSeed: 8 };
    expect(withFile(small, 'provenance/run-spec.json', json(spec)).lineage).to.equal('fail');
  });

  describe('of a run that went on from another release', () => {
    const { built, input } = smallRelease(diloco);
    const weights = digestOf(built.files.find(({ path }) => path === 'model.safetensors')!.bytes);
    const parent = { weights, release: built.digest, datasets: ['speeches-packed@1'] };
    const from = { parent, params: input.state.params };
    const lineageOf = (one: Small, facts = one.facts) =>
      verifyUnderVotedManifest(one, one.files, facts).find(({ claim }) => claim === 'lineage')!;

    it('proves that it began with those weights, where its state is nothing else', () => {
      expect(lineageOf(smallRelease(sparse, from))).to.include({
        ...{ status: 'pass', standing: 'proven' },
        detail: `3 datasets, program, tokenizer and release ${built.digest} on record, as voted`,
      });
    });

    it('takes the vote’s word for a state with momentum, and says how to compute it', () => {
      const found = lineageOf(smallRelease(diloco, from));
      expect(found).to.include({ status: 'pass', standing: 'attested' });
      expect(found.detail).to.match(/"commonweights replay" computes the start from the parent$/);
    });

    it('fails "lineage" where it began with something else, or the vote named less data', () => {
      const other = { ...from, params: from.params.map((x) => x + 1) };
      expect(() => smallRelease(sparse, other)).to.throw(
        /RELEASE_INCONSISTENT: lineage: the first/,
      );
      const small = smallRelease(diloco, from);
      const run = { ...small.facts.run!, initialRoot: weights };
      expect(lineageOf(small, { ...small.facts, run }).detail).to.match(/names another initial st/);
      const more = { ...parent, datasets: ['speeches-packed@1', 'unknown@1'] };
      expect(() => smallRelease(diloco, { ...from, parent: more })).to.throw(
        /RELEASE_INCONSISTENT: lineage: unknown@1 is not on record/,
      );
    });
  });

  it('fails "lineage" for datasets that descend from themselves', () => {
    const loop = [datasets[0]!, datasets[1]!, { ...datasets[2]!, parents: datasets[0]!.parents }];
    const status = withFile(small, 'provenance/datasets.json', json(loop));
    expect(status.lineage).to.equal('fail');
  });

  it('fails "licence" for one that the policy does not allow, warns when one was re-concluded', () => {
    expect(statusOf(withFacts({ licences: ['MIT'] })).licence).to.equal('fail');
    expect(exitCodeOf(withFacts({ licences: [] }))).to.equal(EXIT_CODES.licence);
    const run = smallRun(sparse);
    const records = run.datasets.map((one) => ({ ...one, licenceDeclared: 'CC-BY-4.0' }));
    const built = buildRelease({ ...run, datasets: records });
    const facts = factsOf({ ...run, datasets: records }, built);
    const files = new Map(built.files.map(({ path, bytes }) => [path, bytes]));
    expect(statusOf(verifyUnderOwnManifest(facts, files)).licence).to.equal('warn');
  });

  it('fails "takedown" for withdrawn data, warns for disputed, is unknown for unregistered', () => {
    const withStatus = (status: 'active' | 'disputed' | 'withdrawn') =>
      withFacts({ datasets: small.facts.datasets.map((one) => ({ ...one, status })) });
    expect(exitCodeOf(withStatus('withdrawn'))).to.equal(EXIT_CODES.takedown);
    expect(statusOf(withStatus('disputed')).takedown).to.equal('warn');
    expect(exitCodeOf(withStatus('disputed'))).to.equal(0);
    expect(statusOf(withFacts({ datasets: [] })).takedown).to.equal('unknown');
  });

  it('has an exit code for nothing verified', () => {
    expect(exitCodeOf([])).to.equal(20);
  });
});
