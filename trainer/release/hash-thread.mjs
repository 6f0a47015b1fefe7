// What a thread of hash-lane.ts does: in JavaScript, since a thread has no loader of its own.
import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

const shared = new Uint8Array(workerData);
const stream = createHash('sha256');

parentPort.on('message', ({ kind, from, to, bytes, chunkBytes }) => {
  if (kind === 'end') return parentPort.postMessage(new Uint8Array(stream.digest()));
  const piece = bytes ?? shared.subarray(from, to);
  if (kind === 'stream') {
    stream.update(piece);
    return parentPort.postMessage(null);
  }
  const digests = new Uint8Array(32 * Math.ceil(piece.length / chunkBytes));
  for (let at = 0, i = 0; at < piece.length; at += chunkBytes, i++) {
    digests.set(
      createHash('sha256')
        .update(piece.subarray(at, at + chunkBytes))
        .digest(),
      32 * i,
    );
  }
  parentPort.postMessage(digests);
});
