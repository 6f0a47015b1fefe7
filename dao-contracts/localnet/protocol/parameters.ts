/**
 * The protocol's numbers: what a wasm instruction, a byte of storage or an action costs, and how
 * large anything may be. Values are those of one version of the NEAR network, so that gas measured
 * here is gas paid there; docs/localnet.md lists where we knowingly differ, and what later versions add.
 */

/** Of the numbers below and of the rules; `p256_verify` alone is of the next. */
export const protocolVersion = 84;
/** Headers say up to which version their producer knows the protocol. */
export const latestProtocolVersion = 85;

/** Gas is a `number`: the protocol's ceiling, 1e15, is far below 2^53. */
export type Gas = number;

const Tgas = 1e12;

export const gasPriceYocto = 100_000_000n;
export const storageYoctoPerByte = 10_000_000_000_000_000_000n;
/** An account record, and what each storage record and each key adds to its key and value. */
export const accountBytes = 100;
export const recordExtraBytes = 40;
/** Of the gas burnt by a function call, the share that its contract earns: 3 / 10. */
export const burntGasReward = { numerator: 3n, denominator: 10n };

export const limits = {
  maxGasBurnt: 1_000 * Tgas,
  maxTotalPrepaidGas: 1_000 * Tgas,
  /** What wallets and older networks accept for one transaction; see `maxAttachedGas`. */
  defaultAttachedGas: 300 * Tgas,
  /**
   * A node's own setting (nearcore's `max_gas_burnt_view`), by default the protocol's `max_gas_burnt`:
   * 300 Tgas for most of its versions, 1,000 for the newest. What keeps to this can be asked of any.
   */
  defaultViewGas: 300 * Tgas,
  maxStackBytes: 262_144,
  initialMemoryPages: 1024,
  maxMemoryPages: 2048,
  maxRegisters: 100,
  maxRegisterBytes: 104_857_600,
  maxRegistersBytes: 1_073_741_824,
  maxLogs: 100,
  maxTotalLogBytes: 16_384,
  maxActionsPerReceipt: 100,
  maxDeploysPerReceipt: 10,
  maxMethodNameBytes: 256,
  maxMethodNamesBytes: 2000,
  maxArgumentsBytes: 4_194_304,
  maxReturnedBytes: 4_194_304,
  maxContractBytes: 4_194_304,
  maxTransactionBytes: 1_572_864,
  maxStorageKeyBytes: 2048,
  maxStorageValueBytes: 4_194_304,
  /** Larger values are kept apart, and reading them costs more. */
  inlineValueBytes: 4_000,
  /** What the proof of one receipt's reads may have. */
  maxRecordedBytes: 4_000_000,
  maxPromises: 1024,
  maxInputDependencies: 128,
  maxFunctions: 10_000,
  maxLocals: 1_000_000,
  maxTableElements: 10_000,
  maxFunctionBodyBytes: 196_608,
  maxBlocksPerFunction: 5000,
  maxBlocksPerContract: 50_000,
  maxTypes: 1024,
  maxParametersPerFunction: 64,
  maxParametersPerContract: 50_000,
  yieldTimeoutBlocks: 200,
  maxYieldPayloadBytes: 1024,
  transactionValidityBlocks: 86_400,
} as const;

export const wasmCosts = { instruction: 822_756, linearBase: 26_328_192, linearUnit: 822_756 };

