/** `commonweights engine …`: what this machine can train with, whether it is right, how fast it is. */
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import type { Check } from '@commonweights/trainer/engines/conformance/check-engine.js';
import type { BenchResult } from '@commonweights/trainer/engines/bench-engine.js';
import type { Engine, Fingerprint } from '@commonweights/trainer/engines/engine.js';
import { wholeNumber, withExamples, withJson } from '../arguments.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

interface EngineFlags {
  readonly threads: number;
}

interface TestFlags extends EngineFlags {
  readonly repeats: number;
}

interface BenchFlags extends EngineFlags {
  readonly size: 'S' | 'M' | 'both';
  readonly steps: number;
}

export function addEngineCommands(program: Command, terminal: Terminal): void {
  const engine = program.command('engine').description('what this machine can train with');
  const threaded = (command: Command): Command =>
    withJson(command).option(
      '--threads <n>',
      'threads of the native engine',
      wholeNumber(1, 64),
      Math.min(64, availableParallelism()),
    );
  does<EngineFlags>(
    withExamples(
      threaded(engine.command('list')).description('every engine, and why the absent are absent'),
      'commonweights engine list',
      'commonweights engine list --json',
    ),
    terminal,
    (session, _, flags) => listEngines(session, flags),
  );
  does<TestFlags>(
    withExamples(
      threaded(engine.command('test [name]'))
        .description('run the conformance suite on an engine, or on all that are here')
        .option('--repeats <n>', 'runs of each large case', wholeNumber(1, 1000), 100),
      'commonweights engine test',
      'commonweights engine test ort-wasm --repeats 10 --json',
    ),
    terminal,
    (session, [name], flags) => testEngines(session, name, flags),
  );
  does<BenchFlags>(
    withExamples(
      threaded(engine.command('bench [name]'))
        .description('tokens per second of whole training steps, and which engine is the fastest')
        .option('--size <size>', 'S (0.9 M parameters), M (13.8 M) or both', sizeNamed, 'S')
        .option('--steps <n>', 'steps after the first', wholeNumber(1, 1000), 5),
      'commonweights engine bench',
      'commonweights engine bench ort-native --size both --steps 20',
    ),
    terminal,
    (session, [name], flags) => benchEngines(session, name, flags),
  );
  does(
    withExamples(
      withJson(engine.command('install <what>')).description(
        'say what to install for an engine, and where; "cuda" is one',
      ),
      'commonweights engine install cuda',
    ),
    terminal,
    (session, [what]) => explainInstall(session, what!),
  );
}

function sizeNamed(text: string): BenchFlags['size'] {
  if (text === 'S' || text === 'M' || text === 'both') return text;
  throw new CliError(exitCodes.usage, 'USAGE: --size is S, M or both');
}

interface EngineRow {
  readonly name: string;
  readonly class: Engine['class'];
  readonly available: boolean;
  /** What is missing. */
  readonly why: string | null;
  readonly fingerprint: Fingerprint | null;
}

async function listEngines(session: Session, { threads }: EngineFlags): Promise<void> {
  const { knownEngines, whyAbsent } =
    await import('@commonweights/trainer/engines/list-engines.js');
  const rows: EngineRow[] = [];
  for (const engine of knownEngines({ threads })) {
    const why = await whyAbsent(engine);
    const fingerprint = why === null ? await engine.fingerprint() : null;
    rows.push({
      name: engine.name,
      class: engine.class,
      available: why === null,
      why,
      fingerprint,
    });
  }
  session.print(rows, () =>
    rows
      .map((row) => {
        const rest = row.why ?? `${row.class} ${row.fingerprint!.version}`;
        return `${row.available ? '✓' : '–'} ${row.name.padEnd(25)}${rest}\n`;
      })
      .join(''),
  );
}

/** The engine named, or all that are here. Errors: `NO_SUCH_ENGINE`, `ENGINE_ABSENT`. */
async function enginesAsked(name: string | undefined, threads: number): Promise<Engine[]> {
  const { engineNamed, knownEngines, whyAbsent } =
    await import('@commonweights/trainer/engines/list-engines.js');
  if (name === undefined) {
    const here: Engine[] = [];
    for (const engine of knownEngines({ threads })) {
      if ((await whyAbsent(engine)) === null) here.push(engine);
    }
    return here;
  }
  const engine = engineNamed(name, { threads });
  const why = await whyAbsent(engine);
  if (why !== null) throw new Error(why);
  return [engine];
}

