/** The clock that the contract goes by. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';

/** Block time: what the contract compares deadlines with. */
export async function readChainTimeMs(client: DaoClient): Promise<number> {
  const { connection } = client;
  const block = await connection.ask('block', () =>
    connection.provider.viewBlock({ finality: 'final' }),
  );
  return Math.floor(Number(block.header.timestamp) / 1_000_000);
}
