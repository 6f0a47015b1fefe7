/** What `@commonweights/near-toolchain` offers to programs. */
export { buildContract, type BuiltContract } from './build-contract.js';
export { checkContractTypes } from './check-types.js';
export type { BuildInfo } from './build-info.js';
export type { BuildProgress, OnProgress } from './progress.js';
