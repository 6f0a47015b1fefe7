/**
 * The node in the place of near-workspaces' own: `--home DIR init` makes a data directory with the
 * key of the root account, `--home DIR run --rpc-addr HOST:PORT` serves it until it is told to stop.
 * It listens on the loopback interface, whatever the host; peers it has none.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { deriveKey } from './keys.js';
import { startLocalnet } from './localnet.js';

/** As near-workspaces expects it. */
const rootAccount = 'test.near';

export interface SandboxTerminal {
  /** Stops the node. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Returns when it is done or stopped. Errors: `USAGE`, `NOT_INITIALISED`, the node's. */
export async function runSandbox(
  args: readonly string[],
  terminal: SandboxTerminal,
): Promise<void> {
  const { values, positionals } = parse(args);
  const home = values.home;
  const [command, ...more] = positionals;
  if (home === undefined || more.length > 0) throw usage();
  if (command === 'init') return initialise(home);
  if (command !== 'run') throw usage();
  const port = Number(/:(\d{1,5})$/.exec(values['rpc-addr'])?.[1] ?? NaN);
  if (!(port <= 65_535)) throw usage();
  await serve(home, port, terminal);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        home: { type: 'string' },
        'rpc-addr': { type: 'string', default: '0.0.0.0:3030' },
        'network-addr': { type: 'string' },
      },
    });
  } catch {
    throw usage();
  }
}

function usage(): Error {
  return new Error(
    'USAGE: near-sandbox --home <dir> init, or near-sandbox --home <dir> run ' +
      '[--rpc-addr <host:port>] [--network-addr <host:port>]',
  );
}

/** What is there already stays. */
function initialise(home: string): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (existsSync(seedPath(home))) return;
  const seed = randomBytes(16).toString('hex');
  const { publicKey, secretKey } = deriveKey(seed, rootAccount);
  const key = { account_id: rootAccount, public_key: publicKey, secret_key: secretKey };
  writeFileSync(join(home, 'validator_key.json'), JSON.stringify(key), { mode: 0o600 });
  writeFileSync(seedPath(home), seed, { mode: 0o600 });
}

async function serve(home: string, port: number, it: SandboxTerminal): Promise<void> {
  if (!existsSync(seedPath(home))) {
    throw new Error(`NOT_INITIALISED: ${home} holds no chain; run "--home ${home} init" first`);
  }
  const seed = readFileSync(seedPath(home), 'utf8');
  const dataDir = join(home, 'data');
  const node = await startLocalnet({ seed, dataDir, port, rootAccount, clock: 'system' });
  it.say(node.url);
  if (!it.signal.aborted) {
    await new Promise((resolve) => it.signal.addEventListener('abort', resolve, { once: true }));
  }
  await node.stop();
}

function seedPath(home: string): string {
  return join(home, 'seed');
}
