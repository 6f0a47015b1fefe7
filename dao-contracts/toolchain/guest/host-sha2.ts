/**
 * Stands in for `@noble/hashes/sha2.js` inside a contract. Shared pure code falls back to that
 * package where Node's crypto is missing; on a chain the host has SHA-256.
 */
declare const env: {
  sha256(bytes: Uint8Array, register: number): void;
  read_register(register: number): Uint8Array;
};

export function sha256(bytes: Uint8Array): Uint8Array {
  env.sha256(bytes, 0);
  return env.read_register(0);
}
