/** The DAO contract of this installation, built with progress on the terminal. */
import { fileURLToPath } from 'node:url';
import type { BuiltContract } from '@commonweights/dao-contracts/toolchain/build-contract.js';
import type { Session } from './session.js';

const entry = fileURLToPath(new URL('../dao-contracts/contract/dao.ts', import.meta.url));

export async function buildDaoContract(session: Session): Promise<BuiltContract> {
  // Half a gigabyte of compilers, which no other command should load.
  const { buildContract } =
    await import('@commonweights/dao-contracts/toolchain/build-contract.js');
  const progress = session.startProgress('building the contract');
  try {
    const built = await buildContract({
      entry,
      onProgress: ({ step, done, total }) =>
        progress.update(done ?? 0, total ? `${step}: ${done ?? 0} of ${total}` : step),
    });
    progress.finish(`${built.wasm.length} bytes, ${built.digest}`);
    return built;
  } catch (error) {
    progress.fail('not built');
    throw error;
  }
}
