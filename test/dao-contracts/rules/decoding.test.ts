import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { decodeAction, decodePolicy } from '@commonweights/dao-contracts/rules/action-decoding.js';
import { canonicalText } from '@commonweights/dao-contracts/rules/canonical-text.js';
import { decodeDatasetRecord } from '@commonweights/dao-contracts/rules/datasets.js';
import {
  account,
  decimal,
  integer,
  integers,
  list,
  text,
} from '@commonweights/dao-contracts/rules/decoding.js';
import { escrowNeeded, stakeNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import { decodeRunTerms } from '@commonweights/dao-contracts/rules/terms-decoding.js';
import { dataset, policy } from '../contract/dao-driver.js';
import { named, smallTerms, soundTerms } from './run-play.js';

const refusal = (attempt: () => unknown): string => {
  try {
    attempt();
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

describe('arguments of calls', () => {
  it('accepts terms that are complete and consistent', () => {
    expect(decodeRunTerms(soundTerms, 'terms')).to.deep.equal(soundTerms);
  });

  const badTerms: [string, object, RegExp][] = [
    ['an unknown field', { bonus: 1 }, /^BAD_ARGUMENT: terms\.bonus is not a known field/],
    ['a missing field', { rounds: undefined }, /^BAD_ARGUMENT: terms\.rounds must be an integer/],
    ['a fraction', { rounds: 1.5 }, /^BAD_ARGUMENT: terms\.rounds/],
    ['no rounds', { rounds: 0 }, /^BAD_ARGUMENT: terms\.rounds/],
    ['a malformed digest', { spec: 'sha256:AA' }, /^BAD_ARGUMENT: terms\.spec must be a digest/],
    ['money as a number', { rewardYocto: 5 }, /^BAD_ARGUMENT: terms\.rewardYocto/],
    ['money with a sign', { rewardYocto: '-5' }, /^BAD_ARGUMENT: terms\.rewardYocto/],
    ['money with leading zeros', { rewardYocto: '05' }, /^BAD_ARGUMENT: terms\.rewardYocto/],
    ['more minimum than maximum', { minWorkers: 4 }, /^BAD_TERMS: minWorkers 4 is above/],
    ['more than 64 seats', { maxWorkers: 64, maxAuditors: 1 }, /^BAD_TERMS: maxWorkers and/],
    ['no data', { datasets: [] }, /^BAD_TERMS: datasets must name/],
    ['the same data twice', { datasets: ['a@1', 'a@1'] }, /^BAD_TERMS: datasets must name/],
    ['a stake that pays for nothing', { stakeYocto: '1' }, /^BAD_TERMS: stakeYocto must be at/],
    ['probability above one', { auditedClaimsBps: 10_001 }, /^BAD_ARGUMENT: terms\.audited/],
  ];
  for (const [what, change, message] of badTerms) {
    it(`refuses terms with ${what}`, () => {
      expect(refusal(() => decodeRunTerms({ ...soundTerms, ...change }, 'terms'))).to.match(
        message,
      );
    });
  }

  it('needs a budget that covers every reward, fee and record', () => {
    const { rounds, maxWorkers, rewardYocto, auditFeeYocto } = smallTerms;
    const paid = BigInt(rounds * maxWorkers) * (BigInt(rewardYocto) + BigInt(auditFeeYocto));
    expect(escrowNeeded(smallTerms) > paid).to.be.true;
    expect(stakeNeeded(smallTerms) <= BigInt(smallTerms.stakeYocto)).to.be.true;
  });

  const badActions: [string, unknown, RegExp][] = [
    ['null', null, /^BAD_ACTION: action\.kind must be one of fund-run/],
    ['an unknown kind', { kind: 'mint' }, /^BAD_ACTION/],
    ['a kind of Object', { kind: 'constructor' }, /^BAD_ACTION/],
    ['weight as a number', { kind: 'set-member', account: 'a.b', weight: 1 }, /action\.weight/],
    ['an extra field', { kind: 'stop-run', run: 1, why: '' }, /action\.why is not a known field/],
    ['a bad account', { kind: 'transfer', to: 'A', amountYocto: '1' }, /action\.to must be a NEAR/],
  ];
  for (const [what, action, message] of badActions) {
    it(`refuses ${what} as an action`, () => {
      expect(refusal(() => decodeAction(action, 'action'))).to.match(message);
    });
  }

  it('refuses a policy that a minority could pass things with', () => {
    const lax = { ...policy, approvalBps: 4_999 };
    expect(refusal(() => decodePolicy(lax, 'policy'))).to.match(
      /^BAD_ARGUMENT: policy\.approvalBps/,
    );
    const none = { ...policy, quorumBps: 0 };
    expect(refusal(() => decodePolicy(none, 'policy'))).to.match(
      /^BAD_ARGUMENT: policy\.quorumBps/,
    );
  });

  const badDatasets: [string, object, RegExp][] = [
    ['an id without its version', { id: 'speeches' }, /record\.id must be <name>@<version>/],
    ...Object.entries({
      'a space without width': '1\u200b',
      'writing from right to left': '1\u202e2',
      'a letter of another alphabet': '1.0-\u0430',
      'a line end': '1\n"approved": true',
      'a command to the terminal': '1\u001b[2K',
      'a space at its end': '1 ',
      'a second version': '1@2',
    }).map(([what, version]): [string, object, RegExp] => [
      `${what} in its version`,
      { id: `speeches@${version}`, version },
      /record\.id must be <name>@<version>, both of a-z/,
    ]),
    ['an id of another version', { id: 'speeches@2' }, /record\.id must be/],
    [
      'shares that do not add up',
      { contributors: [{ account: 'a.b', weightBps: 1 }] },
      /sum to 10000/,
    ],
    [
      'a contributor twice',
      { contributors: [5_000, 5_000].map((weightBps) => ({ account: 'a.b', weightBps })) },
      /names an account twice/,
    ],
    ['too many bytes to count', { bytes: 2 ** 53 }, /record\.bytes must be an integer/],
  ];
  for (const [what, change, message] of badDatasets) {
    it(`refuses a dataset with ${what}`, () => {
      const attempt = () => decodeDatasetRecord({ ...dataset, ...change }, 'record');
      expect(refusal(attempt)).to.match(message);
    });
  }

  it('decodes only what NEAR itself takes for an account name', () => {
    for (const good of ['a.b', 'alice.near', 'a-b_c.d0', 'f'.repeat(64)]) {
      expect(account(good, '')).to.equal(good);
    }
    for (const bad of ['a', '', '.a', 'a.', 'a..b', 'A.b', 'a b', '-a.b', 'a-.b', 'f'.repeat(65)]) {
      expect(
        refusal(() => account(bad, 'x')),
        bad,
      ).to.match(/^BAD_ARGUMENT/);
    }
  });

  it('takes every decimal string in range and nothing else', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -10n, max: 10n ** 40n }), (value) => {
        const accepted = refusal(() => decimal(10n ** 34n)(`${value}`, 'x')) === 'accepted';
        expect(accepted).to.equal(value >= 0n && value <= 10n ** 34n);
      }),
    );
  });

  it('refuses text whose UTF-8 form is not its own', () => {
    expect(refusal(() => text(10)('\ud800', 'x'))).to.match(/valid Unicode/);
    expect(text(10)('😀', 'x')).to.equal('😀');
    expect(Object.is(integer(-1, 1)(-0, 'x'), 0)).to.be.true;
  });

  it('takes lists of integers as one that asks each entry would, and names the wrong one', () => {
    const entry = fc.oneof(fc.integer({ min: -2, max: 70 }), fc.constantFrom(-0, 0.5, '1', null));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (value) => {
        const [fast, slow] = [integers(0, 63, 5), list(integer(0, 63), 5)];
        const told = refusal(() => fast(value, 'seats'));
        expect(told).to.equal(refusal(() => slow(value, 'seats')));
        if (told !== 'accepted') return;
        expect(fast(value, 'seats')).to.deep.equal(slow(value, 'seats'));
        expect(fast(value, 'seats').some((one) => Object.is(one, -0))).to.equal(false);
      }),
      { endOnFailure: true },
    );
    expect(refusal(() => integers(0, 63, 5)('no', 'seats'))).to.match(/list of at most 5/);
  });
});

describe('canonical text in the contract', () => {
  it('equals RFC 8785 for everything that it hashes', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        fc.pre(isWellFormed(JSON.stringify(value)));
        expect(canonicalText(value)).to.equal(canonicalJson(value));
      }),
      { numRuns: 300 },
    );
    expect(canonicalText({ spec: named('x'), a: [1, { c: null, b: true }] })).to.equal(
      canonicalJson({ a: [1, { b: true, c: null }], spec: named('x') }),
    );
  });
});

function isWellFormed(text: string): boolean {
  return !/\\ud[89a-f]/.test(text);
}
