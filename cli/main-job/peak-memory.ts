/** What this process had resident at most, and what others may have had beside it. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';

/**
 * In bytes, since the process began or the last peak was forgotten. On Linux by its own memory map:
 * `getrusage` would count what the process that started it had, too.
 */
export function peakBytes(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))![1];
    return Number(kilobytes) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

/**
 * Starts the peak anew, so that what came before is not added to what others use now. Only Linux
 * lets a process do so (proc(5), `clear_refs`); elsewhere the sum stays what it is, an upper bound.
 */
export async function forgetPeak(): Promise<void> {
  await writeFile('/proc/self/clear_refs', '5').catch(() => {});
}
