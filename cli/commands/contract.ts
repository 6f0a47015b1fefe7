/** `commonweights contract build`: near-sdk-js contracts, ours and other people's, to WebAssembly. */
import { writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { withExamples, withJson } from '../arguments.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

interface BuildFlags {
  readonly out?: string;
  readonly debug?: true;
  readonly fresh?: true;
  readonly types: boolean;
}

export function addContractCommands(program: Command, terminal: Terminal): void {
  const contract = program.command('contract').description('NEAR contracts in TypeScript');
  does<BuildFlags>(
    withExamples(
      withJson(contract.command('build <file>'))
        .description(
          'check the types of a near-sdk-js contract and build it: the same bytes everywhere',
        )
        .option('--out <file>', 'where the WebAssembly goes; default: beside you, by its name')
        .option('--debug', 'keep line numbers for error stacks: larger, and more gas')
        .option('--fresh', 'build again what is cached')
        .option('--no-types', 'do not check the types'),
      'commonweights contract build my-contract.ts',
      'commonweights contract build src/index.ts --out build/index.wasm --json',
    ),
    terminal,
    (session, [file], flags) => build(session, file!, flags),
  );
}

async function build(session: Session, file: string, flags: BuildFlags): Promise<void> {
  const entry = resolve(session.terminal.cwd, file);
  const [{ buildContract }, { buildChecked }] = await Promise.all([
    import('@commonweights/dao-contracts/toolchain/build-contract.js'),
    import('@commonweights/dao-contracts/toolchain/build-checked.js'),
  ]);
  const progress = session.startProgress('building the contract');
  try {
    const { wasm, digest, methods } = await (flags.types ? buildChecked : buildContract)({
      entry,
      debug: flags.debug ?? false,
      fresh: flags.fresh ?? false,
      onProgress: ({ step, done, total }) =>
        progress.update(done ?? 0, total ? `${step}: ${done ?? 0} of ${total}` : step),
    });
    const out = flags.out ?? `${basename(entry).replace(/\.ts$/, '')}.wasm`;
    await writeFile(resolve(session.terminal.cwd, out), wasm);
    progress.finish(`${wasm.length} bytes, ${digest}`);
    session.print(
      { out, digest, bytes: wasm.length, methods },
      () => `${out}  ${wasm.length} bytes, ${methods.length} methods\n${digest}\n`,
    );
  } catch (error) {
    progress.fail('not built');
    throw error;
  }
}
