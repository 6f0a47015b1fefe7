/** Runs the whole command line in this process: a spawned one costs most of a second each. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCommonweights } from '@commonweights/cli/commonweights.js';

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder of its own with an empty credentials folder, and the command line in it. */
export class CliFolder {
  private constructor(
    readonly folder: string,
    readonly credentials: string,
  ) {}

  static async create(): Promise<CliFolder> {
    const folder = await mkdtemp(join(tmpdir(), 'cw-cli-'));
    return new CliFolder(folder, join(folder, 'keys'));
  }

  async run(...argv: string[]): Promise<CliResult> {
    return this.runWith({}, ...argv);
  }

  async runWith(
    options: { signal?: AbortSignal; env?: NodeJS.ProcessEnv },
    ...argv: string[]
  ): Promise<CliResult> {
    let out = '';
    let err = '';
    const code = await runCommonweights(argv, {
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (err += text) },
      env: { NEAR_CREDENTIALS_DIR: this.credentials, ...options.env },
      cwd: this.folder,
      signal: options.signal ?? new AbortController().signal,
    });
    return { code, out, err };
  }

  /** By whom a local network has keys of, in the network's own folder. */
  local(...argv: string[]): Promise<CliResult> {
    return this.runWith({ env: { NEAR_CREDENTIALS_DIR: '' } }, ...argv);
  }

  /** As `local`, of what has to succeed: what it said. */
  async good(...argv: string[]): Promise<string> {
    const result = await this.local(...argv);
    expect(result.code, result.err).to.equal(0);
    return result.out;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Exactly one line on standard error, nothing on standard output. */
export function expectOneSentence(result: CliResult, sentence: RegExp): void {
  expect(result.out).to.equal('');
  const lines = result.err.split('\n');
  expect(lines, result.err).to.have.length(2);
  expect(lines[1]).to.equal('');
  expect(lines[0]).to.match(sentence);
}
