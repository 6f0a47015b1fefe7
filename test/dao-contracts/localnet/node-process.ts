/** A node in a process of its own, for tests that kill it: says where it listens, and serves. */
import { startLocalnet } from '@commonweights/dao-contracts/localnet/localnet.js';

const localnet = await startLocalnet({ seed: 'chain test', dataDir: process.argv[2]! });
console.log(localnet.url);
