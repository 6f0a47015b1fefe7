import { expect } from 'chai';
import { compareExplanations } from '@commonweights/trainer/release/compare-explanations.js';
import { explainRelease } from '@commonweights/trainer/release/explain-release.js';
import type { Explanation } from '@commonweights/trainer/release/explanation.js';
import type { ProvenBlock } from '@commonweights/dao-contracts/client/light-client.js';
import type { Decision } from '@commonweights/trainer/release/decision-proof.js';
import { statementsOf } from '@commonweights/trainer/release/statements.js';
import { writeExplanationPage } from '@commonweights/trainer/release/explanation-page.js';
import { verifyMaterial } from '@commonweights/trainer/release/verify-material.js';
import { buildRelease } from '@commonweights/trainer/release/build-release.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import { canonicalJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { factsOf, smallRelease, smallRun, sparse, type Small } from './small-release.js';

const near = 10n ** 24n;
const story = {
  proposal: { id: 9, yes: '90', no: '10', abstain: '0', totalWeight: '120' },
  funding: null,
  votes: [
    { account: 'ada.near', choice: 'yes' as const, weight: '90' },
    { account: 'bob.near', choice: 'no' as const, weight: '10' },
  ],
  paidYocto: 12n * near,
  budgetYocto: 20n * near + near / 2n,
};

function explain(small: Small, chain = small.facts as Small['facts'] | null): Explanation {
  const material = {
    ...{ files: small.files, manifest: small.built.manifest, chain },
    manifestDigest: small.built.digest,
  };
  const verdicts = verifyMaterial(material);
  return explainRelease(material, { verdicts, story: chain ? story : null });
}

const find = (it: Explanation, title: string, what: string) =>
  it.chapters.find((one) => one.title === title)?.statements.find((one) => one.what === what);

