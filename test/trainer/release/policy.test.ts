import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import type { AttestationView, Purpose } from '@commonweights/dao-contracts/rules/attestation.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import {
  judgePolicy,
  POLICY_CODES,
  policyExitCode,
  type RuleVerdict,
} from '@commonweights/trainer/release/judge-policy.js';
import { seeWhole } from '@commonweights/trainer/release/material.js';
import { decodePolicy } from '@commonweights/trainer/release/policy.js';
import type { ReleaseFacts } from '@commonweights/trainer/release/release-facts.js';
import { json, smallRelease, sparse } from './small-release.js';

const whole = {
  version: 1,
  dao: { network: 'mainnet', contract: 'dao.near' },
  reproductions: { atLeast: 1, by: ['ada.near', `0x${'a'.repeat(40)}`] },
  endorsements: { atLeast: 1, by: ['ada.near'] },
  evaluations: { atLeast: 1, by: ['ada.near'] },
  disputes: { by: 'anyone' },
  data: 'undisputed',
  dataLicences: ['CC0-1.0'],
  weightLicences: ['Apache-2.0'],
  decidedSince: '2026-11-28T00:00:00Z',
  factsHeightMin: 10,
  work: 'untainted',
};

describe('a verifier’s policy file', () => {
  it('is read with every rule that there is', () => {
    const { decidedSince, ...same } = whole;
    const decidedSinceMs = Date.parse(decidedSince);
    expect(decodePolicy(whole)).to.deep.equal({ ...same, decidedSinceMs });
  });

  const refused: [string, object, RegExp][] = [
    ['another version', { ...whole, version: 2 }, /BAD_POLICY: version/],
    ['an unknown rule', { ...whole, quorum: 1 }, /BAD_POLICY: quorum: is no rule/],
    ['a rule named like a method', { version: 1, toString: 1 }, /BAD_POLICY: toString/],
    ['no rule at all', { version: 1 }, /BAD_POLICY: the policy: has no rule/],
    ['an unknown field', { version: 1, disputes: { by: 'anyone', x: 1 } }, /disputes\.x/],
    ['a missing field', { version: 1, dao: { network: 'mainnet' } }, /dao\.contract: is missing/],
    ['more than can sign', { version: 1, endorsements: { atLeast: 2, by: ['a.near'] } }, /atLeast/],
    ['none to sign', { version: 1, endorsements: { atLeast: 0, by: ['a.near'] } }, /atLeast/],
    ['nobody', { version: 1, endorsements: { atLeast: 1, by: [] } }, /by: is no list of 1/],
    ['one twice', { version: 1, disputes: { by: ['a.near', 'a.near'] } }, /something twice/],
    ['no account', { version: 1, disputes: { by: ['0xABC'] } }, /neither a NEAR account/],
    ['an empty list of licences', { version: 1, dataLicences: [] }, /dataLicences: is no list/],
    ['a word that is none', { version: 1, data: 'good' }, /data: "good" is not "undisputed"/],
    ['a day without a time', { version: 1, decidedSince: '2026-11-28' }, /decidedSince/],
    ['a height below zero', { version: 1, factsHeightMin: -1 }, /factsHeightMin/],
    ['a list', [], /the policy: is not an object/],
  ];
  for (const [what, value, why] of refused) {
    it(`is refused for ${what}`, () => {
      expect(() => decodePolicy(value)).to.throw(why);
    });
  }
});

