/**
 * The node in the place of NEAR's sandbox, as near-workspaces and near-kit start it: `--home DIR init`
 * makes a data directory with the key of the root account and a genesis file, `--home DIR run --rpc-addr
 * HOST:PORT` serves it until it is told to stop, `--home DIR view-state dump-state` writes its state to
 * `output.json`, also while it is served. It listens on the loopback interface, whatever the host; peers
 * it has none.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { deriveKey } from './keys.js';
import { startLocalnet } from './localnet.js';
import { limits } from './protocol/parameters.js';
import { stateRecordsOf } from './rpc/state-records.js';
import { Chain } from './runtime/chain.js';
import { Journal } from './runtime/journal.js';
import { World } from './runtime/world.js';

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
  const command = positionals.join(' ');
  if (home === undefined) throw usage();
  if (command === 'init') return initialise(home);
  if (command === 'view-state dump-state') return dumpState(home);
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
        'chain-id': { type: 'string' },
      },
    });
  } catch {
    throw usage();
  }
}

function usage(): Error {
  return new Error(
    'USAGE: near-sandbox --home <dir> init, or near-sandbox --home <dir> view-state dump-state, or ' +
      'near-sandbox --home <dir> run [--rpc-addr <host:port>] [--network-addr <host:port>]',
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
  const chain = newChain(seed);
  const genesis = {
    ...{ chain_id: 'localnet', genesis_height: chain.genesis.height },
    total_supply: `${chain.ledger.supply().totalSupply}`,
    records: [...stateRecordsOf(chain.world)],
  };
  writeFileSync(join(home, 'genesis.json'), JSON.stringify(genesis));
  writeFileSync(seedPath(home), seed, { mode: 0o600 });
}

/** In memory, as it begins. */
function newChain(seed: string): Chain {
  const maxAttachedGas = limits.defaultAttachedGas;
  return new Chain({ seed, rootAccount, maxAttachedGas, clock: 'system', dataDir: null });
}

/** What whoever starts the node has added to its genesis file. */
function genesisRecords(home: string): unknown {
  const path = join(home, 'genesis.json');
  if (!existsSync(path)) return [];
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { records?: unknown }).records ?? [];
  } catch {
    throw new Error(`BAD_GENESIS: ${path} is not JSON; restore it, or start with a new folder`);
  }
}

/** Nothing is locked: the node may go on meanwhile, and its last whole block counts. */
function dumpState(home: string): void {
  requireChain(home);
  const world = new World();
  const dataDir = join(home, 'data');
  if (!existsSync(dataDir)) {
    throw new Error(`NOT_INITIALISED: ${home} holds no chain yet; run "--home ${home} run" first`);
  }
  Journal.peek(dataDir, ({ changes }) => changes.forEach((change) => world.apply(change)));
  const records = [...stateRecordsOf(world)];
  writeFileSync(join(home, 'output.json'), JSON.stringify({ records }));
}

function requireChain(home: string): void {
  if (existsSync(seedPath(home))) return;
  throw new Error(`NOT_INITIALISED: ${home} holds no chain; run "--home ${home} init" first`);
}

async function serve(home: string, port: number, it: SandboxTerminal): Promise<void> {
  requireChain(home);
  const seed = readFileSync(seedPath(home), 'utf8');
  const dataDir = join(home, 'data');
  const records = genesisRecords(home);
  const node = await startLocalnet({
    ...{ seed, dataDir, port, rootAccount, records, clock: 'system', keepsPace: true },
  });
  it.say(node.url);
  if (!it.signal.aborted) {
    await new Promise((resolve) => it.signal.addEventListener('abort', resolve, { once: true }));
  }
  await node.stop();
}

function seedPath(home: string): string {
  return join(home, 'seed');
}
