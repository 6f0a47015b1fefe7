import { ed25519 } from '@noble/curves/ed25519.js';
import { base58 } from '@scure/base';
import { expect } from 'chai';
import fc from 'fast-check';
import { KeyPairSigner, type KeyPairString } from 'near-api-js';
import { signNep413, verifyNep413 } from '@commonweights/dataset-registry/server/nep413.js';

const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const message = fc.record(
  {
    message: text,
    recipient: text,
    nonce: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    callbackUrl: text,
  },
  { requiredKeys: ['message', 'recipient', 'nonce'] },
);
const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });

function secretKeyOf(from: Uint8Array): KeyPairString {
  return `ed25519:${base58.encode(Uint8Array.from([...from, ...ed25519.getPublicKey(from)]))}`;
}

describe('NEP-413 signatures', () => {
  it('verify as they were made, and for nothing else', () => {
    fc.assert(
      fc.property(message, seed, fc.nat(), (signed, from, bit) => {
        const by = signNep413(signed, secretKeyOf(from));
        expect(verifyNep413(signed, by)).to.equal(true);
        const flip = (bytes: Uint8Array): Uint8Array => {
          const copy = bytes.slice();
          copy[(bit >> 3) % copy.length]! ^= 1 << (bit & 7);
          return copy;
        };
        expect(verifyNep413({ ...signed, message: `${signed.message}!` }, by)).to.equal(false);
        expect(verifyNep413({ ...signed, recipient: `${signed.recipient}!` }, by)).to.equal(false);
        expect(verifyNep413({ ...signed, callbackUrl: `${signed.callbackUrl}!` }, by)).to.equal(
          false,
        );
        expect(verifyNep413({ ...signed, nonce: flip(signed.nonce) }, by)).to.equal(false);
        expect(verifyNep413(signed, { ...by, signature: flip(by.signature) })).to.equal(false);
      }),
      { numRuns: 8 },
    );
  });

  it('answer false for keys and signatures that are none', () => {
    const signed = { message: 'm', recipient: 'r', nonce: new Uint8Array(32) };
    const good = signNep413(signed, secretKeyOf(new Uint8Array(32).fill(7)));
    const zeroPoint = `ed25519:${base58.encode(Uint8Array.from([1, ...new Uint8Array(31)]))}`;
    for (const publicKey of ['', 'ed25519:', 'secp256k1:abc', 'ed25519:0OIl', zeroPoint]) {
      expect(verifyNep413(signed, { ...good, publicKey }), publicKey).to.equal(false);
    }
    expect(verifyNep413(signed, { ...good, signature: new Uint8Array(63) })).to.equal(false);
    const forged = Uint8Array.from([1, ...new Uint8Array(63)]);
    expect(verifyNep413(signed, { publicKey: zeroPoint, signature: forged })).to.equal(false);
  });

  it('are those of near-api-js', async () => {
    await fc.assert(
      fc.asyncProperty(message, seed, async (signed, from) => {
        const { callbackUrl, ...rest } = signed;
        const payload = callbackUrl ? signed : rest;
        const signer = KeyPairSigner.fromSecretKey(secretKeyOf(from));
        const theirs = await signer.signNep413Message('alice.near', payload);
        const ours = signNep413(payload, secretKeyOf(from));
        expect([...theirs.signature]).to.deep.equal([...ours.signature]);
        expect(theirs.publicKey.toString()).to.equal(ours.publicKey);
      }),
      { numRuns: 8 },
    );
  });
});
