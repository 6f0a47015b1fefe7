/** What the run is held against: knowing nothing but token counts, and one worker alone. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Progress } from '../progress.js';
import type { SoloMessage, SoloTask } from './solo-worker.js';

/** Held-out loss, nats per token, of one worker that trained alone. */
export async function trainAlone(task: SoloTask, progress: Progress): Promise<number> {
  const entry = fileURLToPath(new URL('./solo-worker.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', entry], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  child.send(task);
  return new Promise((resolve, reject) => {
    child.on('message', (message: SoloMessage) => {
      if (message.kind === 'step') progress.update(message.step + 1);
      if (message.kind === 'done') resolve(message.loss);
      if (message.kind === 'failed') reject(new Error(message.message));
    });
    child.on('exit', (code) => reject(new Error(`SOLO_LOST: the lone worker ended with ${code}`)));
  });
}

/**
 * Inner steps that one worker alone, on a machine like each worker's, takes in the wall time of the
 * whole run: exchange, audits, waiting and cancelled rounds included.
 */
export function stepsInSameTime(it: {
  wallMs: number;
  /** In which a worker computed one round of `stepsPerRound` steps. */
  roundMs: number;
  stepsPerRound: number;
}): number {
  return Math.max(1, Math.round((it.wallMs / it.roundMs) * it.stepsPerRound));
}
