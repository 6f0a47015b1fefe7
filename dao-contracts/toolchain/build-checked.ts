/**
 * What a command does with a contract: its types are checked in a process of their own while it is
 * built. Nothing is given out of a contract whose types are wrong, and the compiler's words come
 * before those of the bundler. Where the engine has to be compiled first, types come before that:
 * nobody waits a minute for a command that has said already what is wrong.
 */
import { buildContract, type BuiltContract } from './build-contract.js';
import { checkContractTypes } from './check-types.js';
import { isEngineCached } from './engine/load-engine.js';

type BuildOptions = Parameters<typeof buildContract>[0];

export async function buildChecked(options: BuildOptions): Promise<BuiltContract> {
  if (!isEngineCached()) {
    await checkContractTypes(options.entry);
    return buildContract(options);
  }
  const building = buildContract(options);
  // Told below, once the types are right.
  building.catch(() => {});
  await checkContractTypes(options.entry);
  return building;
}
