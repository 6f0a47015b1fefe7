/**
 * `npx tsx dao-contracts/toolchain/build.ts <contract.ts> [out.wasm]`: builds a contract and prints
 * the digest of its code, to compare with what a node says is deployed.
 */
import { writeFile } from 'node:fs/promises';
import { buildContract } from './build-contract.js';

const [entry, out] = process.argv.slice(2);
if (entry === undefined) {
  console.error('USAGE: npx tsx dao-contracts/toolchain/build.ts <contract.ts> [out.wasm]');
  process.exit(2);
}
const { wasm, digest, methods } = await buildContract({ entry, fresh: true });
if (out !== undefined) await writeFile(out, wasm);
console.log(`${digest} ${wasm.length} bytes, ${methods.length} methods`);
