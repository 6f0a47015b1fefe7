/**
 * Nonsense for the embedded node, from a seed:
 * `npm run bench -- node-fuzz [--requests 100000] [--modules 10000] [--transactions 100000] [--seed S]`.
 *
 * So many drawn transactions and so many changed requests over HTTP, so many changed modules. It
 * prints what the answers were, the longest that anything took, and what the process held on the way; the
 * first answer that the node does not mean, or token that is not accounted for, ends with exit status 1.
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { serveRpc } from '@commonweights/dao-contracts/localnet/rpc/server.js';
import type { Chain } from '@commonweights/dao-contracts/localnet/runtime/chain.js';
import { openChain } from '@commonweights/test/dao-contracts/localnet/chain-client.js';
import {
  fuzzModules,
  fuzzRequests,
  signedPayment,
  type Tally,
} from '@commonweights/test/dao-contracts/localnet/node-fuzz.js';
import { fuzzTransactions } from '@commonweights/test/dao-contracts/localnet/transaction-fuzz.js';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    modules: { type: 'string', default: '10000' },
    transactions: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
  },
});
const seed = Number(values.seed);
const [requests, modules] = [Number(values.requests), Number(values.modules)];
const transactions = Number(values.transactions);

/** By default a node keeps four times as many, of 600 bytes each: more than this run makes. */
const blocksKept = 20_000;

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;

try {
  // First, while nothing else is in memory.
  await onChain(async (url, chain) => {
    const { seen, sum } = watch(chain);
    const tally = await fuzzTransactions({ chain, url, transactions, seed, seen });
    print(`${transactions} transactions`, tally);
    sum();
  });
  await onChain(async (url) => {
    const signed = await signedPayment();
    print(`${requests} requests`, await fuzzRequests({ url, signed, rounds: requests, seed }));
  });
  print(`${modules} modules`, fuzzModules({ rounds: modules, seed }));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function onChain(use: (url: string, chain: Chain) => Promise<void>): Promise<void> {
  const chain = openChain({ blocksKept });
  const server = await serveRpc(chain, 0, false);
  try {
    await use(server.url, chain);
  } finally {
    await server.close();
    await chain.stop();
  }
  const { totalSupply, accountsTotal, burnt, inFlight } = chain.ledger.supply();
  const adds = accountsTotal + burnt + inFlight === totalSupply;
  console.log(`accounts + burnt + on their way = supply: ${adds ? 'yes' : 'NO'}`);
  if (!adds) process.exitCode = 1;
}

/** Ten times on the way: what the process holds once garbage is gone, and how fast it went. */
function watch(chain: Chain): { seen: (count: number) => void; sum: () => void } {
  const step = Math.max(1, Math.floor(transactions / 10));
  const held: { heap: number; rss: number }[] = [];
  collect();
  const empty = heapMb();
  const began = performance.now();
  let [last, slowest, next] = [began, 0, step];
  const seen = (count: number): void => {
    const now = performance.now();
    slowest = Math.max(slowest, now - last);
    if (count >= next) {
      collect();
      held.push({ heap: heapMb() - empty, rss: process.memoryUsage.rss() / 1e6 });
      const rate = (1_000 * count) / (now - began);
      const { heap, rss: resident } = held.at(-1)!;
      console.log(
        `  ${String(count).padStart(8)} transactions  block ${chain.head.height}  ` +
          `the chain holds ${heap.toFixed(1)} MB  rss ${resident.toFixed(0)} MB  ${rate.toFixed(0)} a second`,
      );
      next += step;
    }
    last = performance.now();
  };
  const sum = (): void => {
    const middle = held[Math.floor(held.length / 2)]!;
    const [first, end] = [held[0]!, held.at(-1)!];
    console.log(`the slowest batch of at most 40 took ${slowest.toFixed(0)} ms`);
    console.log(
      `held, last to first ${(end.heap / first.heap).toFixed(2)}, last to middle ` +
        `${(end.heap / middle.heap).toFixed(2)}; rss ${(end.rss / first.rss).toFixed(2)} and ` +
        (end.rss / middle.rss).toFixed(2),
    );
  };
  return { seen, sum };
}

/** Without the memories of contracts: 64 MB each, which come and go. */
function heapMb(): number {
  return process.memoryUsage().heapUsed / 1e6;
}

function print(what: string, tally: Tally): void {
  console.log(`${what} from seed ${seed}:`);
  for (const [name, count] of [...tally].sort(([, a], [, b]) => b - a)) {
    console.log(`  ${name.padEnd(40)}${count}`);
  }
}
