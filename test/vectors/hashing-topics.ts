/** Vectors of everything that is hashed: encodings, commitments, trees, draws. */
import { commitmentOf, outcomeLeaf } from '@commonweights/dao-contracts/rules/commitment.js';
import { Draw } from '@commonweights/dao-contracts/rules/draw.js';
import { stepRun } from '@commonweights/dao-contracts/rules/run-events.js';
import { proveTraceLeaf, traceRootOf } from '@commonweights/dao-contracts/rules/trace.js';
import { canonicalJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf, formatDigest, sha256 } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeUtf8 } from '@commonweights/dataset-registry/digest/hash-parts.js';
import { merkleRoot, proveInclusion } from '@commonweights/dataset-registry/digest/merkle.js';
import { encodeParts } from '@commonweights/dataset-registry/digest/tagged.js';
import { contract, fundedRun, named, near, smallTerms } from '../dao-contracts/rules/run-play.js';
import { fromHex, toHex, topic } from './vector-topic.js';

type Part = { text: string } | { integer: string } | { hex: string };

function partOf(part: Part): string | bigint | Uint8Array {
  if ('text' in part) return part.text;
  return 'integer' in part ? BigInt(part.integer) : fromHex(part.hex);
}

const opening = {
  contract: 'dao.example.near',
  run: 3,
  round: 17,
  account: 'worker.example.near',
  update: named('update'),
  startRoot: named('start root'),
  localIn: named('local in'),
  localOut: named('local out'),
  traceRoot: named('trace root'),
  salt: 'a salt of any text, ünïcode too',
};

const leafNames = (count: number) => Array.from({ length: count }, (_, i) => `leaf ${i}`);

