/** An Ethereum wallet signs one statement, which the contract's own rules then take. */
import { expect } from 'chai';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { Wallet } from 'ethers';
import { encodeUtf8 } from '@commonweights/dataset-registry/digest/hash-parts.js';
import { decodeSignedStatement, signerOf } from '@commonweights/dao-contracts/rules/attestation.js';
import {
  signStatement,
  type EthereumProvider,
} from '@commonweights/governance-ui/wallet/ethereum-wallet.js';
import { digest } from './played-run.js';

describe('an Ethereum wallet of the browser', () => {
  const wallet = new Wallet(`0x${'5e'.repeat(32)}`);
  const statement = {
    ...{ contract: 'dao.near', subject: digest('release'), purpose: 'endorses' as const },
    ...{ evidence: null, nonce: 7, deadlineMs: 1_800_000_000_000 },
  };
  const provider = (change: (signature: string) => unknown = (it) => it): EthereumProvider => ({
    request: async ({ method, params }) => {
      if (method === 'eth_requestAccounts') return [wallet.address];
      const { domain, types, message } = JSON.parse(String(params![1])) as never as {
        domain: object;
        types: Record<string, { name: string; type: string }[]>;
        message: Record<string, unknown>;
      };
      delete types['EIP712Domain'];
      return change(await wallet.signTypedData(domain, types, message));
    },
  });
  const host = {
    keccak256: keccak_256,
    utf8: encodeUtf8,
    recover: (hash: Uint8Array, signature: Uint8Array, v: 0 | 1) =>
      secp256k1.Signature.fromBytes(signature)
        .addRecoveryBit(v)
        .recoverPublicKey(hash)
        .toBytes(false)
        .slice(1),
  };
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'nothing',
      (error: { code: string }) => error.code,
    );

  it('signs what the contract reads as its word, also where it counts parity from 0', async () => {
    const short = (it: string) => `${it.slice(0, 130)}0${Number(`0x${it.slice(130)}`) - 27}`;
    for (const change of [
      (it: string) => it,
      short,
      (it: string) => it.toUpperCase().replace('0X', '0x'),
    ]) {
      const signed = await signStatement(provider(change), statement);
      const decoded = decodeSignedStatement(signed, 'statement');
      expect(signerOf(decoded, 'dao.near', host)).to.equal(wallet.address.toLowerCase());
    }
  });

  it('may refuse, by its number', async () => {
    const refusing = {
      request: () => Promise.reject(Object.assign(new Error('no'), { code: 4001 })),
    };
    expect(await codeOf(signStatement(refusing, statement))).to.equal('WALLET_REFUSED');
  });

  it('that is locked, broken or gives something else is told as that', async () => {
    const locked = { request: async () => [] };
    expect(await codeOf(signStatement(locked, statement))).to.equal('NO_WALLET_ACCOUNT');
    const broken = { request: () => Promise.reject(new Error('internal')) };
    expect(await codeOf(signStatement(broken, statement))).to.equal('WALLET_FAILED');
    expect(
      await codeOf(
        signStatement(
          provider(() => '0x12'),
          statement,
        ),
      ),
    ).to.equal('WALLET_FAILED');
  });
});
