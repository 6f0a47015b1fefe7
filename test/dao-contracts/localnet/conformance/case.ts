/**
 * What the protocol says of one thing, where it says so, and a check that the node does it. The
 * expectations are taken from there, never from what our node answers.
 */
export interface Case {
  readonly says: string;
  /** Where: a page of the specification, or a file of the protocol's reference node. */
  readonly cites: string;
  /** The protocol's errors that the check sees, as `Enum.Variant` (variants.ts). */
  readonly triggers?: readonly string[];
  readonly check: () => void | Promise<void>;
}

const bindings = 'nomicon.io/RuntimeSpec/Components/BindingsSpec';

export const cites = {
  names: 'nomicon.io/DataStructures/Account, account id rules',
  topLevel: 'nomicon.io/DataStructures/Account, top level accounts',
  implicit: 'nomicon.io/DataStructures/Account, implicit account ids',
  actions: 'nomicon.io/RuntimeSpec/Actions',
  transactions: 'nomicon.io/RuntimeSpec/Transactions',
  refunds: 'nomicon.io/RuntimeSpec/Refunds',
  registers: `${bindings}/RegistersAPI`,
  context: `${bindings}/ContextAPI`,
  economics: `${bindings}/EconomicsAPI`,
  math: `${bindings}/MathAPI`,
  misc: `${bindings}/MiscellaneousAPI`,
  promises: `${bindings}/PromisesAPI`,
  trie: `${bindings}/TrieAPI`,
  /** Commit 00fc9501c83c5fe1197bc0bc80958bf1e7cb7a5a. */
  parameters: 'nearcore core/parameters/res/runtime_configs/parameters.snap',
  errors: 'nearcore core/primitives/src/errors.rs',
  vmErrors: 'nearcore runtime/near-vm-runner/src/logic/errors.rs',
  vm: 'nearcore runtime/near-vm-runner/src/logic/logic.rs',
  rpc: 'docs.near.org/api/rpc',
  bls: 'github.com/near/NEPs/blob/master/neps/nep-0488.md',
  runtime: 'nearcore runtime/runtime/src/lib.rs and function_call.rs',
  validation: 'nearcore runtime/runtime/src/action_validation.rs',
  prepare: 'nearcore runtime/near-vm-runner/src/prepare/prepare_v3.rs and logic/gas_counter.rs',
  metering: 'near/finite-wasm src/gas and src/max_stack/instruction_visit.rs',
  wasm: 'webassembly.github.io/spec/core/exec',
  sha: 'FIPS 180-4 examples',
  keccak: 'keccak.team test vectors',
  ripemd: 'homes.esat.kuleuven.be/~bosselae/ripemd160',
  rfc8032: 'RFC 8032, section 7.1',
} as const;
