/** For tests: takes each folder that it is told of, and says whether it got it. */
import { createInterface } from 'node:readline';
import { announce, takeFolder } from '@commonweights/dao-contracts/localnet/runtime/folder-lock.js';

console.log('ready');
for await (const line of createInterface(process.stdin)) {
  const [what, folder] = line.split(' ') as [string, string];
  try {
    if (what === 'announce') announce(folder);
    else takeFolder(folder);
    console.log('got it');
  } catch (error) {
    console.log((error as Error).message);
  }
}
