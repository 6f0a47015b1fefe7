import { expect } from 'chai';
import { proveDecision, type Decision } from '@commonweights/trainer/release/decision-proof.js';
import type { EvidenceEntry } from '@commonweights/trainer/release/evidence-bundle.js';
import { explainRelease } from '@commonweights/trainer/release/explain-release.js';
import { seeWhole } from '@commonweights/trainer/release/material.js';
import { judgeMaterial } from '@commonweights/trainer/release/verify-material.js';
import { decidedChain, published, voted, type DecidedChain } from './proven-decision.js';
import { smallRelease, sparse } from './small-release.js';

const small = smallRelease(sparse);
const { digest: manifest } = small.built;

describe('the votes on a release, proven', function () {
  this.timeout(60_000);

  const votesOf = (decision: Decision) =>
    decision.kind === 'proven'
      ? decision.votes.map(({ account, choice, weight }) => `${account} ${choice} ${weight}`)
      : decision.code;
  let chain: DecidedChain;
  let shown: EvidenceEntry[];
  const collect = async (event: object, proposal = 9) =>
    chain.collect(await chain.say({ event }), { head: chain.early.hash, proposal });
  const proveOn = (more: readonly EvidenceEntry[]) =>
    proveDecision({
      ...{ bundle: chain.bundle(more), head: chain.early, dao: chain.dao, manifest },
    });

  before(async () => {
    chain = await decidedChain(small);
    const ada = await collect(voted(9, 'ada.near', 'yes', '5'));
    const bob = await collect(voted(9, 'bob.near', 'no', '2'));
    shown = [...bob, ...ada, ...ada];
    shown.push(...(await collect(published(chain.facts.release!))));
  });
  after(() => chain.stop());

  it('names who voted, how and with what weight, each once and in order', () => {
    const decision = proveOn(shown);
    expect(votesOf(decision)).to.deep.equal(['ada.near yes 5', 'bob.near no 2']);
    const { files, built } = small;
    const whole = { files, manifest: built.manifest, manifestDigest: manifest, chain: null };
    const vote = judgeMaterial({ ...seeWhole(whole), decision }).find(
      ({ claim }) => claim === 'vote',
    )!;
    expect(vote.detail).to.contain('votes shown: ada.near yes 5, bob.near no 2');
    const told = explainRelease(
      { ...whole, decision },
      { verdicts: judgeMaterial({ ...seeWhole(whole), decision }), story: null },
    );
    const chapter = told.chapters.find(({ title }) => title.startsWith('Who decided'))!;
    expect(
      chapter.statements
        .filter(({ what }) => what.startsWith('vote of'))
        .map(({ what, value, standing }) => [what, value.split(', in')[0], standing]),
    ).to.deep.equal([
      ['vote of ada.near', 'yes, with weight 5', 'proven'],
      ['vote of bob.near', 'no, with weight 2', 'proven'],
    ]);
  });

  it('shows none where none is in the evidence, or for another head', () => {
    expect(votesOf(proveOn(shown.slice(-3)))).to.deep.equal([]);
    const decided = shown.slice(-3);
    const elsewhere = structuredClone(shown.slice(0, 3)).map((entry) =>
      entry.kind === 'execution' ? { ...entry, head: '1'.repeat(44) } : entry,
    );
    expect(votesOf(proveOn([...elsewhere, ...decided]))).to.deep.equal([]);
  });

  it('refuses one on another proposal, and one after the decision', async () => {
    const stale = await collect(voted(8, 'cyd.near', 'yes', '1'), 8);
    expect(votesOf(proveOn([...shown, ...stale]))).to.equal('VOTE_STALE');
    const late = await collect(voted(9, 'cyd.near', 'yes', '1'));
    expect(votesOf(proveOn([...shown, ...late]))).to.equal('VOTE_STALE');
  });

  it('refuses one that was changed, or is none', async () => {
    for (const [from, to] of [
      ['"yes"', '"no"'],
      ['"5"', '"50"'],
      ['ada.near', 'eve.near'],
    ] as const) {
      const changed = structuredClone(shown);
      for (const entry of changed) {
        if (entry.kind !== 'execution') continue;
        const { outcome } = (entry.proof as { outcome_proof: { outcome: { logs: string[] } } })
          .outcome_proof;
        outcome.logs = outcome.logs.map((line) => line.replace(from, to));
      }
      expect(votesOf(proveOn(changed)), from).to.equal('PROOF_FORGED');
    }
    const strange = await chain.say({ event: voted(9, 'cyd.near', 'perhaps', '1') });
    const collected = chain.collect(strange, { head: chain.early.hash }).then(
      () => 'collected',
      (error: Error) => error.message,
    );
    expect(await collected).to.match(/^NO_DECISION/);
  });

  it('is collected for its own proposal only', async () => {
    const hash = await chain.say({ event: voted(8, 'cyd.near', 'yes', '1') });
    const collected = chain.collect(hash, { head: chain.early.hash }).then(
      () => 'collected',
      (error: Error) => error.message,
    );
    expect(await collected).to.match(/^NO_DECISION/);
  });
});
