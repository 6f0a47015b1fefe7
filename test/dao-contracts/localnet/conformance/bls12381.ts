/** Host functions of BLS12-381 (NEP-488): known points, laws of the groups, refusals, and costs. */
import { expect } from 'chai';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { describeFailure } from '@commonweights/dao-contracts/localnet/vm/vm-error.js';
import { cites, type Case } from './case.js';
import { call, dataAt, dropped, runCode, told } from './machine.js';

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const field = bls12_381.fields.Fp.ORDER;
const order = bls12_381.fields.Fr.ORDER;
const wide = (value: bigint) => value.toString(16).padStart(96, '0');

/** The generators, as the curve's specification has them; of pairs the imaginary part comes first. */
const x1 =
  '17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb';
const y1 =
  '08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1';
const x2 =
  '13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e' +
  '024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8';
const y2 =
  '0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be' +
  '0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801';
const [g1, g2] = [x1 + y1, x2 + y2];
const minusG1 = x1 + wide(field - BigInt(`0x${y1}`));
const infinity1 = '40' + '00'.repeat(95);
const infinity2 = '40' + '00'.repeat(191);
const little = (value: bigint) => hexOf(bytesOf(value.toString(16).padStart(64, '0')).reverse());

/** What a function puts into the register; where it gives another number than 0, that number. */
function valueOf(name: string, hex: string): string {
  const data = bytesOf(hex);
  const made = name.endsWith('check')
    ? call(name, data.length, dataAt)
    : call(name, data.length, dataAt, 5);
  const number = (result: string) =>
    told(runCode(result, { data, context: { prepaidGas: 900e12 } }));
  const first = number(`(i64.store (i32.const 0) ${made}) ${call('value_return', 1, 0)}`);
  if (first !== '00' || name.endsWith('check')) return first;
  return number(`(drop ${made}) ${call('value_return', -1, 5)}`);
}

const rows: [says: string, name: string, hex: string, expected: string][] = [
  ['of no points the sum is infinity', 'bls12381_p1_sum', '', infinity1],
  ['a point less itself is infinity', 'bls12381_p1_sum', `00${g1}01${g1}`, infinity1],
  ['a point and its opposite are infinity', 'bls12381_p1_sum', `00${g1}00${minusG1}`, infinity1],
  ['infinity adds nothing', 'bls12381_p1_sum', `00${infinity1}00${g1}`, g1],
  [
    'in the second group a point less itself is infinity',
    'bls12381_p2_sum',
    `00${g2}01${g2}`,
    infinity2,
  ],
  ['one times a point is the point', 'bls12381_g1_multiexp', g1 + little(1n), g1],
  [
    'the group’s order times a point is infinity',
    'bls12381_g1_multiexp',
    g1 + little(order),
    infinity1,
  ],
  ['a number beyond the order wraps', 'bls12381_g1_multiexp', g1 + little(order + 1n), g1],
  [
    'the order less one gives the opposite',
    'bls12381_g1_multiexp',
    g1 + little(order - 1n),
    minusG1,
  ],
  [
    'one times a point of the second group is the point',
    'bls12381_g2_multiexp',
    g2 + little(1n),
    g2,
  ],
  [
    'a field element maps to the point of RFC 9380, J.9.2',
    'bls12381_map_fp_to_g1',
    '156c8a6a2c184569d69a76be144b5cdc5141d2d2ca4fe341f011e25e3969c55ad9e9b9ce2eb833c81a908e5fa4ac5f03',
    '184bb665c37ff561a89ec2122dd343f20e0f4cbcaec84e3c3052ea81d1834e192c426074b02ed3dca4e7676ce4ce48ba' +
      '04407b8d35af4dacc809927071fc0405218f1401a6d15af775810e4e460064bcc9468beeba82fdc751be70476c888bf3',
  ],
  ['a compressed generator is itself', 'bls12381_p1_decompress', '97' + x1.slice(2), g1],
  ['with the other flag it is its opposite', 'bls12381_p1_decompress', 'b7' + x1.slice(2), minusG1],
  ['compressed infinity is infinity', 'bls12381_p1_decompress', 'c0' + '00'.repeat(47), infinity1],
  [
    'a compressed generator of the second group is itself',
    'bls12381_p2_decompress',
    '93' + x2.slice(2),
    g2,
  ],
  ['e(P, Q) e(−P, Q) is one', 'bls12381_pairing_check', g1 + g2 + minusG1 + g2, '00'],
  ['e(P, Q) is not one', 'bls12381_pairing_check', g1 + g2, '02'],
  ['infinity pairs to one', 'bls12381_pairing_check', infinity1 + g2 + g1 + infinity2, '00'],
  ['of no pairs the product is one', 'bls12381_pairing_check', '', '00'],
  ['a sign of 2 is refused', 'bls12381_p1_sum', `02${g1}`, '01'],
  ['a point beside the curve is refused', 'bls12381_p1_sum', `00${x1}${x1}`, '01'],
  ['a coordinate beyond the field is refused', 'bls12381_p1_sum', `00${wide(field)}${y1}`, '01'],
  ['the flag of compressed points is refused', 'bls12381_p1_sum', `0097${g1.slice(2)}`, '01'],
  ['infinity with a coordinate is refused', 'bls12381_p1_sum', `0040${g1.slice(2)}`, '01'],
  ['a point whose x is zero is refused', 'bls12381_p1_sum', `00${wide(0n)}${wide(2n)}`, '01'],
  [
    'a point outside of the group is not multiplied',
    'bls12381_g1_multiexp',
    outside() + little(1n),
    '01',
  ],
  ['a point outside of the group is not paired', 'bls12381_pairing_check', outside() + g2, '01'],
  ['a point outside of the group is summed', 'bls12381_p1_sum', `00${outside()}`, outside()],
  ['a field element beyond the field is refused', 'bls12381_map_fp_to_g1', wide(field), '01'],
  ['a pair beyond the field is refused', 'bls12381_map_fp2_to_g2', wide(0n) + wide(field), '01'],
  ['an x without a y is refused', 'bls12381_p1_decompress', '80' + '00'.repeat(46) + '01', '01'],
  ['what is not compressed is not decompressed', 'bls12381_p1_decompress', x1, '01'],
];

