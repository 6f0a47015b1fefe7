/** What a worker is bound to: one call of the host where that will do, and the same bytes. */
import { expect } from 'chai';
import fc from 'fast-check';
import { sha256 } from '@commonweights/dataset-registry/digest/digest.js';
import { formatDigest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { encodeParts, encodeUtf8 } from '@commonweights/dataset-registry/digest/hash-parts.js';
import { commitmentWith } from '@commonweights/dao-contracts/rules/opening.js';
import { named } from './run-play.js';

describe('a commitment', () => {
  it('is the tagged hash of its parts, of whatever characters and length', () => {
    const salt = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom('', 'x'.repeat(127), 'x'.repeat(128), '\0', 'é'),
    );
    fc.assert(
      fc.property(salt, fc.nat(), fc.nat(), (salt, run, round) => {
        let calls = 0;
        const utf8 = (text: string) => (calls++, encodeUtf8(text));
        const [update, startRoot, localIn] = [named('update'), named('start'), named('in')];
        const work = { update, startRoot, localIn, localOut: named('out'), traceRoot: named('t') };
        const where = { contract: 'dao.test', run, round, account: 'w0.test', worker: '' };
        const parts = [...Object.values(where), update, startRoot, localIn];
        const rest = [work.localOut, work.traceRoot, salt];
        const raw = encodeParts(['cw/commit/2', ...parts, ...rest]);
        const found = commitmentWith({ ...where, ...work, salt }, { hash: sha256, utf8 });
        expect(found).to.equal(formatDigest(sha256(raw)));
        const short = salt.length < 128 && encodeUtf8(salt).length === salt.length;
        if (short) expect(calls).to.equal(1);
      }),
      { endOnFailure: true },
    );
  });
});
