import { expect } from 'chai';
import fc from 'fast-check';
import {
  decodeRedactParams,
  redact,
  redactKinds,
  redactText,
} from '@commonweights/dataset-registry/transforms/redact.js';
import { decodeItems } from '@commonweights/dataset-registry/transforms/text-item.js';

const marked = (text: string) => redactText(text, redactKinds);

describe('redacting', () => {
  const found: readonly [string, string][] = [
    ['Write to Ann.Lee+x@mail.example.org, please.', 'Write to [email], please.'],
    ['https://ann:s3cret@host.example/x', 'https://[url-login]@host.example/x'],
    ['Card 4111 1111 1111 1111.', 'Card [card].'],
    ['IBAN GB82 WEST 1234 5698 7654 32', 'IBAN [iban]'],
    ['SSN 219-09-9999', 'SSN [ssn]'],
    ['Call +49 30 901820 or (212) 555-0123 or 212-555-0123', 'Call [phone] or [phone] or [phone]'],
    ['from 192.168.1.254 to fe80::1ff:fe23:4567:890a', 'from [ip] to [ip]'],
    ['AKIAIOSFODNN7EXAMPLE', '[secret]'],
    [`-----BEGIN PRIVATE KEY-----\n${'A'.repeat(64)}\n-----END PRIVATE KEY-----`, '[secret]'],
  ];
  for (const [text, expected] of found) {
    it(`marks ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(marked(text)).to.equal(expected);
    });
  }

  const kept = [
    'On 1790-01-08 and 1791-12-05, at 10:30:15.',
    'Version 1.2.3 and chapter 4.5.6.7.8, priced 1,234,567.89',
    'Card number 4111 1111 1111 1112 fails its check digit.',
    'GB00 WEST 1234 5698 7654 32 fails its own.',
    'ISBN 978-3-16-148410-0; a ratio of 16:9; C++::name; 300.300.300.300',
    'An @mention, and a@b without an end.',
  ];
  for (const text of kept) {
    it(`leaves ${JSON.stringify(text.slice(0, 40))} alone`, () => {
      expect(marked(text)).to.equal(text);
    });
  }

  it('does its own metadata too, and numbers stay numbers', () => {
    const { files } = redact([{ text: 'x', author: 'ann@mail.example', year: 1790 }], {
      kinds: ['email'],
    });
    expect(decodeItems(files).items).to.deep.equal([{ text: 'x', author: '[email]', year: 1790 }]);
  });

  it('changes nothing the second time', () => {
    const pieces = fc.constantFrom(
      ...found.map(([text]) => text),
      ...kept,
      ' ',
      '@',
      '1',
      '-',
      ':',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (list) => {
        const once = marked(list.join(' '));
        expect(marked(once)).to.equal(once);
      }),
      { endOnFailure: true },
    );
  });

  it('takes time in proportion to hostile texts', () => {
    // What makes patterns explode: long runs that almost match. Each of these ends at once.
    for (const run of [
      'a',
      '1',
      '1 ',
      'a.',
      '1.',
      'a@a.',
      ':',
      'f:',
      '+1 ',
      '(',
      'A1',
      '-----BEGIN ',
    ]) {
      const text = run.repeat(200_000 / run.length);
      expect(marked(text).length).to.be.at.most(text.length);
    }
  }).timeout(20_000);

  it('has its kinds in one order, since a mark hides text from the next', () => {
    expect(decodeRedactParams({ kinds: ['email', 'ip'] })).to.deep.equal({
      kinds: ['email', 'ip'],
    });
    for (const kinds of [[], ['ip', 'email'], ['email', 'email'], ['names'], 'email']) {
      expect(() => decodeRedactParams({ kinds })).to.throw(/^BAD_PARAMS: "kinds" is not/);
    }
  });
});
