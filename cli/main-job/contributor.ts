/**
 * One contributor of the main job, as a process of its own: what `commonweights work` does, with
 * its events sent to the parent process. The parent may tell it to cheat, which only replaces how a
 * round's result comes about.
 */
import { join } from 'node:path';
import { toWire } from '@commonweights/dao-contracts/client/money-fields.js';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { exactEngines } from '@commonweights/trainer/engines/exact-engines.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import { work } from '@commonweights/trainer/worker/work.js';
import { openRegistryStore } from '../registry-store.js';
import { fabricateFrom } from './fabricate-round.js';
import { hangIn } from './hang-in-round.js';
import { openTextStream } from '../terminal.js';
import type { ContributorMessage, ContributorTask } from './contributor-task.js';
import { peakBytes } from './peak-memory.js';

// The task holds a key, so it comes over the pipe and not on a command line that anyone can list.
const task = await new Promise<ContributorTask>((resolve) =>
  process.once('message', (it) => resolve(it as ContributorTask)),
);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
process.once('SIGINT', () => stop.abort());
// A contributor whose parent is gone would otherwise wait for a chain that is gone too.
process.once('disconnect', () => process.exit(1));

// Amounts are big integers, which cannot pass between processes as they are.
const tell = (message: ContributorMessage) => process.send?.(toWire(message));

try {
  const client = connect({
    network: { name: 'localnet', rpcUrl: task.rpcUrl },
    contract: task.contract,
    account: task.account,
  });
  const blobs = new LayeredStore(
    new FolderStore(join(task.dataDir, 'blobs')),
    openRegistryStore({ url: task.registryUrl, account: task.account }),
  );
  const outcome = await work({
    client,
    run: task.run,
    role: task.role,
    blobs,
    engine: exactEngines(),
    pollMs: task.pollMs,
    saltSecret: task.account.secretKey,
    signal: stop.signal,
    onEvent: (event) => tell({ kind: 'event', event }),
    ...(task.fromRound === undefined ? {} : { fromRound: task.fromRound }),
    ...(task.cheatsFromRound === undefined
      ? {}
      : { computeRound: fabricateFrom(task.cheatsFromRound) }),
    ...(task.hangsInRound === undefined ? {} : { computeRound: hangIn(task.hangsInRound) }),
  });
  tell({
    kind: 'done',
    because: outcome.because,
    traffic: blobs.traffic,
    peakBytes: peakBytes(),
  });
  process.exitCode = 0;
} catch (error) {
  tell({ kind: 'failed', message: (error as Error).message });
  openTextStream(process.stderr).writeLine(
    `${task.account.accountId}: ${(error as Error).message}`,
  );
  process.exitCode = 1;
}
if (process.connected) process.disconnect();
