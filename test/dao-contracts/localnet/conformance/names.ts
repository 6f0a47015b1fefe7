/** Account names, and who may make which account. */
import { expect } from 'chai';
import {
  isAccountId,
  isEthImplicitAccountId,
  isImplicitAccountId,
  refusalToCreate,
} from '@commonweights/dao-contracts/localnet/protocol/account-id.js';
import { cites, type Case } from './case.js';

const valid = [
  ...['ok', 'bowen', 'ek-2', 'ek.near', 'com', 'google.com', 'bowen.google.com', 'near'],
  ...['illia.cheap-accounts.near', 'max_99.near', '100', 'near2019', 'over.9000', 'a.bro'],
  ...['bro.a', '1_4m_n0t-al1c3.near', 'a'.repeat(64)],
];

const invalid: [string, string][] = [
  ['not ok', 'a space'],
  ['a', 'one character'],
  ['', 'nothing'],
  ['a'.repeat(65), '65 characters'],
  ['100-', 'a separator at the end'],
  ['bo__wen', 'two separators in a row'],
  ['_illia', 'a separator at the start'],
  ['.near', 'a dot at the start'],
  ['near.', 'a dot at the end'],
  ['a..near', 'two dots in a row'],
  ['not-_alice.near', 'two different separators in a row'],
  ['alice-.near', 'a separator at the end of a part'],
  ['-alice.near', 'a separator at the start of a part'],
  ['$$$', 'characters that are not alphanumeric'],
  ['WAT', 'capitals'],
  ['me@google.com', 'an @'],
  ['\u0192elicia.near', 'a letter that is not ASCII'],
  [`${'abcdefghijklmnopqrstuvwxyz.'.repeat(2)}abcdefghijklmnopqrstuvwxyz`, '80 characters'],
];

const hex = '98793cd91a3f870fb126f66285808c7e094afcfc4eda8a970f6648cdf0dbd6de';
const address = '0xb794f5ea0ba39494ce839613fffba74279579268';

const creations: [string, string, string | null, string][] = [
  ['alice.near', 'near', null, cites.topLevel],
  ['app.alice.near', 'alice.near', null, cites.topLevel],
  ['app.alice.near', 'near', 'CreateAccountNotAllowed', cites.topLevel],
  ['bob.near', 'alice.near', 'CreateAccountNotAllowed', cites.topLevel],
  ['alice.com', 'near', 'CreateAccountNotAllowed', cites.topLevel],
  ['malice.near', 'alice.near', 'CreateAccountNotAllowed', cites.topLevel],
  ['com', 'near', 'CreateAccountOnlyByRegistrar', cites.topLevel],
  ['com', 'registrar', null, cites.topLevel],
  [hex, 'near', 'OnlyImplicitAccountCreationAllowed', cites.implicit],
  [address, 'near', 'OnlyImplicitAccountCreationAllowed', cites.implicit],
];

const kinds: [string, 'key' | 'address' | 'name'][] = [
  [hex, 'key'],
  [hex.toUpperCase(), 'name'],
  [hex.slice(1), 'name'],
  [`${hex.slice(1)}g`, 'name'],
  [address, 'address'],
  [address.slice(2), 'name'],
  [`${address.slice(0, -1)}G`, 'name'],
];

export const nameCases: Case[] = [
  ...valid.map((name) => ({
    says: `"${name}" is an account name`,
    cites: cites.names,
    check: () => void expect(isAccountId(name)).to.equal(true),
  })),
  ...invalid.map(([name, why]) => ({
    says: `"${name}" is no account name: ${why}`,
    cites: cites.names,
    check: () => void expect(isAccountId(name)).to.equal(false),
  })),
  ...creations.map(([account, creator, refusal, from]) => ({
    says: `${creator} ${refusal === null ? 'may' : 'may not'} create ${account}`,
    cites: from,
    check: () => {
      const told = refusalToCreate(account, creator);
      expect(told && Object.keys(told)[0]).to.equal(refusal);
    },
  })),
  ...kinds.map(([text, kind]) => ({
    says: `"${text}" is named after ${kind === 'name' ? 'nothing' : `its ${kind}`}`,
    cites: cites.implicit,
    check: () => {
      expect(isImplicitAccountId(text)).to.equal(kind === 'key');
      expect(isEthImplicitAccountId(text)).to.equal(kind === 'address');
    },
  })),
];
