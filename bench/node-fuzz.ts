/**
 * Nonsense for the embedded node: `npm run bench -- node-fuzz [--rounds 100000] [--seed S]`. So many
 * changed requests over HTTP, signed transactions among them, and a tenth as many changed modules.
 * Prints what the answers were; the first that the node does not mean ends with exit status 1.
 */
import { parseArgs } from 'node:util';
import { startLocalnet } from '@commonweights/dao-contracts/localnet/localnet.js';
import {
  fuzzModules,
  fuzzRequests,
  signedPayment,
  type Tally,
} from '@commonweights/test/dao-contracts/localnet/node-fuzz.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
  },
});
const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
const node = await startLocalnet({ seed: 'chain test' });
try {
  const signed = await signedPayment();
  print(`${rounds} requests`, await fuzzRequests({ url: node.url, signed, rounds, seed }));
  const { totalSupply, accountsTotal, burnt, inFlight } = node.supply();
  const adds = accountsTotal + burnt + inFlight === totalSupply;
  console.log(`accounts + burnt + on their way = supply: ${adds ? 'yes' : 'NO'}`);
  if (!adds) process.exitCode = 1;
  const modules = Math.ceil(rounds / 10);
  print(`${modules} modules`, fuzzModules({ rounds: modules, seed }));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  await node.stop();
}

function print(what: string, tally: Tally): void {
  console.log(`${what} from seed ${seed}:`);
  for (const [name, count] of [...tally].sort(([, a], [, b]) => b - a)) {
    console.log(`  ${name.padEnd(28)}${count}`);
  }
}
