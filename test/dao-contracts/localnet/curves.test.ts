/** Host functions of alt_bn128 and P-256: known points, laws of the group, and what is refused. */
import { createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { bn254 } from '@noble/curves/bn254.js';
import { p256 } from '@noble/curves/nist.js';
import { expect } from 'chai';
import fc from 'fast-check';
import type { CallOutcome } from '@commonweights/dao-contracts/localnet/vm/call.js';
import { describeFailure } from '@commonweights/dao-contracts/localnet/vm/vm-error.js';
import { call, dataAt, runCode } from './conformance/machine.js';

type Pair = readonly [bigint, bigint];

const little = (value: bigint): Buffer =>
  Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();
const g1 = ([x, y]: Pair): Buffer => Buffer.concat([little(x), little(y)]);
const g2 = ([x, y]: readonly [Pair, Pair]): Buffer => Buffer.concat([...x, ...y].map(little));

const order = bn254.fields.Fr.ORDER;
const field = bn254.fields.Fp.ORDER;
const one: Pair = [1n, 2n];
const zero: Pair = [0n, 0n];
/** Twice the generator, as EIP-196's vectors have it. */
const two: Pair = [
  0x030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3n,
  0x15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4n,
];
const negated = ([x, y]: Pair): Pair => [x, field - y];
/** EIP-197's generator of the second group, real parts first. */
const other: readonly [Pair, Pair] = [
  [
    10857046999023057135944570762232829481370756359578518086990519993285655852781n,
    11559732032986387107991004021392285783925812861821192530917403151452391805634n,
  ],
  [
    8495653923123431417604973247489272438418190587263600148770280649306958101930n,
    4082367875863433681332203403145435568316851327593401208105741076214120093531n,
  ],
];

function multipleOf(scalar: bigint): Pair {
  const { x, y } = bn254.G1.Point.BASE.multiply(scalar).toAffine();
  return [x, y];
}

const registered = (name: string, data: Uint8Array): CallOutcome =>
  runCode(call(name, data.length, dataAt, 5) + call('value_return', -1n, 5), { data, context });
const context = { prepaidGas: 1e15 };

function valueOf(outcome: CallOutcome): string {
  expect(outcome.failure).to.equal(null);
  return outcome.returned.kind === 'value'
    ? Buffer.from(outcome.returned.value).toString('hex')
    : '';
}

const refusalOf = ({ failure }: CallOutcome): string => (failure ? describeFailure(failure) : '');

const sum = (...terms: [negative: boolean, point: Pair][]): Buffer =>
  Buffer.concat(terms.flatMap(([negative, point]) => [Buffer.from([Number(negative)]), g1(point)]));

const multiexp = (...terms: [point: Pair, scalar: bigint][]): Buffer =>
  Buffer.concat(terms.flatMap(([point, scalar]) => [g1(point), little(scalar)]));

function paired(data: Uint8Array): CallOutcome {
  const check = `(i64.store (i32.const 512) ${call('alt_bn128_pairing_check', data.length, dataAt)})`;
  return runCode(check + call('value_return', 1, 512), { data, context });
}

describe('host functions of alt_bn128', () => {
  it('add points and take them away', () => {
    const added = (data: Uint8Array) => valueOf(registered('alt_bn128_g1_sum', data));
    expect(added(sum([false, one], [false, one]))).to.equal(g1(two).toString('hex'));
    expect(added(sum([false, two], [true, one]))).to.equal(g1(one).toString('hex'));
    expect(added(sum([true, one]))).to.equal(g1(negated(one)).toString('hex'));
    for (const nothing of [sum(), sum([false, one], [true, one]), sum([true, zero])]) {
      expect(added(nothing)).to.equal('00'.repeat(64));
    }
  });

  it('sum multiples as the group does', () => {
    const scalar = fc.bigInt(0n, order - 1n);
    const at = fc.bigInt(1n, order - 1n);
    fc.assert(
      fc.property(fc.array(fc.tuple(at, scalar), { maxLength: 3 }), (terms) => {
        const data = multiexp(...terms.map(([n, m]) => [multipleOf(n), m] as [Pair, bigint]));
        const total = terms.reduce((so, [n, m]) => (so + n * m) % order, 0n);
        const expected = total === 0n ? zero : multipleOf(total);
        const value = valueOf(registered('alt_bn128_g1_multiexp', data));
        expect(value).to.equal(g1(expected).toString('hex'));
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  it('check pairings: e(aP, Q) is e(P, Q) a times, and infinity is one', () => {
    const pairs = (...list: [Pair, readonly [Pair, Pair]][]): Buffer =>
      Buffer.concat(list.flatMap(([p, q]) => [g1(p), g2(q)]));
    const infinity: readonly [Pair, Pair] = [zero, zero];
    const three = multipleOf(3n);
    const is = (data: Uint8Array) => valueOf(paired(data));
    expect(is(pairs())).to.equal('01');
    expect(is(pairs([one, other]))).to.equal('00');
    expect(is(pairs([one, other], [negated(one), other]))).to.equal('01');
    expect(is(pairs([three, other], [negated(one), other], [negated(two), other]))).to.equal('01');
    expect(is(pairs([three, other], [negated(two), other]))).to.equal('00');
    expect(is(pairs([zero, other], [one, infinity]))).to.equal('01');
    expect(is(pairs([one, infinity], [one, other]))).to.equal('00');
  });

  it('refuse what is no point, no number of the field, or cut short, in the words of the protocol', () => {
    const [plus, times] = ['alt_bn128_g1_sum', 'alt_bn128_g1_multiexp'];
    const off = sum([false, [1n, 3n]]);
    expect(refusalOf(registered(plus, off))).to.match(
      /^AltBn128 invalid input: invalid g1: \[1, 0/,
    );
    const beyond = sum([false, [field, 2n]]);
    expect(refusalOf(registered(plus, beyond))).to.match(/invalid fq: \[47, FD, 7C, D8, /);
    const sign = sum([false, one]);
    sign[0] = 2;
    expect(refusalOf(registered(plus, sign))).to.equal('AltBn128 invalid input: invalid bool: [2]');
    expect(refusalOf(registered(plus, sign.subarray(1)))).to.equal(
      'AltBn128 invalid input: slice of size 64 cannot be precisely split into chunks of size 65',
    );
    expect(refusalOf(registered(times, multiexp([one, order])))).to.include('invalid fr: ');
    const wrong = Buffer.concat([g1(one), g2([other[0], other[0]])]);
    expect(refusalOf(paired(wrong))).to.include('invalid g2: ');
  });

  it('refuse points of the larger curve that are not in the group that pairs', () => {
    const { Fp2 } = bn254.fields;
    const b = Fp2.sub(
      Fp2.sqr(Fp2.create({ c0: other[1][0], c1: other[1][1] })),
      Fp2.pow(Fp2.create({ c0: other[0][0], c1: other[0][1] }), 3n),
    );
    for (let c0 = 1n; ; c0++) {
      const x = Fp2.create({ c0, c1: 0n });
      let y;
      try {
        y = Fp2.sqrt(Fp2.add(Fp2.pow(x, 3n), b));
      } catch {
        continue;
      }
      const data = Buffer.concat([
        g1(one),
        g2([
          [x.c0, x.c1],
          [y.c0, y.c1],
        ]),
      ]);
      expect(refusalOf(paired(data))).to.include('invalid g2: ');
      return;
    }
  });
});

describe('the host function p256_verify', () => {
  const verify = (signature: Uint8Array, prehash: Uint8Array, key: Uint8Array): CallOutcome => {
    const data = Buffer.concat([signature, prehash, key]);
    const [a, b] = [dataAt + signature.length, dataAt + signature.length + prehash.length];
    const checked = call(
      ...(['p256_verify', signature.length, dataAt, prehash.length, a, key.length, b] as const),
    );
    return runCode(`(i64.store (i32.const 512) ${checked})` + call('value_return', 1, 512), {
      data,
    });
  };
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = createPublicKey(privateKey).export({ format: 'jwk' });
  const [left, right] = [x!, y!].map((part) => Buffer.from(part, 'base64url'));
  const key = Buffer.concat([Buffer.from([2 + (right!.at(-1)! & 1)]), left!]);
  const message = Buffer.from('a message');
  const prehash = createHash('sha256').update(message).digest();
  const signature = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });

  it('takes what another implementation signed, with either s, and nothing that was changed', () => {
    expect(valueOf(verify(signature, prehash, key))).to.equal('01');
    const s = BigInt(`0x${signature.subarray(32).toString('hex')}`);
    const flipped = (p256.Point.Fn.ORDER - s).toString(16).padStart(64, '0');
    const twin = Buffer.concat([signature.subarray(0, 32), Buffer.from(flipped, 'hex')]);
    expect(valueOf(verify(twin, prehash, key))).to.equal('01');
    for (const [part, at] of [
      [signature, 3],
      [signature, 60],
      [prehash, 0],
      [key, 0],
      [key, 9],
    ] as const) {
      part[at]! ^= 1;
      expect(valueOf(verify(signature, prehash, key))).to.equal('00');
      part[at]! ^= 1;
    }
    expect(valueOf(verify(signature, prehash, key))).to.equal('01');
  });

  it('knows a signature of RFC 6979, appendix A.2.5', () => {
    const hex = (text: string) => Buffer.from(text, 'hex');
    const known = hex('0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6');
    const r = 'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716';
    const s = 'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8';
    const digest = createHash('sha256').update('sample').digest();
    expect(valueOf(verify(hex(r + s), digest, known))).to.equal('01');
  });

  it('says no to numbers out of range and to digests that are none, and refuses other lengths', () => {
    expect(valueOf(verify(Buffer.alloc(64), prehash, key))).to.equal('00');
    expect(valueOf(verify(Buffer.alloc(64, 255), prehash, key))).to.equal('00');
    expect(valueOf(verify(signature, prehash.subarray(0, 15), key))).to.equal('00');
    expect(refusalOf(verify(signature.subarray(1), prehash, key))).to.include('signature length');
    expect(refusalOf(verify(signature, prehash, key.subarray(1)))).to.include('public key length');
  });
});