async function testEngines(
  session: Session,
  name: string | undefined,
  flags: TestFlags,
): Promise<void> {
  const [{ checkEngine }, { repeatUnderThreads }, { createOrtWasmEngine }] = await Promise.all([
    import('@commonweights/trainer/engines/conformance/check-engine.js'),
    import('@commonweights/trainer/engines/conformance/repeat-under-threads.js'),
    import('@commonweights/trainer/engines/ort-wasm.js'),
  ]);
  const { signal } = session.terminal;
  const reference = createOrtWasmEngine();
  const tested: { engine: string; class: string; checks: Check[] }[] = [];
  for (const engine of await enginesAsked(name, flags.threads)) {
    const progress = session.startProgress(`testing ${engine.name}`, { total: 1 });
    const checks = await checkEngine({
      ...{ engine, reference, repeats: flags.repeats, signal },
      onCheck: (check, done, total) => progress.update(done / total, check.name),
    });
    // The other exact engine has no threads.
    if (engine.name === 'ort-wasm') {
      progress.update(1, 'repeating under 1, 2 and 4 threads');
      checks.push(...(await repeatUnderThreads({ ...flags, threads: [1, 2, 4], signal })));
    }
    const failures = checks.filter(({ passed }) => !passed).length;
    if (failures > 0) progress.fail(`${failures} of ${checks.length} checks failed`);
    else progress.finish(`${checks.length} checks passed`);
    tested.push({ engine: engine.name, class: engine.class, checks });
  }
  session.print(tested, () => tested.map(describeChecks).join(''));
  const failures = tested.flatMap(({ checks }) => checks.filter(({ passed }) => !passed));
  if (failures.length > 0) {
    throw new CliError(
      exitCodes.unexpected,
      `NOT_CONFORMING: ${failures.length} checks failed; do not train with such an engine here`,
    );
  }
}

function describeChecks(it: { engine: string; class: string; checks: readonly Check[] }): string {
  const lines = it.checks.map(
    ({ name, passed, detail }) => `  ${passed ? '✓' : '✗'} ${name}: ${detail}\n`,
  );
  return `${it.engine} (${it.class})\n${lines.join('')}`;
}

async function benchEngines(
  session: Session,
  name: string | undefined,
  flags: BenchFlags,
): Promise<void> {
  const { benchEngine } = await import('@commonweights/trainer/engines/bench-engine.js');
  const { signal } = session.terminal;
  const rows: BenchRow[] = [];
  for (const size of flags.size === 'both' ? (['S', 'M'] as const) : [flags.size]) {
    for (const engine of await enginesAsked(name, flags.threads)) {
      // Minutes a step, and nobody would choose it.
      if (name === undefined && engine.name === 'tfjs-cpu') continue;
      const progress = session.startProgress(`${engine.name}, size ${size}`, {
        ...{ total: flags.steps, unit: 'steps' },
      });
      const onStep = (done: number): void => progress.update(done);
      const result = await benchEngine({ engine, size, steps: flags.steps, signal, onStep });
      progress.finish(`${Math.round(result.tokensPerSecond)} tokens/s`);
      rows.push({ size, engine: engine.name, class: engine.class, ...result });
    }
  }
  session.print(rows, () => {
    const lines = rows.map(
      (row) =>
        `${row.size}  ${row.engine.padEnd(25)}${row.class.padEnd(10)}` +
        `${String(Math.round(row.tokensPerSecond)).padStart(7)} tokens/s  ` +
        `${row.stepMs.toFixed(1).padStart(8)} ms a step  ${Math.round(row.coldMs)} ms cold\n`,
    );
    return `${lines.join('')}${fastest(rows)}`;
  });
}

interface BenchRow extends BenchResult {
  readonly size: 'S' | 'M';
  readonly engine: string;
  readonly class: Engine['class'];
}

function fastest(rows: readonly BenchRow[]): string {
  return [...new Set(rows.map(({ size }) => size))]
    .map((size) => {
      const best = rows
        .filter((row) => row.size === size)
        .reduce((a, b) => (b.tokensPerSecond > a.tokensPerSecond ? b : a));
      return `${size}: ${best.engine} is the fastest; exact runs take the one that they name\n`;
    })
    .join('');
}

/** Nothing is fetched here: a library of hundreds of megabytes comes from whom the user trusts. */
async function explainInstall(session: Session, what: string): Promise<void> {
  if (what !== 'cuda') {
    throw new CliError(exitCodes.usage, 'USAGE: the one engine to install beside npm is "cuda"');
  }
  const { cudaProvider } = await import('@commonweights/trainer/engines/ort-native.js');
  const provider = await cudaProvider();
  session.print(provider, () => {
    if (!provider.supported) {
      return `ONNX Runtime has no CUDA build for ${provider.platform}; use webgpu, or simd-wasm.\n`;
    }
    if (provider.installed) return `The CUDA part is there: ${provider.file}\n`;
    return (
      `Nothing is downloaded by this command. To train with CUDA here:\n` +
      `  1. install NVIDIA's driver, CUDA 12 and cuDNN 9 (your system's packages)\n` +
      `  2. take the CUDA build of ONNX Runtime ${provider.version} for ${provider.platform} from the\n` +
      `     project's release page or from the Python package "onnxruntime-gpu" of that version\n` +
      `  3. copy its ${provider.libraries.join(' and ')} to\n     ${provider.folder}\n` +
      `  4. run "commonweights engine test ort-native-cuda"\n`
    );
  });
}