/** On the curve, of which the group is a part: the first whose x is small. */
function outside(): string {
  const { Fp } = bls12_381.fields;
  for (let x = 1n; ; x++) {
    try {
      const y = Fp.sqrt(Fp.add(Fp.pow(x, 3n), 4n));
      if (!bls12_381.G1.Point.fromAffine({ x, y }).isTorsionFree()) return wide(x) + wide(y);
    } catch {
      continue;
    }
  }
}

const readMemory = (bytes: number) => 2_609_863_200 + 3_801_333 * bytes;
const writeRegister = (bytes: number) => 2_865_522_486 + 3_801_564 * bytes;

/** Digit by digit from the file that `cites.parameters` names. */
const costs: [name: string, hex: string, base: number, element: number, given: number][] = [
  ['bls12381_p1_sum', `00${g1}`, 16_500_000_000, 6_000_000_000, 96],
  ['bls12381_p2_sum', `00${g2}`, 18_600_000_000, 15_000_000_000, 192],
  ['bls12381_g1_multiexp', g1 + little(1n), 16_500_000_000, 930_000_000_000, 96],
  ['bls12381_g2_multiexp', g2 + little(1n), 18_600_000_000, 1_995_000_000_000, 192],
  ['bls12381_map_fp_to_g1', wide(1n), 1_500_000_000, 252_000_000_000, 96],
  ['bls12381_map_fp2_to_g2', wide(1n) + wide(1n), 1_500_000_000, 900_000_000_000, 192],
  ['bls12381_p1_decompress', '97' + x1.slice(2), 15_000_000_000, 81_000_000_000, 96],
  ['bls12381_p2_decompress', '93' + x2.slice(2), 15_000_000_000, 165_000_000_000, 192],
  ['bls12381_pairing_check', g1 + g2, 2_130_000_000_000, 2_130_000_000_000, 0],
];

const burntBy = (code: string, data: Uint8Array): number => {
  const { burntGas, failure } = runCode(code, { data });
  expect(failure).to.equal(null);
  return burntGas;
};

export const blsCases: Case[] = [
  ...rows.map(([says, name, hex, expected]) => ({
    says: `${name}: ${says}`,
    cites: cites.bls,
    check: () => void expect(valueOf(name, hex)).to.equal(expected),
  })),
  ...costs.map(([name, hex, base, element, given]) => ({
    says: `${name} of one element costs its base and one element`,
    cites: cites.parameters,
    check: () => {
      const data = bytesOf(hex);
      const args = given ? [data.length, dataAt, 5] : [data.length, dataAt];
      // The rest is the same in both: a call of a register's length stands for it.
      const other = burntBy(dropped('register_len', 5), data) - 264_768_111 - 3 * 822_756;
      const instructions = (args.length + 2) * 822_756;
      const own = burntBy(dropped(name, ...args), data) - other - instructions;
      const access = readMemory(data.length) + (given ? writeRegister(given) : 0);
      // The module is longer by so many bytes of arguments.
      const bytes = Math.round((own - base - element - access) / 1_089_295);
      expect(own - bytes * 1_089_295).to.equal(base + element + access);
      expect(bytes).to.be.within(0, 16);
    },
  })),
  {
    says: 'a length that is no whole number of elements is an error',
    cites: cites.bls,
    triggers: ['HostError.BLS12381InvalidInput'],
    check: () => {
      const outcome = runCode(dropped('bls12381_g1_multiexp', 100, dataAt, 5));
      expect(told(outcome)).to.equal('BLS12381InvalidInput');
      expect(describeFailure(outcome.failure!)).to.equal(
        'BLS12-381 invalid input: Incorrect input length for bls12381_p1_multiexp: ' +
          '100 is not divisible by 128',
      );
    },
  },
];