describe('a release against a policy', () => {
  const small = smallRelease(sparse);
  const { manifest, digest } = small.built;
  const dates = { publishedAtMs: Date.parse('2026-11-28T00:00:00Z') };
  const facts: ReleaseFacts = { ...small.facts, release: { ...small.facts.release!, ...dates } };
  let said: AttestationView[] = [];

  const judge = (
    policy: object,
    chain: Partial<ReleaseFacts> | null = {},
    files: ReadonlyMap<string, Uint8Array> = small.files,
  ): RuleVerdict => {
    const asked = decodePolicy({ version: 1, ...policy });
    const told = chain && { ...facts, attestations: said, ...chain };
    const material = seeWhole({ files, manifest, manifestDigest: digest, chain: told });
    const verdicts = judgePolicy(asked, material);
    expect(verdicts).to.have.length(1);
    const [verdict] = verdicts;
    expect(verdict!.code === null).to.equal(verdict!.status === 'pass');
    const exit = verdict!.code === null ? 0 : POLICY_CODES[verdict!.code][0];
    expect(policyExitCode(verdicts)).to.equal(exit);
    return verdict!;
  };
  const say = (by: string, purpose: Purpose): void => {
    said.push({ by, purpose, subject: digest, evidence: null, atMs: said.length });
  };
  beforeEach(() => (said = []));

  it('is of this DAO on this network only', () => {
    const dao = { network: 'localnet', contract: 'dao.near' };
    expect(judge({ dao })).to.include({ rule: 'dao', status: 'pass' });
    for (const other of [{ network: 'mainnet' }, { contract: 'other.near' }]) {
      expect(judge({ dao: { ...dao, ...other } })).to.include({
        ...{ status: 'fail', code: 'DAO_NOT_ASKED_FOR' },
      });
    }
    expect(judge({ dao }, null)).to.include({ status: 'unknown', code: 'DAO_NOT_ASKED_FOR' });
  });

  it('is reproduced by so many of the accounts named, none of whom worked on it', () => {
    const reproductions = { atLeast: 2, by: ['ada.near', 'bob.near', 'worker.near'] };
    const few = { status: 'fail', code: 'REPRODUCTIONS_TOO_FEW' };
    expect(judge({ reproductions })).to.include(few);
    say('ada.near', 'reproduces');
    say('ada.near', 'reproduces');
    say('eve.near', 'reproduces');
    say('bob.near', 'endorses');
    say('worker.near', 'reproduces');
    const found = judge({ reproductions });
    expect(found).to.include(few);
    expect(found.detail).to.equal('1 of 2 asked for: ada.near');
    say('bob.near', 'reproduces');
    expect(judge({ reproductions })).to.include({ status: 'pass', standing: 'attested' });
    say('bob.near', 'disputes');
    expect(judge({ reproductions })).to.include(few);
    say('bob.near', 'reproduces');
    expect(judge({ reproductions })).to.include({ status: 'pass' });
    expect(judge({ reproductions }, { attestations: null })).to.include({ status: 'unknown' });
    expect(judge({ reproductions }, null)).to.include({ status: 'unknown' });
  });

  for (const [rule, purpose, code] of [
    ['endorsements', 'endorses', 'ENDORSEMENTS_TOO_FEW'],
    ['evaluations', 'evaluates', 'EVALUATIONS_TOO_FEW'],
  ] as const) {
    it(`has so many ${rule}`, () => {
      const policy = { [rule]: { atLeast: 1, by: ['worker.near'] } };
      expect(judge(policy)).to.include({ rule, status: 'fail', code });
      say('worker.near', purpose);
      expect(judge(policy)).to.include({ rule, status: 'pass' });
    });
  }

  it('is disputed by nobody whose word counts', () => {
    const anyone = { disputes: { by: 'anyone' } };
    const ada = { disputes: { by: ['ada.near'] } };
    expect(judge(anyone)).to.include({ status: 'pass' });
    say('eve.near', 'disputes');
    expect(judge(anyone)).to.include({ status: 'fail', code: 'RELEASE_DISPUTED' });
    expect(judge(ada)).to.include({ status: 'pass' });
    say('ada.near', 'disputes');
    expect(judge(ada)).to.include({ status: 'fail', code: 'RELEASE_DISPUTED' });
    expect(judge(anyone, { attestations: null })).to.include({ status: 'unknown' });
  });

  it('descends from no data that is disputed, withdrawn or unknown', () => {
    expect(judge({ data: 'undisputed' })).to.include({ status: 'pass' });
    for (const status of ['disputed', 'withdrawn'] as const) {
      const datasets = facts.datasets.map((one, i) => (i === 2 ? { ...one, status } : one));
      const found = judge({ data: 'undisputed' }, { datasets });
      expect(found).to.include({ status: 'fail', code: 'DATA_NOT_UNDISPUTED' });
      expect(found.detail).to.equal(`speeches@1 is ${status}`);
    }
    expect(judge({ data: 'undisputed' }, { datasets: [] })).to.include({ status: 'fail' });
    expect(judge({ data: 'undisputed' }, null)).to.include({ status: 'unknown' });
  });

  it('has data of these licences only', () => {
    expect(judge({ dataLicences: ['CC0-1.0'] })).to.include({ status: 'pass' });
    const code = 'DATA_LICENCE_NOT_ASKED_FOR';
    expect(judge({ dataLicences: ['CC-BY-4.0'] })).to.include({ status: 'fail', code });
  });

  it('has weights of these licences only', () => {
    expect(judge({ weightLicences: ['Apache-2.0'] })).to.include({ status: 'pass' });
    const code = 'WEIGHT_LICENCE_NOT_ASKED_FOR';
    expect(judge({ weightLicences: ['MIT'] })).to.include({ status: 'fail', code });
    const files = new Map(small.files).set('provenance/release.json', json({ version: 9 }));
    expect(judge({ weightLicences: ['Apache-2.0'] }, {}, files)).to.include({ status: 'unknown' });
  });

  it('was decided at this time or later', () => {
    expect(judge({ decidedSince: '2026-11-28T00:00:00Z' })).to.include({ status: 'pass' });
    const later = { decidedSince: '2026-11-28T00:00:01Z' };
    expect(judge(later)).to.include({
      ...{ rule: 'decidedSince', status: 'fail', code: 'DECIDED_TOO_EARLY' },
    });
    expect(judge(later, { release: null })).to.include({ status: 'unknown' });
  });

  it('was looked up on the chain at this height or above', () => {
    expect(judge({ factsHeightMin: 100 })).to.include({ status: 'pass' });
    expect(judge({ factsHeightMin: 101 })).to.include({ status: 'fail', code: 'FACTS_TOO_OLD' });
    expect(judge({ factsHeightMin: 0 }, { height: null })).to.include({ status: 'unknown' });
  });

  it('holds no wrong work', () => {
    expect(judge({ work: 'untainted' })).to.include({ status: 'pass', standing: 'proven' });
    const rounds = structuredClone(small.input.rounds) as RoundRecord[];
    rounds[3]!.tainted = [0];
    const files = new Map(small.files).set('provenance/rounds.json', json(rounds));
    expect(judge({ work: 'untainted' }, {}, files)).to.include({
      ...{ status: 'fail', code: 'WORK_NOT_UNTAINTED', detail: 'round 4' },
    });
  });

  it('is told the first rule that it breaks by an exit code that no other rule has', () => {
    const codes = Object.values(POLICY_CODES).map(([exit]) => exit);
    expect(new Set(codes).size).to.equal(codes.length);
    const page = readFileSync(
      new URL('../../../docs/protocol/releases.md', import.meta.url),
      'utf8',
    );
    for (const [code, [exit, meaning]] of Object.entries(POLICY_CODES)) {
      expect(page).to.match(new RegExp(`\\| \`${code}\` \\| ${exit} \\| [^|]+ \\| ${meaning} \\|`));
    }
  });
});
