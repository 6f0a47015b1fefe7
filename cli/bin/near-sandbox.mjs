#!/usr/bin/env node
// The embedded node with the command line of near-workspaces' own; the sources run as they are.
import { register } from 'tsx/esm/api';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop.abort());

register();
const { runSandbox } = await import('@commonweights/dao-contracts/localnet/sandbox.js');
try {
  await runSandbox(process.argv.slice(2), { signal: stop.signal, say: console.log });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
