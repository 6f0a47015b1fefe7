import { expect } from 'chai';
import { decodeEvidence } from '@commonweights/trainer/release/evidence.js';
import { smallRelease, sparse } from './small-release.js';

describe('evidence kept as a file', () => {
  const { facts } = smallRelease(sparse);
  const copy = () => JSON.parse(JSON.stringify(facts)) as Record<string, never>;

  const subject = facts.release!.manifest;
  const statement = { by: 'ada.near', purpose: 'endorses', subject, evidence: null, atMs: 1 };

  it('is read back with what was said, or without, as it was kept before that was part of it', () => {
    const told = { ...facts, attestations: [statement] };
    expect(decodeEvidence(JSON.parse(JSON.stringify(told)))).to.deep.equal(told);
    const older = copy();
    delete older.attestations;
    delete older.standings;
    delete older.run!['roster'];
    const run = { ...facts.run!, roster: null };
    expect(decodeEvidence(older)).to.deep.equal({ ...facts, run, attestations: null });
  });

  it('is read back as it was written', () => {
    expect(decodeEvidence(copy())).to.deep.equal(facts);
    const none = { ...facts, release: null, run: null, height: null, datasets: [] };
    expect(decodeEvidence(JSON.parse(JSON.stringify(none)))).to.deep.equal(none);
  });

  for (const [why, change] of Object.entries<(it: Record<string, never>) => unknown>({
    'no network': (it) => delete it.network,
    'a height that is text': (it) => Object.assign(it, { height: '100' }),
    'a release without status': (it) => delete it.release!['status'],
    'an unknown status': (it) => Object.assign(it.release!, { status: 'fine' }),
    'a root that is no digest': (it) => Object.assign(it.release!, { root: 'abc' }),
    'a missing release': (it) => delete it.release,
    'a release without spec': (it) => delete it.release!['spec'],
    'a run without program': (it) => delete it.run!['program'],
    'datasets that are no list': (it) => Object.assign(it, { datasets: {} }),
    'a dataset of unknown status': (it) => Object.assign(it.datasets![0]!, { status: 'ok' }),
    'licences that are numbers': (it) => Object.assign(it, { licences: [1] }),
    'attestations that are no list': (it) => Object.assign(it, { attestations: {} }),
    'a standing that is none': (it) => Object.assign(it, { standings: { ada: { slashes: -1 } } }),
    'seats out of order': (it) => (it.run!['roster'] as { seats: object[] }).seats.reverse(),
    'a seat of no role': (it) =>
      Object.assign((it.run!['roster'] as { seats: object[] }).seats[0]!, { role: 'king' }),
    'pay that is no amount': (it) =>
      Object.assign((it.run!['roster'] as { seats: object[] }).seats[0]!, { earnedYocto: '1e9' }),
    'a roster that may be whole': (it) => Object.assign(it.run!['roster']!, { isWhole: 1 }),
    'an attestation of nobody': (it) =>
      Object.assign(it, { attestations: [{ ...statement, by: '' }] }),
    'an unknown purpose': (it) =>
      Object.assign(it, { attestations: [{ ...statement, purpose: 'likes' }] }),
    'an attestation about something else': (it) =>
      Object.assign(it, { attestations: [{ ...statement, subject: facts.release!.root }] }),
  })) {
    it(`is refused for ${why}`, () => {
      const evidence = copy();
      change(evidence);
      expect(() => decodeEvidence(evidence)).to.throw('BAD_EVIDENCE');
    });
  }

  it('is refused when it is nothing', () => {
    for (const value of [null, 1, 'x', []]) {
      expect(() => decodeEvidence(value)).to.throw('BAD_EVIDENCE');
    }
  });
});
