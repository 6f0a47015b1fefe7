/** A stranger with an empty folder: pull, look at every verdict, then try one flipped byte. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '@commonweights/trainer/release/verdict.js';
import type { CommandLine } from './command-line.js';

export interface DownloadOutcome {
  readonly folder: string;
  readonly verdicts: readonly Verdict[];
  /** What `verify` said of the copy with one byte flipped. */
  readonly tampered: { readonly exitCode: number; readonly verdicts: readonly Verdict[] };
}

export async function downloadAndTamper(
  cli: CommandLine,
  it: { release: string; folder: string; tell(line: string): void },
): Promise<DownloadOutcome> {
  await cli.run(['pull', it.release, '--to', it.folder]);
  const verdicts = await cli.json<Verdict[]>(['verify', it.folder, '--chunks']);
  for (const verdict of verdicts) it.tell(lineOf(verdict));
  const copy = `${it.folder}-with-one-flipped-byte`;
  await cp(it.folder, copy, { recursive: true });
  const weights = join(copy, 'model.safetensors');
  const bytes = await readFile(weights);
  const middle = bytes.length >> 1;
  bytes[middle] = bytes[middle]! ^ 1;
  await writeFile(weights, bytes);
  const { exitCode, stdout } = await cli.attempt(['verify', copy, '--json']);
  const refused = JSON.parse(stdout) as Verdict[];
  const bad = refused.filter(({ status }) => status === 'fail');
  for (const verdict of bad) it.tell(lineOf(verdict));
  it.tell(`refused with exit code ${exitCode}`);
  return { folder: it.folder, verdicts, tampered: { exitCode, verdicts: refused } };
}

function lineOf({ claim, status, detail }: Verdict): string {
  const mark = { pass: '✔', fail: '✘', warn: '!', unknown: '?' }[status];
  return `${mark} ${claim.padEnd(10)} ${detail}`;
}
