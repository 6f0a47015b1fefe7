/**
 * Simple calls per second of the embedded node, over HTTP:
 * `npm run bench -- node-calls [--calls 100000] [--senders 32] [--cpu-profile FOLDER]`.
 *
 * The node runs in a process of its own and keeps its chain on disk. Printed is what it does in a
 * second of its processor time, which is what one core to itself would give; beside it a server that
 * reads JSON and answers the same requests; and what the node holds after every tenth of the calls.
 */
import { parseArgs } from 'node:util';
import { measureCalls } from '@commonweights/test/dao-contracts/localnet/call-load.js';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '100000' },
    senders: { type: 'string', default: '32' },
    'cpu-profile': { type: 'string' },
  },
});
const profile = values['cpu-profile'];
const { core, wall, peer } = await measureCalls({
  calls: Number(values.calls),
  senders: Number(values.senders),
  ...(profile === undefined ? {} : { profile }),
  seen: ({ calls, perSecond, heapMb, rssMb }) => {
    const held = `${heapMb} MB of heap, ${rssMb} MB in all`;
    console.log(`${String(calls).padStart(8)} calls, ${perSecond.toFixed(0)} a second: ${held}`);
  },
});
console.log(`calls a second of the node's processor time: ${core.toFixed(0)}`);
console.log(`calls a second through this client, on what cores were free: ${wall.toFixed(0)}`);
console.log(
  `requests a second of a server that only reads and answers: ${peer.toFixed(0)}, ` +
    `${(peer / core).toFixed(1)} times as many`,
);
