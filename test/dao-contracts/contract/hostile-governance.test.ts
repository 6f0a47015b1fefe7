/** Arguments of governance calls from somebody who means harm: refused by code, nothing changed. */
import { expect } from 'chai';
import type { Action } from '@commonweights/dao-contracts/rules/views.js';
import { named, near } from './dao-driver.js';
import { GovernancePlay, pay } from './governance-play.js';

const description = named('why');
const huge = 'a'.repeat(1_000_000);
const proposing = (action: unknown, more: object = {}) => ({ action, description, ...more });
const transfer = (changes: object) => proposing({ ...pay, ...changes });
const weight = (value: unknown) =>
  proposing({ kind: 'set-member', account: 'late.test', weight: value });
const nested = (depth: number) => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { kind: value };
  return value;
};

describe('hostile governance calls', () => {
  let play: GovernancePlay;
  before(async () => {
    play = await GovernancePlay.found();
    play.propose();
  });

  const badAmounts: [string, unknown][] = [
    ['a negative amount', '-1'],
    ['a fraction', '1.5'],
    ['an exponent', '1e24'],
    ['hexadecimal', '0x10'],
    ['a number', 1],
    ['a number beyond 2^53', 2 ** 53 + 2],
    ['an amount beyond all NEAR', `${10n ** 34n + 1n}`],
    ['an amount beyond 2^128', `${2n ** 128n}`],
    ['a million digits', '9'.repeat(1_000_000)],
    ['an empty amount', ''],
    ['leading zeros', '007'],
    ['spaces', ' 1'],
    ['a trailing line break', '1\n'],
    ['digits of another script', '١٢٣'],
    ['null', null],
    ['a list', ['1']],
    ['an object', { toString: 'x' }],
  ];
  for (const [what, amountYocto] of badAmounts) {
    it(`send no transfer of ${what}`, () => {
      const refusal = play.refusal('ann.test', 'propose', transfer({ amountYocto }), 2n * near);
      expect(refusal).to.match(/^BAD_ARGUMENT: action\.amountYocto must be a decimal string/);
    });
    it(`give no weight of ${what}`, () => {
      const refusal = play.refusal('ann.test', 'propose', weight(amountYocto), 2n * near);
      expect(refusal).to.match(/^BAD_ARGUMENT: action\.weight must be a decimal string/);
    });
  }

  it('give no weight beyond the sum that weights may have, 2^63 and more', () => {
    for (const value of [2n ** 63n, 10n ** 18n + 1n]) {
      const refusal = play.refusal('ann.test', 'propose', weight(`${value}`), 2n * near);
      expect(refusal).to.match(/^BAD_ARGUMENT: action\.weight/);
    }
  });

  const lookAlikes = [
    ['capitals', 'ann.Test'],
    ['a Cyrillic а', 'аnn.test'],
    ['a zero-width space', 'ann\u200b.test'],
    ['a trailing line break', 'ann.test\n'],
    ['a full-width letter', 'ａnn.test'],
    ['a combining mark', 'ánn.test'.normalize('NFD')],
    ['two dots', 'ann..test'],
    ['a colon, as keys of records have', 'ann:0'],
    ['a prototype', '__proto__'],
    ['sixty-five letters', 'a'.repeat(65)],
    ['a million letters', huge],
  ];
  for (const [what, name] of lookAlikes) {
    it(`name no account with ${what}`, () => {
      const calls: [string, object][] = [
        ['propose', transfer({ to: name })],
        ['delegate', { to: name }],
        ['get_standing', { account: name }],
      ];
      for (const [method, args] of calls) {
        const refusal = play.refusal('ann.test', method, args, method[0] === 'g' ? 0n : near);
        expect(refusal, method).to.match(/^BAD_ARGUMENT: (action\.)?\w+ must be a NEAR account/);
      }
    });
  }

  it('carry no unknown field, at any level', () => {
    const calls: [string, object, RegExp][] = [
      ['propose', proposing(pay, { bond: '0' }), /^BAD_ARGUMENT: bond is not a known/],
      ['propose', transfer({ memo: '' }), /^BAD_ARGUMENT: action.memo is not a known/],
      ['propose', transfer({ [huge]: '' }), /^BAD_ARGUMENT: action.a{40} is not a known/],
      ['vote', { ...play.ballot(1), weight: '9' }, /^BAD_ARGUMENT: weight is not a known/],
      ['execute', { proposal: 1, force: true }, /^BAD_ARGUMENT: force is not a known/],
      ['cancel', { proposal: 1, why: '' }, /^BAD_ARGUMENT: why is not a known/],
      ['delegate', { to: 'bob.test', from: 'cat.test' }, /^BAD_ARGUMENT: from is not/],
      ['undelegate', { account: 'bob.test' }, /^BAD_ARGUMENT: account is not a known/],
      ['get_members', { from: 0, all: true }, /^BAD_ARGUMENT: all is not a known/],
    ];
    for (const [method, args, message] of calls) {
      const refusal = play.refusal('ann.test', method, args, 2n * near);
      expect(refusal.replace(/is not payable/, ''), method).to.match(message);
      expect(refusal.length, 'a refusal repeats no novel').to.be.below(400);
    }
  });

  it('ask for nothing that is no number of a proposal, page or time', () => {
    const badIds = [-1, 0.5, 2 ** 53, 2 ** 63, 1e300, '1', null, [1], true];
    for (const proposal of badIds) {
      for (const method of ['execute', 'cancel', 'get_proposal']) {
        const refusal = play.refusal('ann.test', method, { proposal });
        expect(refusal, `${method} ${String(proposal)}`).to.match(/^BAD_ARGUMENT: proposal must/);
      }
    }
    for (const page of [{ from: -1 }, { limit: 0 }, { limit: 51 }, { limit: 2 ** 53 }]) {
      expect(play.refusal('ann.test', 'get_members', page)).to.match(/^BAD_ARGUMENT: (from|limit)/);
      expect(play.refusal('ann.test', 'list_runs', page)).to.match(/^BAD_ARGUMENT: (from|limit)/);
    }
    const policy = { ...play.policy, votingPeriodMs: 2 ** 53 };
    const args = proposing({ kind: 'set-policy', policy });
    expect(play.refusal('ann.test', 'propose', args, 2n * near)).to.match(
      /^BAD_ARGUMENT: action.policy.votingPeriodMs/,
    );
  });

  it('are refused when they nest deeply, wherever they do', () => {
    for (const depth of [3, 100, 400]) {
      const calls: [string, object][] = [
        ['propose', proposing(nested(depth))],
        ['propose', transfer({ to: nested(depth) })],
        ['vote', { proposal: nested(depth), choice: 'yes', action: description }],
        ['delegate', { to: nested(depth) }],
      ];
      for (const [method, args] of calls) {
        const refusal = play.refusal('ann.test', method, args, near);
        expect(refusal, `${method} ${depth}`).to.match(/^BAD_A(CTION|RGUMENT): /);
      }
    }
  });

  it('are refused when they nest more deeply than the engine can read', () => {
    for (const depth of [1_000, 5_000, 700_000]) {
      const rawText = `{"to":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      const refusal = play.refusal('ann.test', 'delegate', { rawText });
      expect(refusal).to.match(/^BAD_ARGUMENT: the argument must have fewer than 1000 brackets$/);
    }
  });

  it('are refused when they are no JSON', () => {
    for (const text of ['{', '{"to":}', 'undefined', '{}{}', '\u0000']) {
      expect(play.refusal('ann.test', 'delegate', { rawText: text }), text).to.match(/^BAD_ARG/);
    }
  });

  it('are refused when they are no object', () => {
    for (const args of [[], 'text', 1, true]) {
      for (const method of ['propose', 'vote', 'execute', 'cancel', 'delegate']) {
        expect(play.refusal('ann.test', method, args), method).to.match(/^BAD_ARGUMENT: the arg/);
      }
    }
  });

  it('set no member list that does not fit into one call', () => {
    const members = Array.from({ length: 26 }, (_, i) => ({ account: `m${i}.test`, weight: '1' }));
    const action: Action = { kind: 'set-members', members };
    const refusal = play.refusal('ann.test', 'propose', proposing(action), 2n * near);
    expect(refusal).to.match(/^BAD_ARGUMENT: action.members must be a list of at most 25/);
  });
});
