import { expect } from 'chai';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { readHead } from '@commonweights/trainer/release/collect-evidence.js';
import { proveDecision, type Decision } from '@commonweights/trainer/release/decision-proof.js';
import {
  formatEntry,
  parseBundle,
  startBundle,
  type EvidenceEntry,
} from '@commonweights/trainer/release/evidence-bundle.js';
import { decodePolicy } from '@commonweights/trainer/release/policy.js';
import { judgePolicy } from '@commonweights/trainer/release/judge-policy.js';
import { seeWhole } from '@commonweights/trainer/release/material.js';
import { judgeMaterial } from '@commonweights/trainer/release/verify-material.js';
import type { ReleaseFacts } from '@commonweights/trainer/release/release-facts.js';
import {
  attested,
  decidedChain,
  published,
  revoked,
  type DecidedChain,
} from './proven-decision.js';
import { smallRelease, sparse, statusOf } from './small-release.js';

type Json = Record<string, unknown>;

const small = smallRelease(sparse);
const other = digestOf(new Uint8Array([7]));
const { digest: manifest } = small.built;

describe('the proof of a decision', function () {
  this.timeout(60_000);
  let it_: DecidedChain;
  let transaction: string;
  /** From the block before the decision. */
  let entries: EvidenceEntry[];

  before(async () => {
    it_ = await decidedChain(small);
    await it_.pass(3);
    transaction = await it_.say({ event: published(it_.facts.release!) });
    entries = await it_.collect(transaction, { head: it_.early.hash });
  });
  after(() => it_.stop());

  const prove = (
    shown: readonly EvidenceEntry[],
    change: Partial<Parameters<typeof proveDecision>[0]> = {},
  ): Decision =>
    proveDecision({
      ...{ bundle: it_.bundle(shown), head: it_.early, dao: it_.dao, manifest, ...change },
    });
  const codeOf = (decision: Decision) => (decision.kind === 'proven' ? null : decision.code);
  const altered = (kind: EvidenceEntry['kind'], change: (entry: never) => void) =>
    structuredClone(entries).map((entry) => {
      if (entry.kind === kind) change(entry as never);
      return entry;
    });

  it('leads from a head before the decision, along approved blocks, to what the DAO logged', () => {
    const decision = prove(entries);
    expect(decision).to.include({ kind: 'proven', contract: 'dao.local', revokedIn: null });
    if (decision.kind !== 'proven') throw new Error('not proven');
    expect(decision.release).to.deep.equal(it_.facts.release);
    expect(entries.map(({ kind }) => kind)).to.deep.equal(['head', 'block', 'execution']);
  });

  it('begins at a block after the decision as well, and at any that the evidence has', async () => {
    const alone = await it_.collect(transaction);
    const [first] = alone as [Extract<EvidenceEntry, { kind: 'block' }>];
    expect(first.kind).to.equal('block');
    const { head } = alone.at(-1) as { head: string };
    expect(codeOf(prove(alone, { head: { hash: head } }))).to.equal(null);
    await it_.pass(2);
    const late = await readHead(it_.ask);
    const shown = await it_.collect(transaction, { head: late.hash });
    expect(shown.map(({ kind }) => kind)).to.deep.equal(['head', 'execution']);
    expect(codeOf(prove(shown, { head: late }))).to.equal(null);
    // Evidence for several heads, one after another, serves each.
    for (const trusted of [it_.early, { hash: head }, late]) {
      expect(codeOf(prove([...entries, ...alone, ...shown], { head: trusted }))).to.equal(null);
    }
  });

  it('leads over epochs, whose producers need no trust beyond the first', async () => {
    const chain = await decidedChain(small);
    for (let epoch = 0; epoch < 5; epoch++) await chain.pass(50_000);
    const hash = await chain.say({ event: published(chain.facts.release!) });
    const far = await chain.collect(hash, { head: chain.early.hash });
    expect(far.filter(({ kind }) => kind === 'block').length).to.be.greaterThan(2);
    const { hash: trusted } = chain.early;
    const { dao } = chain;
    const decision = proveDecision({
      ...{ bundle: chain.bundle(far), head: { hash: trusted }, dao, manifest },
    });
    expect(codeOf(decision)).to.equal(null);
    await chain.stop();
  });

  it('is none where the head is not in the evidence', async () => {
    const elsewhere = await readHead(it_.ask);
    expect(codeOf(prove(entries, { head: elsewhere }))).to.equal('PROOF_HEAD_UNKNOWN');
    expect(codeOf(prove([]))).to.equal('PROOF_HEAD_UNKNOWN');
  });

  it('is none where the evidence does not lead on from an old head', () => {
    const [begin, , execution] = entries as [EvidenceEntry, EvidenceEntry, EvidenceEntry];
    expect(codeOf(prove([begin, execution]))).to.equal('PROOF_HEAD_STALE');
    // The epoch's producers are the verifier's to name.
    const { hash } = it_.early;
    expect(codeOf(prove(entries, { head: { hash } }))).to.equal('PROOF_HEAD_STALE');
  });

  it('is none where nothing is shown', () => {
    expect(codeOf(prove(entries.slice(0, 2)))).to.equal('PROOF_MISSING');
  });

  it('is none where the event, the account or the status was changed', () => {
    for (const change of [
      (it: Json) => (it.logs = [`${(it.logs as string[])[0]!.replace('Speeches', 'Screeches')}`]),
      (it: Json) => (it.executor_id = 'eve.local'),
      (it: Json) => (it.status = { SuccessValue: 'AA==' }),
      (it: Json) => (it.receipt_ids = []),
    ]) {
      const changed = altered('execution', ({ proof }: { proof: Json }) => {
        change((proof.outcome_proof as Json).outcome as Json);
      });
      expect(codeOf(prove(changed))).to.equal('PROOF_FORGED');
    }
  });

  it('is none by another path or of another block', () => {
    const changed = altered('execution', ({ proof }: { proof: Json }) => {
      (proof.block_proof as { hash: string }[])[0]!.hash = it_.early.hash;
    });
    expect(codeOf(prove(changed))).to.equal('PROOF_NOT_UNDER_HEAD');
    const root = altered('execution', ({ proof }: { proof: Json }) => {
      ((proof.block_header_lite as Json).inner_lite as Json).outcome_root = it_.early.hash;
    });
    expect(codeOf(prove(root))).to.equal('PROOF_NOT_UNDER_HEAD');
  });

  it('is none where a block on the way was changed or is approved by others', () => {
    const changed = altered('block', ({ block }: { block: Json }) => {
      (block.inner_lite as Json).outcome_root = it_.early.hash;
    });
    expect(codeOf(prove(changed))).to.equal('PROOF_BLOCK_REFUSED');
    const unsigned = altered('block', ({ block }: { block: Json }) => {
      block.approvals_after_next = [null];
    });
    expect(codeOf(prove(unsigned))).to.equal('PROOF_BLOCK_REFUSED');
  });

  it('is none where the form is another', () => {
    const changed = altered('execution', ({ proof }: { proof: Json }) => {
      proof.block_proof = 'none';
    });
    expect(codeOf(prove(changed))).to.equal('PROOF_MALFORMED');
    for (const proof of [null, 7, {}, []]) {
      const strange = altered('execution', (entry: { proof: unknown }) => (entry.proof = proof));
      expect(codeOf(prove(strange))).to.equal('PROOF_MALFORMED');
    }
  });

  it('is none of what another account logged, or the DAO in a receipt that failed', async () => {
    const event = published(it_.facts.release!);
    const head = it_.early.hash;
    const byEve = await it_.say({ account: 'eve.local', event });
    const eves = await it_.collect(byEve, { contract: 'eve.local', head });
    expect(codeOf(prove(eves))).to.equal('PROOF_OTHER_ACCOUNT');
    const failed = await it_.say({ event, fails: true });
    expect(codeOf(prove(await it_.collect(failed, { head })))).to.equal('PROOF_FAILED');
  });

  it('is none of another release, in the event or in the bundle', async () => {
    const event = published({ ...it_.facts.release!, manifest: other });
    const shown = await it_.collect(await it_.say({ event }), { head: it_.early.hash });
    expect(codeOf(prove(shown))).to.equal('PROOF_OTHER_RELEASE');
    const bundle = { manifest: other, entries };
    expect(codeOf(prove(entries, { bundle }))).to.equal('PROOF_OTHER_RELEASE');
  });

  it('says that a release was revoked where that is shown, and only then', async () => {
    const hash = await it_.say({ event: revoked(it_.facts.release!.id, other) });
    const later = await it_.collect(hash, { head: it_.early.hash });
    const decision = prove([...entries, ...later]);
    expect(decision.kind === 'proven' && decision.revokedIn?.height).to.be.a('number');
    const unrelated = await it_.say({ event: revoked(99, other) });
    const shown = await it_.collect(unrelated, { head: it_.early.hash });
    const still = prove([...entries, ...shown]);
    expect(still.kind === 'proven' && still.revokedIn).to.equal(null);
  });

  it('is collected only from a transaction that decided on a release', async () => {
    const hash = await it_.say({ event: { event: 'voted' } });
    const collected = it_.collect(hash).then(
      () => 'collected',
      (error: Error) => error.message,
    );
    expect(await collected).to.match(/^NO_DECISION/);
  });

  describe('in the verdicts', () => {
    const verdictsOf = (decision: Decision, chain: ReleaseFacts | null) => {
      const { files, built } = small;
      const whole = { files, manifest: built.manifest, manifestDigest: manifest, chain };
      return judgeMaterial({ ...seeWhole(whole), decision });
    };
    const found = (verdicts: ReturnType<typeof verdictsOf>, claim: string) =>
      verdicts.find((one) => one.claim === claim)!;

    it('decides on vote, rounds and weights without any chain, and on nothing else', () => {
      const verdicts = verdictsOf(prove(entries), null);
      expect(statusOf(verdicts)).to.include({ vote: 'pass', rounds: 'pass', weights: 'pass' });
      expect(statusOf(verdicts)).to.include({ licence: 'unknown', takedown: 'unknown' });
      const { detail, standing } = found(verdicts, 'vote');
      expect(standing).to.equal('proven');
      expect(detail).to.contain(`proven by light client from head ${it_.early.hash}`);
      expect(detail).to.contain('cannot say that it was not revoked');
      expect(found(verdicts, 'consensus').code).to.equal('LOCAL_NETWORK');
    });

    it('leaves to a chain what it cannot say, and bears no contradiction', () => {
      const proven = prove(entries);
      const told = verdictsOf(proven, it_.facts);
      expect(statusOf(told)).to.include({ vote: 'pass', takedown: 'pass' });
      expect(found(told, 'vote').detail).to.contain('not revoked (as of height 100)');
      const release = it_.facts.release!;
      const code = (change: Partial<ReleaseFacts>) =>
        found(verdictsOf(proven, { ...it_.facts, ...change }), 'vote').code;
      expect(code({ release: { ...release, status: 'revoked' } })).to.equal('RELEASE_REVOKED');
      expect(code({ release: null })).to.equal('NOT_PUBLISHED');
      expect(code({ release: { ...release, logHead: other } })).to.equal('PROOF_CONTRADICTED');
      expect(code({ contract: 'eve.local' })).to.equal('PROOF_CONTRADICTED');
    });

    it('counts more than what a chain said where it does not hold', () => {
      const verdicts = verdictsOf(prove(entries.slice(0, 2)), it_.facts);
      expect(found(verdicts, 'vote').code).to.equal('PROOF_MISSING');
    });

    it('fails a release that is proven to be revoked, or of other weights or rounds', () => {
      const proven = prove(entries);
      if (proven.kind !== 'proven') throw new Error('not proven');
      const { decidedIn, release } = proven;
      const gone = verdictsOf({ ...proven, revokedIn: decidedIn }, null);
      expect(found(gone, 'vote')).to.include({ code: 'RELEASE_REVOKED', standing: 'proven' });
      const changed = (change: object, claim: string) =>
        found(verdictsOf({ ...proven, release: { ...release, ...change } }, null), claim).code;
      expect(changed({ root: other }, 'weights')).to.equal('ROOT_OTHER');
      expect(changed({ logHead: other }, 'rounds')).to.equal('LOG_HEAD_OTHER');
      expect(changed({ round: 1 }, 'rounds')).to.equal('LOG_ROUND_OTHER');
      expect(changed({ evaluation: other }, 'vote')).to.equal('EVALUATION_OTHER');
      expect(changed({ title: 'Else' }, 'vote')).to.equal('NAME_OTHER');
    });

    it('names who decides what follows, of a network that is not local', () => {
      const proven = prove(entries, { dao: { network: 'mainnet', contract: 'dao.local' } });
      expect(found(verdictsOf(proven, null), 'consensus').status).to.equal('pass');
      const chain = { ...it_.facts, network: 'mainnet' };
      expect(found(verdictsOf(proven, chain), 'consensus').code).to.equal('ONE_NODE');
    });

    it('counts the statements that evidence shows, and never that there is no dispute', async () => {
      const head = it_.early.hash;
      const say = async (by: string, purpose: string, subject = manifest) =>
        it_.collect(await it_.say({ event: attested(subject, by, purpose) }), { head });
      type Told = NonNullable<ReleaseFacts['attestations']>;
      const kept = (more: readonly EvidenceEntry[], rules: object, told: Told | null = null) => {
        const policy = decodePolicy({ version: 1, ...rules });
        const { files, built } = small;
        const whole = { files, manifest: built.manifest, manifestDigest: manifest };
        const chain = told && { ...small.facts, attestations: told };
        const decision = prove([...entries, ...more]);
        return judgePolicy(policy, { ...seeWhole({ ...whole, chain }), decision })[0]!.status;
      };
      const asked = { reproductions: { atLeast: 1, by: ['ada.near', 'cyd.near'] } };
      const ada = await say('ada.near', 'reproduces');
      expect(kept([], asked)).to.equal('unknown');
      expect(kept(ada, asked)).to.equal('pass');
      expect(kept(await say('bob.near', 'reproduces'), asked)).to.equal('fail');
      expect(kept(await say('worker.near', 'reproduces'), asked)).to.equal('fail');
      const regret = await say('ada.near', 'disputes');
      expect(kept([...regret, ...ada], asked)).to.equal('fail');
      const disputes = { disputes: { by: 'anyone' } };
      expect(kept(ada, disputes)).to.equal('unknown');
      expect(kept(regret, disputes)).to.equal('fail');
      // Nor does a node, or what was kept before, take back what is proven.
      const said = (purpose: 'reproduces' | 'disputes') => ({
        ...{ by: 'ada.near', purpose, subject: manifest, evidence: null, atMs: 1 },
      });
      const before: Told = [said('reproduces')];
      expect(kept(ada, asked, before)).to.equal('pass');
      expect(kept([...ada, ...regret], asked, before)).to.equal('fail');
      expect(kept([...ada, ...regret], disputes, before)).to.equal('fail');
      expect(kept([...ada, ...regret], asked, [said('disputes'), said('reproduces')])).to.equal(
        'pass',
      );
      expect(kept([], asked, [said('reproduces'), said('disputes')])).to.equal('fail');
      const elsewhere = await say('ada.near', 'reproduces', other).catch((error: Error) => error);
      expect((elsewhere as Error).message).to.match(/^NO_DECISION/);
    });

    it('is a rule of the policy: with evidence from its head it is kept', () => {
      const policy = decodePolicy({ version: 1, dao: it_.dao, head: it_.early });
      const { files, built } = small;
      const whole = { files, manifest: built.manifest, manifestDigest: manifest, chain: null };
      const judge = (decision: Decision | null) =>
        judgePolicy(policy, { ...seeWhole(whole), decision }).map(({ rule, status, code }) => [
          ...[rule, status, code],
        ]);
      expect(judge(prove(entries))).to.deep.equal([
        ['dao', 'pass', null],
        ['head', 'pass', null],
      ]);
      expect(judge(prove([]))[1]).to.deep.equal(['head', 'fail', 'DECISION_NOT_PROVEN']);
      expect(judge(null)[1]).to.deep.equal(['head', 'unknown', 'DECISION_NOT_PROVEN']);
    });
  });

  describe('as a file', () => {
    const written = () => startBundle(manifest) + entries.map(formatEntry).join('');

    it('is read as it was written, and is only ever added to', () => {
      expect(parseBundle(written())).to.deep.equal({ manifest, entries });
      const longer = written() + formatEntry(entries[0]!);
      expect(parseBundle(longer).entries).to.have.length(entries.length + 1);
    });

    it('is refused where it is no such file', () => {
      const first = startBundle(manifest);
      for (const text of [
        '',
        'x\n',
        '{}\n',
        '[]\n',
        first.slice(0, -1),
        first.replace('1', '2'),
        first.replace('sha256', 'md5'),
        `${first}{"kind":"rumour"}\n`,
        `${first}{"kind":"toString"}\n`,
        `${first}{"kind":"block","block":1,"x":1}\n`,
        `${first}{"kind":"block"}\n`,
        `${first}{"kind":"execution","head":1,"proof":1}\n`,
        `${first}{"kind":"block","block":"${'x'.repeat(2 ** 20)}"}\n`,
        first + '{"kind":"block","block":1}\n'.repeat(10_001),
      ]) {
        expect(() => parseBundle(text), text.slice(0, 200)).to.throw('BAD_BUNDLE');
      }
    });
  });
});