/** Costs of host functions, in gas. */
export const hostCosts = {
  base: 264_768_111,
  contractLoadingBase: 35_445_963,
  contractLoadingByte: 1_089_295,
  readMemoryBase: 2_609_863_200,
  readMemoryByte: 3_801_333,
  writeMemoryBase: 2_803_794_861,
  writeMemoryByte: 2_723_772,
  readRegisterBase: 2_517_165_186,
  readRegisterByte: 98_562,
  writeRegisterBase: 2_865_522_486,
  writeRegisterByte: 3_801_564,
  utf8DecodingBase: 3_111_779_061,
  utf8DecodingByte: 291_580_479,
  utf16DecodingBase: 3_543_313_050,
  utf16DecodingByte: 163_577_493,
  sha256Base: 4_540_970_250,
  sha256Byte: 24_117_351,
  keccak256Base: 5_879_491_275,
  keccak256Byte: 21_471_105,
  keccak512Base: 5_811_388_236,
  keccak512Byte: 36_649_701,
  ripemd160Base: 853_675_086,
  ripemd160Block: 680_107_584,
  ecrecoverBase: 278_821_988_457,
  ed25519VerifyBase: 210_000_000_000,
  ed25519VerifyByte: 9_000_000,
  p256VerifyBase: 1_300_000_000_000,
  p256VerifyByte: 13_000_000,
  altBn128MultiexpBase: 713_000_000_000,
  altBn128MultiexpElement: 320_000_000_000,
  altBn128SumBase: 3_000_000_000,
  altBn128SumElement: 5_000_000_000,
  altBn128PairingBase: 9_686_000_000_000,
  altBn128PairingElement: 5_102_000_000_000,
  /** Of each its base, and what it costs for each element. */
  ...{
    bls12381P1Sum: [16_500_000_000, 6_000_000_000] as const,
    bls12381P2Sum: [18_600_000_000, 15_000_000_000] as const,
    bls12381G1Multiexp: [16_500_000_000, 930_000_000_000] as const,
    bls12381G2Multiexp: [18_600_000_000, 1_995_000_000_000] as const,
    bls12381MapFpToG1: [1_500_000_000, 252_000_000_000] as const,
    bls12381MapFp2ToG2: [1_500_000_000, 900_000_000_000] as const,
    bls12381Pairing: [2_130_000_000_000, 2_130_000_000_000] as const,
    bls12381P1Decompress: [15_000_000_000, 81_000_000_000] as const,
    bls12381P2Decompress: [15_000_000_000, 165_000_000_000] as const,
  },
  logBase: 3_543_313_050,
  logByte: 13_198_791,
  storageWriteBase: 64_196_736_000,
  storageWriteKeyByte: 70_482_867,
  storageWriteValueByte: 31_018_539,
  storageWriteEvictedByte: 32_117_307,
  storageReadBase: 56_356_845_749,
  storageReadKeyByte: 30_952_533,
  storageReadValueByte: 5_611_004,
  /** Of values that are kept apart from the rest of the state: those of more bytes. */
  storageLargeReadBase: 1,
  storageLargeReadByte: 1,
  storageRemoveBase: 53_473_030_500,
  storageRemoveKeyByte: 38_220_384,
  storageRemoveValueByte: 11_531_556,
  storageHasKeyBase: 54_039_896_625,
  storageHasKeyByte: 30_790_845,
  touchingTrieNode: 2_280_000_000,
  promiseAndBase: 1_465_013_400,
  promiseAndByte: 5_452_176,
  promiseReturn: 560_152_386,
  validatorStakeBase: 911_834_726_400,
  yieldCreateBase: 153_411_779_276,
  yieldCreateByte: 15_643_988,
  yieldResumeBase: 1_195_627_285_210,
  yieldResumeByte: 47_683_715,
};

/** A fee is burnt by the sender (`local` when sender and receiver are one) and on execution. */
export interface Fee {
  local: Gas;
  remote: Gas;
  execution: Gas;
}

const fee = (local: Gas, remote: Gas, execution: Gas): Fee => ({ local, remote, execution });
const even = (gas: Gas): Fee => fee(gas, gas, gas);

export const fees = {
  actionReceipt: even(108_059_500_000),
  dataReceipt: even(36_486_732_312),
  dataReceiptByte: fee(17_212_011, 47_683_715, 17_212_011),
  createAccount: even(3_850_000_000_000),
  deleteAccount: even(147_489_000_000),
  deployContract: even(184_765_750_000),
  deployContractByte: fee(6_812_999, 47_683_715, 64_572_944),
  functionCall: fee(200_000_000_000, 200_000_000_000, 780_000_000_000),
  functionCallByte: fee(2_235_934, 47_683_715, 2_235_934),
  transfer: even(115_123_062_500),
  stake: fee(141_715_687_500, 141_715_687_500, 102_217_625_000),
  addFullAccessKey: even(101_765_125_000),
  addFunctionCallKey: even(102_217_625_000),
  addFunctionCallKeyByte: fee(1_925_331, 47_683_715, 1_925_331),
  deleteKey: even(94_946_625_000),
  delegate: even(200_000_000_000),
};

/** What the sender burns for `fee`, once or per byte. */
export function sendCost(charged: Fee, local: boolean, count = 1): Gas {
  return (local ? charged.local : charged.remote) * count;
}
