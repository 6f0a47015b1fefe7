/** Types of the published package. A test holds what `index.ts` exports against them. */

export interface BuildProgress {
  step: string;
  done?: number;
  total?: number;
}

export interface BuiltContract {
  wasm: Uint8Array;
  /** Exported method names, sorted. */
  methods: string[];
  /** `sha256:…` of `wasm`: what a node calls the code hash, in hex. */
  digest: string;
  /** `sha256:…` of the engine inside, without the contract. */
  engineDigest: string;
}

/** What a contract finds as `globalThis.contractBuild` (NEP-330). */
export interface BuildInfo {
  version: string;
  link: string | null;
  build_info: {
    build_environment: string;
    build_command: string[];
    contract_path: string;
    source_code_snapshot: string;
  };
}

/**
 * Builds the contract whose class is in the file `entry`. The first build on a machine compiles the
 * engine, about a minute. Refusals are errors whose message begins with a code.
 */
export function buildContract(options: {
  entry: string;
  onProgress?: (event: BuildProgress) => void;
  /** Keeps line numbers for error stacks: larger, and more gas. */
  debug?: boolean;
  /** Builds again what is cached, the engine excepted. */
  fresh?: boolean;
}): Promise<BuiltContract>;

/** Checks the types of a contract. Errors: `CONTRACT_NOT_FOUND`, `TYPE_ERRORS`. */
export function checkContractTypes(entry: string): Promise<void>;