export const hashingTopics = [
  topic({
    name: 'tagged-hash',
    about:
      'encoded: the tag, then each part, each preceded by its length as u32 little-endian; text as ' +
      'UTF-8, integers as decimal text, hex as raw bytes. digest: SHA-256 of it.',
    inputs: (): { tag: string; parts: Part[] }[] => [
      { tag: 'cw/local/zero/1', parts: [] },
      { tag: '', parts: [] },
      { tag: 'cw/example/1', parts: [{ text: '' }] },
      { tag: 'cw/example/1', parts: [{ text: 'ab' }, { text: 'c' }] },
      { tag: 'cw/example/1', parts: [{ text: 'a' }, { text: 'bc' }] },
      { tag: 'cw/example/1', parts: [{ text: 'für Zoë: 日本 🜚' }] },
      { tag: 'cw/example/1', parts: [{ integer: '0' }, { integer: '-1' }] },
      { tag: 'cw/example/1', parts: [{ integer: '9007199254740991' }] },
      { tag: 'cw/example/1', parts: [{ integer: '340282366920938463463374607431768211455' }] },
      { tag: 'cw/example/1', parts: [{ hex: '' }, { hex: '00ff80' }, { text: '7' }] },
    ],
    compute: ({ tag, parts }) => {
      const encoded = encodeParts([tag, ...parts.map(partOf)]);
      return { encoded: toHex(encoded), digest: digestOf(encoded) };
    },
  }),
  topic({
    name: 'canonical-json',
    about:
      'json: some text of a value; canonical: its RFC 8785 text; digest: SHA-256 of that as UTF-8.',
    inputs: () =>
      [
        '{}',
        '[]',
        'null',
        '{"b":1,"a":2}',
        '{"10":1,"9":2,"a":3,"A":4,"":5}',
        '{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"\\u00f6":7}',
        '[0,-0,1e0,1.0,10e-1,1e21,1e20,123456789012345680000,1e-6,1e-7,0.1,4.35,5e-324]',
        '[1.7976931348623157e308,9007199254740993,333333333.33333329,1E30,4.50,2e-3]',
        '" \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u000f \\u001b \\u007f \\u2028 é 🜚"',
        ' { "nested" : [ true , false , null , { "z" : [ ] , "a" : { } } ] } ',
        '{"rewardYocto":"1000000000000000000000000","round":3,"root":null}',
      ].map((json) => ({ json })),
    compute: ({ json }) => {
      const canonical = canonicalJson(JSON.parse(json));
      return { canonical, digest: digestOf(new TextEncoder().encode(canonical)) };
    },
  }),
  topic({
    name: 'commitment',
    about: 'H("cw/commit/1", contract, run, round, account, update, startRoot, …, salt).',
    inputs: () => [
      opening,
      { ...opening, round: 18 },
      { ...opening, run: 31, round: 7 },
      { ...opening, contract: 'other.example.near' },
      { ...opening, salt: '' },
    ],
    compute: (it) => commitmentOf(it),
  }),
  topic({
    name: 'outcome-leaf',
    about: 'H("cw/outcome/2", update, localOut, endSnapshot): the last leaf of a trace.',
    inputs: () => [
      { update: named('u'), localOut: named('l'), endSnapshot: named('e') },
      { update: named('l'), localOut: named('u'), endSnapshot: named('e') },
    ],
    compute: (it) => outcomeLeaf(it),
  }),
  topic({
    name: 'trace',
    about:
      'leaves: the S + 1 digests of a trace of S segments. root: RFC 6962 over their 32 raw bytes. ' +
      'proofs: for each leaf its sibling digests from the leaf upwards.',
    inputs: () =>
      [1, 2, 3, 4, 5, 7, 8, 16, 20].map((segments) => ({
        leaves: leafNames(segments + 1).map(named),
      })),
    compute: ({ leaves }) => ({
      root: traceRootOf(leaves),
      proofs: leaves.map((_, i) => proveTraceLeaf(leaves, i)),
    }),
  }),
  topic({
    name: 'merkle-tree',
    about: 'RFC 6962, section 2.1, over leaves of any bytes (hex); proofs as in trace.json.',
    inputs: () => {
      const entries = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '60616263'];
      return entries
        .map((_, i) => ({ leaves: entries.slice(0, i + 1) }))
        .concat({ leaves: [] }, { leaves: ['00', '00', '00'] });
    },
    compute: ({ leaves }) => {
      const bytes = leaves.map(fromHex);
      return {
        root: formatDigest(merkleRoot(bytes, sha256)),
        proofs: bytes.map((_, i) => proveInclusion(bytes, i, sha256).map(toHex)),
      };
    },
  }),
  topic({
    name: 'draw',
    about:
      'The n-th draw (n from 0) below c is the first six bytes, big-endian, of ' +
      'H("cw/draw/1", seed, n), modulo c. taken: entries taken out of 0 … 4 one after another, ' +
      'each removed at the drawn place, by a fresh series of draws.',
    inputs: () => [
      { seed: '', counts: [10, 10, 10] },
      { seed: '00'.repeat(32), counts: [1, 2, 3, 4, 10_000, 64, 1_024, 2 ** 31] },
      { seed: toHex(sha256(new Uint8Array(1))), counts: [10_000, 2, 4, 10_000, 2, 4, 3, 7] },
    ],
    compute: ({ seed, counts }) => {
      const draw = new Draw(fromHex(seed), sha256);
      const drawn = counts.map((count) => draw.below(count));
      const again = new Draw(fromHex(seed), sha256);
      const entries = [0, 1, 2, 3, 4];
      return { drawn, taken: Array.from({ length: 5 }, () => again.take(entries)) };
    },
  }),
  topic({
    name: 'seat-lottery',
    about:
      'Applicants sort by the hex of H("cw/seat/1", seed, account); the first maxWorkers trainers, ' +
      'then the first maxAuditors auditors get the seats 0, 1, … in that order.',
    inputs: () =>
      ['01', toHex(sha256(new Uint8Array(2)))].map((seed) => ({
        seed,
        maxWorkers: 3,
        maxAuditors: 2,
        applicants: Array.from({ length: 9 }, (_, i) => ({
          account: `w${i}.example.near`,
          role: i % 3 === 2 ? 'auditor' : 'trainer',
        })),
      })),
    compute: ({ seed, maxWorkers, maxAuditors, applicants }) => {
      const terms = { ...smallTerms, maxWorkers, maxAuditors };
      let state = fundedRun(terms);
      const at = { contract, nowMs: 0, seed: fromHex(seed), hash: sha256, utf8: encodeUtf8 };
      for (const { account, role } of applicants as { account: string; role: 'trainer' }[]) {
        const it = { account, role, fromRound: null, depositYocto: near };
        ({ state } = stepRun(state, { kind: 'enrol', ...it }, at));
      }
      const due = { ...at, nowMs: terms.deadlinesMs.enrol };
      ({ state } = stepRun(state, { kind: 'tick', round: null, phase: null }, due));
      return { seats: state.seats.map(({ account }) => account) };
    },
  }),
];