describe('an explanation of a release', () => {
  const small = smallRelease(sparse);
  const it_ = explain(small);

  it('tells who signed what about it, and with what to show', () => {
    const title = 'What others say of it';
    expect(find(it_, title, 'signed')).to.include({ value: 'nothing, by nobody' });
    const evidence = digestOf(new Uint8Array(1));
    const subject = small.built.digest;
    const said = [
      { by: 'ada.near', purpose: 'reproduces' as const, subject, evidence, atMs: 0 },
      { by: 'eve.near', purpose: 'disputes' as const, subject, evidence: null, atMs: 0 },
    ];
    const known = { standing: '9', verifiedRounds: 24, auditsRight: 6, slashes: 1 };
    const standings = { 'ada.near': known };
    const told = explain(small, { ...small.facts, attestations: said, standings });
    expect(find(told, title, 'ada.near')).to.deep.equal({
      ...{ what: 'ada.near', standing: 'attested' },
      value:
        `reproduces it, 1970-01-01T00:00:00.000Z, and shows ${evidence}; ` +
        'known here for 24 rounds, 6 audits, 1 slashes',
    });
    expect(find(told, title, 'eve.near')!.value)
      .to.contain('disputes it')
      .and.contain('nothing');
    expect(find(told, 'What stands against it', 'eve.near')!.value).to.contain('disputes this');
    const unasked = explain(small, { ...small.facts, attestations: null });
    expect(unasked.chapters.map((one) => one.title)).to.not.include(title);
  });

  it('tells what evidence proves to be said, and what only a chain says of it', () => {
    const subject = small.built.digest;
    const block = { height: 7, hash: 'h' } as ProvenBlock;
    const shown = [
      { by: 'ada.near', purpose: 'reproduces' as const, block },
      { by: '0xab', purpose: 'endorses' as const, block },
    ];
    const decision = { kind: 'proven', attestations: shown, votes: [] } as unknown as Decision;
    const ada = {
      by: 'ada.near',
      purpose: 'reproduces' as const,
      subject,
      evidence: null,
      atMs: 0,
    };
    const chain = { ...small.facts, attestations: [ada, { ...ada, by: 'bob.near' }] };
    expect(
      statementsOf({ chain, decision }).map(({ by, standing, known }) => [by, standing, known]),
    ).to.deep.equal([
      ['ada.near', 'proven', null],
      ['bob.near', 'attested', null],
      ['0xab', 'proven', null],
    ]);
    expect(statementsOf({ chain: null, decision: null })).to.deep.equal([]);
    expect(
      ['__proto__', 'constructor'].map((by) => {
        const strange = { ...chain, attestations: [{ ...ada, by }] };
        return statementsOf({ chain: strange, decision: null })[0]!.known;
      }),
    ).to.deep.equal([null, null]);
  });

  it('tells what each was paid: by the log, and by what a chain says that it earned', () => {
    const paid = 'Who was paid what';
    const rows = it_.chapters.find(({ title }) => title === paid)!.statements;
    expect(rows.map(({ what, value, standing }) => [what, value, standing])).to.deep.equal([
      ['worker.near, seat 0', '2 rounds verified, for 0.000 NEAR each', 'proven'],
      ['worker.near, seat 0', '0.000 NEAR earned in all; trainer, active', 'attested'],
      ['auditor.near, seat 1', '0.000 NEAR earned in all; auditor, active', 'attested'],
    ]);
    const alone = explain(small, null).chapters.find(({ title }) => title === paid)!;
    expect(alone.statements.map(({ standing }) => standing)).to.deep.equal(['declared']);
  });

  it('tells what it started from: a seed, a release, or weights of unknown making', () => {
    const { params } = small.input.state;
    const weights = digestOf(small.files.get('model.safetensors')!);
    const started = (release: boolean) => {
      const parent = release
        ? { weights, release: small.built.digest, datasets: ['speeches-packed@1'] }
        : { weights, release: null, datasets: [] };
      const one = smallRelease(sparse, { parent, params });
      return find(explain(one), 'Who computed it', 'starts from')!;
    };
    const seed = find(it_, 'Who computed it', 'starts from')!;
    expect(seed).to.include({ value: 'random weights, seed 7', standing: 'proven' });
    expect(started(true).value).to.include(`release ${small.built.digest}, which has a history`);
    expect(started(false).value).to.match(/nobody recorded what they learned from$/);
  });

  it('tells data, computation, checks, decision and cost, each with its standing', () => {
    expect(find(it_, 'What it is', 'manifest')).to.include({ standing: 'proven' });
    expect(find(it_, 'What it learned from', 'dataset')).to.deep.equal({
      ...{ what: 'dataset', value: 'speeches-packed@1', standing: 'proven' },
    });
    // Two final rounds of one update: 4 steps × 2 sequences × 8 tokens each.
    expect(find(it_, 'What it learned from', 'tokens seen in training')!.value).to.equal(
      '128 (0.02 × its training part)',
    );
    expect(find(it_, 'Data: speeches@1', 'source')!.standing).to.equal('declared');
    expect(find(it_, 'Data: speeches@1', 'share of alice.near')!.value).to.equal('100.00 %');
    expect(find(it_, 'Who computed it', 'rounds')!.value).to.equal('2 final, 1 rewound, 1 aborted');
    expect(find(it_, 'Who computed it', 'worker.near')).to.deep.equal({
      ...{ what: 'worker.near', value: '2 updates counted', standing: 'proven' },
    });
    const decided = 'Who decided, and what it cost';
    expect(find(it_, decided, 'vote on the release')).to.deep.equal({
      what: 'vote on the release',
      value: 'proposal 9: yes 90, no 10, abstained 0, of 120',
      standing: 'attested',
    });
    expect(find(it_, decided, 'vote of bob.near')).to.deep.equal({
      ...{ what: 'vote of bob.near', value: 'no, with weight 10', standing: 'attested' },
    });
    expect(find(it_, decided, 'cost')!.value).to.equal('12.000 of 20.500 NEAR');
    expect(find(it_, 'How it was evaluated', 'heldOut.loss')!.value).to.equal('2.5');
  });

  it('tells what stands against it', () => {
    const against = 'What stands against it';
    expect(find(it_, against, 'consensus: warn')).to.not.equal(undefined);
    const status = { ...small.facts.datasets[0]!, status: 'withdrawn' as const };
    const datasets = [status, ...small.facts.datasets.slice(1)];
    const withdrawn = explain(small, { ...small.facts, datasets });
    expect(find(withdrawn, against, `dataset ${status.id}`)!.value).to.equal('withdrawn');
  });

  it('calls nothing proven or attested that rests on a claim that nobody checked', () => {
    const alone = explain(small, null);
    expect(find(alone, 'Who computed it', 'worker.near')!.standing).to.equal('declared');
    expect(find(alone, 'Data: speeches@1', 'files')!.standing).to.equal('declared');
    const rounds = structuredClone(small.input.rounds) as RoundRecord[];
    rounds[3]!.root = digestOf(new Uint8Array(7));
    const files = new Map(small.files).set(
      'provenance/rounds.json',
      new TextEncoder().encode(canonicalJson(rounds)),
    );
    const altered = explain({ ...small, files });
    expect(find(altered, 'What it is', 'weights')!.standing).to.equal('declared');
    expect(find(alone, 'Who decided, and what it cost', 'vote')!.standing).to.equal('declared');
  });

  it('of two releases tells only what differs', () => {
    expect(compareExplanations(it_, explain(small))).to.deep.equal([]);
    const input = { ...smallRun(sparse), version: '1.1.0', licence: 'MIT' };
    const built = buildRelease(input);
    const other: Small = {
      ...small,
      ...{ built, files: new Map(built.files.map(({ path, bytes }) => [path, bytes])) },
    };
    const differs = compareExplanations(it_, explain(other, factsOf(input, built)));
    expect(differs[0]).to.deep.include({ title: 'What it is' });
    expect(differs[0]!.statements.map(({ what, value }) => `${what}: ${value}`)).to.include.members(
      ['name: Speeches 1.0.0 → Speeches 1.1.0', 'licence of the weights: Apache-2.0 → MIT'],
    );
  });

  it('is told with every statement that differs, where several have one name', () => {
    const of = (...values: string[]): Explanation => ({
      ...{ title: 't', manifest: 'm' },
      chapters: [
        {
          title: 'What it learned from',
          statements: values.map((value) => ({ what: 'source', value, standing: 'declared' })),
        },
      ],
    });
    const told = (a: Explanation, b: Explanation) =>
      compareExplanations(a, b).flatMap(({ statements }) => statements.map(({ value }) => value));
    expect(told(of('a', 'b', 'c'), of('x', 'b', 'c'))).to.deep.equal(['a → x']);
    expect(told(of('a', 'b'), of('b'))).to.deep.equal(['a → –']);
    expect(told(of('b'), of('a', 'b', 'c'))).to.deep.equal(['– → a', '– → c']);
    expect(told(of('a', 'b'), of('b', 'a'))).to.deep.equal([]);
  });

  it('is a page that runs and fetches nothing, whatever strangers called their data', () => {
    const evil = '<script>alert(1)</script><img src=x onerror=alert(1)>"\u202e';
    const chapters = [
      { title: evil, statements: [{ what: evil, value: evil, standing: 'declared' }] },
    ];
    const page = writeExplanationPage({ ...it_, title: evil, chapters } as Explanation);
    expect(page).to.not.match(/<(script|img|iframe|link|object)/i);
    expect(page).to.not.contain('\u202e');
    expect(page).to.contain('&lt;script&gt;').and.contain("default-src 'none'");
    expect(writeExplanationPage(it_)).to.contain('Who computed it');
    expect(digestOf(new TextEncoder().encode(writeExplanationPage(it_)))).to.equal(
      digestOf(new TextEncoder().encode(writeExplanationPage(explain(small)))),
    );
  });
});
