/**
 * Whether anything happened in a contract, asked by one process for many readers: a page that is told
 * when to read again asks the node once for each change, not once a second. Nothing is read but the
 * contract's account: each call of it is paid a part of the gas that it burnt, so its balance moves with
 * whatever happens in it. It is a hint: who misses one reads again after a while anyway.
 */
import type { DaoClient } from './client.js';

export interface Watching {
  readonly everyMs: number;
  /** Called with the height at which the contract was seen changed; at first with the present one. */
  readonly tell: (height: number) => void;
  /** Calls back later; returns how to stop that. Default: the real clock. */
  readonly after?: (ms: number, act: () => void) => () => void;
}

/** Looks until the function that is returned is called. A node that does not answer is asked again. */
export function watchContract(
  client: Pick<DaoClient, 'connection' | 'contract' | 'network'>,
  { everyMs, tell, after = afterReally }: Watching,
): () => void {
  let stopped = false;
  let cancel = () => {};
  let seen: string | null = null;
  const look = async () => {
    try {
      const { height, mark } = await markOf(client);
      if (mark !== seen && !stopped) tell(height);
      seen = mark;
    } catch {
      // Whoever reads the chain finds out by itself; what happened meanwhile is told afterwards.
      seen = null;
    }
    if (!stopped) cancel = after(everyMs, () => void look());
  };
  void look();
  return () => {
    stopped = true;
    cancel();
  };
}

function afterReally(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
}

/** What differs after anything happened in the contract. */
async function markOf({
  connection,
  contract,
  network,
}: Parameters<typeof watchContract>[0]): Promise<{ height: number; mark: string }> {
  const { provider } = connection;
  // A local chain makes a block only when something happens, its clock being moved by hand among it.
  if (network.name === 'localnet') {
    const block = await connection.ask('block', () =>
      provider.viewBlock({ finality: 'optimistic' }),
    );
    const { height } = block.header;
    return { height, mark: `${height}` };
  }
  const account = await connection.ask('view_account', () =>
    provider.viewAccount({ accountId: contract, blockQuery: { finality: 'optimistic' } }),
  );
  const { amount, storage_usage: bytes, code_hash: code } = account;
  return { height: account.block_height, mark: `${amount} ${bytes} ${code}` };
}
