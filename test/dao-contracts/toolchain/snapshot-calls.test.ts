import { expect } from 'chai';
import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { buildContract } from '@commonweights/dao-contracts/toolchain/build-contract.js';
import { taggedDigest } from '@commonweights/dataset-registry/digest/tagged.js';
import { ContractHost } from './contract-host.js';

const u128Max = 2n ** 128n - 1n;
const u128 = fc.oneof(
  fc.bigInt({ min: 0n, max: u128Max }),
  // Bit 63 of a half is where balances once came out as other balances.
  fc.constantFrom(0n, 1n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n, 2n ** 127n, u128Max),
  fc
    .tuple(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), fc.boolean(), fc.boolean())
    .map(([half, low, high]) => (half + (low ? 2n ** 63n : 0n)) | (high ? half << 64n : 0n)),
);
const runs = { numRuns: 60 };

describe('a contract that goes on from a snapshot', function () {
  this.timeout(300_000);
  let wasm: Uint8Array;
  let host: ContractHost;

  before(async () => {
    const entry = fileURLToPath(new URL('sample-contract.ts', import.meta.url));
    ({ wasm } = await buildContract({ entry }));
  });
  beforeEach(() => {
    host = new ContractHost(wasm);
    host.call('init', { owner: 'alice.near' });
  });

  describe('state', () => {
    it('is kept between calls', () => {
      host.call('increment', { by: 5 });
      expect(host.call('increment')).to.equal('6');
      expect(host.call('get_count')).to.equal('6');
    });

    it('does not leak from one call into the next', () => {
      host.refusal('misuse', { what: 'anything' });
      const first = host.run('get_count');
      const second = host.run('get_count');
      expect(second.burntGas).to.equal(first.burntGas);
    });

    it('is initialised once, and before anything else', () => {
      expect(host.refusal('init', { owner: 'bob.near' })).to.include('already initialized');
      expect(new ContractHost(wasm).refusal('get_count')).to.include('must be initialized');
    });

    it('holds collections', () => {
      for (let i = 0; i < 5; i++) host.call('add_row', { account: `a${i}.near`, note: `n${i}` });
      const rows = host.call('get_rows', { from: 1, limit: 3 }) as { account: string }[];
      expect(rows.map(({ account }) => account)).to.deep.equal(['a1.near', 'a2.near', 'a3.near']);
      expect(host.call('get_note', { account: 'a4.near' })).to.equal('n4');
      expect(host.call('get_note', { account: 'nobody.near' })).to.equal(null);
    });

    it('is read by a view', () => {
      expect(host.call('get_count', {}, { isView: true })).to.equal('0');
    });
  });

  describe('the chain', () => {
    it('sends promises, batched and chained, with the attached deposit', () => {
      const outcome = host.run('pay', { to: 'bob.near' }, { attachedDepositYocto: 2n ** 80n + 1n });
      expect(outcome.failure).to.equal(null);
      expect(outcome.returned.kind).to.equal('receipt');
      const [transfer, callback] = outcome.receipts;
      expect(transfer?.actions).to.deep.equal([{ kind: 'transfer', depositYocto: 2n ** 80n + 1n }]);
      expect(callback?.receiverId).to.equal('sample.near');
      expect(callback?.dependsOn).to.deep.equal([0]);
    });

    it('enforces payable and private', () => {
      const paid = { attachedDepositYocto: 1n };
      expect(host.refusal('increment', {}, paid)).to.include('Function is not payable');
      expect(host.refusal('paid', { to: 'b.near' })).to.include('Function is private');
      const itself = { predecessorAccountId: 'sample.near' };
      expect(host.call('paid', { to: 'b.near' }, itself)).to.equal(false);
    });

    it('logs', () => {
      const { logs } = host.run('add_row', { account: 'é.near', note: '😀' });
      expect(logs).to.deep.equal(['EVENT_JSON:{"standard":"sample","account":"é.near"}']);
    });

    it('is the clock', () => {
      const told = host.call('describe', { text: '' }) as { nowMs: number; iso: string };
      expect(told.nowMs).to.equal(1_700_000_000_123);
      expect(told.iso).to.equal('2023-11-14T22:13:20.123Z');
    });

    it('verifies Ed25519 signatures', () => {
      const secret = new Uint8Array(32).fill(3);
      const message = new TextEncoder().encode('to be signed');
      const signature = ed25519.sign(message, secret);
      const input = {
        signature: [...signature],
        message: [...message],
        publicKey: [...ed25519.getPublicKey(secret)],
      };
      expect(host.call('verify', input)).to.equal(true);
      input.message[0]! ^= 1;
      expect(host.call('verify', input)).to.equal(false);
      input.signature.pop();
      expect(host.refusal('verify', input)).to.include('64 bytes of signature');
    });

    it('recovers secp256k1 keys: v and the malleability flag are not exchanged', () => {
      const seen = new Set<number>();
      for (let i = 0; seen.size < 2; i++) {
        const secret = new Uint8Array(32).fill(9);
        const hash = createHash('sha256').update(`message ${i}`).digest();
        const signed = secp256k1.sign(hash, secret, { prehash: false, format: 'recovered' });
        const [v, signature] = [signed[0]!, [...signed.slice(1)]];
        seen.add(v);
        const key = [...secp256k1.getPublicKey(secret, false).slice(1)];
        for (const strict of [0, 1]) {
          const told = host.call('recover', { hash: [...hash], signature, v, strict });
          expect(told, `v ${v}, flag ${strict}`).to.deep.equal(key);
        }
        // The same signature with s in the upper half: taken only when nobody is strict.
        const high = [...signature.slice(0, 32), ...upperHalf(signature.slice(32))];
        const loose = { hash: [...hash], signature: high, v: 1 - v, strict: 0 };
        expect(host.call('recover', loose)).to.deep.equal(key);
        expect(host.call('recover', { ...loose, strict: 1 })).to.equal(null);
      }
    });
  });

  describe('money', () => {
    it('comes in as it is: every balance', () => {
      fc.assert(
        fc.property(u128, (balanceYocto) => {
          const told = host.call('get_balance', {}, { balanceYocto, attachedDepositYocto: 0n });
          expect(told).to.equal(balanceYocto.toString());
        }),
        runs,
      );
    });

    it('goes out as it is: every deposit that is passed on', () => {
      fc.assert(
        fc.property(u128, (attachedDepositYocto) => {
          const context = { attachedDepositYocto, balanceYocto: 0n };
          const { failure, receipts } = host.run('pay', { to: 'bob.near' }, context);
          expect(failure).to.equal(null);
          expect(receipts[0]?.actions[0]).to.deep.include({ depositYocto: attachedDepositYocto });
        }),
        runs,
      );
    });

    it('goes out as it is from JSON text', () => {
      fc.assert(
        fc.property(u128, (amount) => {
          const context = { balanceYocto: u128Max };
          const args = { amount: amount.toString(), kind: 'bigint' };
          const { receipts } = host.run('transfer', args, context);
          expect(receipts[0]?.actions[0]).to.deep.include({ depositYocto: amount });
        }),
        runs,
      );
    });

    it('is refused where it is no unsigned 128-bit integer', () => {
      const outside = fc.oneof(
        fc.bigInt({ max: -1n, min: -(2n ** 130n) }),
        fc.bigInt({ min: u128Max + 1n, max: 2n ** 200n }),
      );
      fc.assert(
        fc.property(outside, (amount) => {
          const args = { amount: amount.toString(), kind: 'bigint' };
          expect(host.refusal('transfer', args)).to.include('Expect Uint128');
        }),
        runs,
      );
      for (const amount of ['-1', '0.5', '1e300', 'NaN', 'Infinity', '9007199254740993']) {
        const kind = 'number';
        const refused = amount === '9007199254740993' ? '9007199254740992' : amount;
        expect(host.refusal('transfer', { amount: refused, kind })).to.include('Expect Uint128');
      }
      expect(host.refusal('transfer', { amount: '7', kind: 'text' })).to.include('Expect Uint128');
    });

    it('is computed as Node computes it', () => {
      const integer = fc.oneof(u128, fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }));
      fc.assert(
        fc.property(integer, integer, (a, b) => {
          const told = host.call('compute', { a: a.toString(), b: b.toString() });
          expect(told).to.deep.equal({
            sum: String(a + b),
            difference: String(a - b),
            product: String(a * b),
            quotient: b === 0n ? null : String(a / b),
            rest: b === 0n ? null : String(a % b),
            shifted: String(a << 13n),
            power: String(a ** 5n),
            hex: a.toString(16),
            wide: String(BigInt.asUintN(128, a)),
            less: a < b,
          });
        }),
        runs,
      );
    });
  });

  describe('JavaScript', () => {
    it('hashes text as every other part of the repository does, half surrogates included', () => {
      const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary-ascii' }));
      const halves = fc.constantFrom('\ud800', 'a\udc00b', '\udbff\ud800', '😀\ud83d');
      fc.assert(
        fc.property(fc.oneof(text, halves), (value) => {
          const told = host.call('describe', { text: value }) as Record<string, unknown>;
          const bytes = new TextEncoder().encode(value);
          const digest = createHash('sha256').update(bytes).digest('hex');
          expect(told['digest']).to.equal(`sha256:${digest}`);
          expect(told['tagged']).to.equal(taggedDigest('cw/sample/1', [value, 7, 8n]));
          expect(told['length']).to.equal(bytes.length);
        }),
        runs,
      );
    });

    it('prints and reads numbers as Node does', () => {
      const number = fc.oneof(fc.double({ noNaN: true }), fc.integer(), fc.maxSafeInteger());
      fc.assert(
        fc.property(fc.array(number, { maxLength: 20 }), (numbers) => {
          const told = host.call('echo', { value: numbers });
          expect(told).to.deep.equal(JSON.parse(JSON.stringify(numbers)));
        }),
        runs,
      );
    });

    it('carries any JSON through', () => {
      fc.assert(
        fc.property(fc.jsonValue({ depthSize: 'medium' }), (value) => {
          expect(host.call('echo', { value })).to.deep.equal(JSON.parse(JSON.stringify(value)));
        }),
        runs,
      );
    });

    it('frees and takes memory without mixing it up', () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => {
          expect(host.call('churn', { seed })).to.equal(churn(seed));
        }),
        { numRuns: 10 },
      );
    });

    it('has what shared code takes for granted', () => {
      const told = host.call('describe', { text: 'abc-42' }) as Record<string, unknown>;
      expect(told['squares']).to.deep.equal([0, 1, 4, 9, 16, 25, 36, 49]);
      expect(told['last']).to.equal(49);
      expect(told['match']).to.equal('42');
      expect(told['half']).to.equal(0.1 + 0.2);
    });

    it('has no randomness of its own', () => {
      expect(host.refusal('misuse', { what: 'random' })).to.equal(
        'Smart contract panicked: ' +
          'NO_RANDOMNESS: Math.random is the same for everyone; use near.randomSeed()',
      );
    });

    it('cannot make code out of text', () => {
      expect(host.refusal('misuse', { what: 'eval' })).to.include('eval is not supported');
      expect(host.refusal('misuse', { what: 'function' })).to.include('eval is not supported');
    });
  });

  describe('failing', () => {
    it('says what a refusal says, and nothing else', () => {
      expect(host.refusal('misuse', { what: 'x' })).to.equal(
        'Smart contract panicked: SAMPLE_REFUSED: x; ask for something else',
      );
    });

    it('says where a bug is', () => {
      expect(host.refusal('misuse', { what: 'bug' })).to.match(/cannot read .*\n +at misuse/);
    });

    it('says what was thrown when it is not an error', () => {
      const told = host.refusal('misuse', { what: 'throw-text' });
      expect(told).to.equal('Smart contract panicked: plain text');
    });

    it('cuts a long message between characters', () => {
      const told = host.refusal('misuse', { what: 'é'.repeat(9000) });
      expect(told).to.match(/^Smart contract panicked: SAMPLE_REFUSED: é+$/);
    });

    it('fails a call that recurses without end, or is handed endless nesting', () => {
      expect(host.refusal('misuse', { what: 'recurse' })).to.be.a('string');
      const nested = `{"value":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
      expect(host.refusal('echo', nested)).to.be.a('string');
    });

    it('fails a call with input that is not JSON', () => {
      expect(host.refusal('echo', '{"value":')).to.match(/SyntaxError|unexpected|expecting/i);
    });
  });
});

function upperHalf(s: number[]): number[] {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const value = BigInt(`0x${Buffer.from(s).toString('hex')}`);
  return [...Buffer.from((order - value).toString(16).padStart(64, '0'), 'hex')];
}

/** The same text as in sample-contract.ts: both must come to the same number. */
function churn(seed: number): number {
  const kept: (string | number[])[] = [];
  let state = seed;
  const next = (below: number): number => {
    state = Math.imul(state, 48271) >>> 0;
    return state % below;
  };
  for (let i = 0; i < 400; i++) {
    const at = next(40);
    if (next(2) === 0) kept[at] = String.fromCharCode(97 + next(26)).repeat(next(300));
    else kept[at] = Array.from({ length: next(60) }, () => next(1000));
    const other = kept[next(40)];
    if (typeof other === 'string') kept[next(40)] = `${other}${i}`;
    else other?.push(i);
  }
  let sum = 0;
  for (const item of kept) {
    for (const part of item ?? []) sum = (Math.imul(sum, 31) + Number(part.toString().length)) | 0;
  }
  return sum;
}
