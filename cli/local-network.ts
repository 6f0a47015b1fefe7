/**
 * A whole DAO on this machine: the embedded chain with the contract on it, the registry, keys for
 * the people in it, and the profile by which the other commands find all that. `network up` and the
 * main job start it. Started again over the same folder it goes on where it stopped.
 */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keyFromSecret } from '@commonweights/dao-contracts/client/accounts.js';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import { watchContract } from '@commonweights/dao-contracts/client/contract-watch.js';
import type { AccountKey } from '@commonweights/dao-contracts/client/connection.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import type { Network } from '@commonweights/dao-contracts/client/network.js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import { startLocalnet, type Localnet } from '@commonweights/dao-contracts/localnet/localnet.js';
import type { Policy } from '@commonweights/dao-contracts/rules/actions.js';
import { buildContract } from '@commonweights/dao-contracts/toolchain/build-contract.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import {
  startRegistry,
  type RunningRegistry,
} from '@commonweights/dataset-registry/server/registry.js';
import { networkFileName, type NetworkFile } from '@commonweights/governance-ui/network-file.js';
import { walletFileName, walletTokenOf } from '@commonweights/governance-ui/wallet/wallet-file.js';
import { pageHeaders } from '@commonweights/governance-ui/page-headers.js';
import { readCredentials, writeCredentials, type KeyFolder } from './credentials.js';
import { dropProfilePointer, writeProfile } from './profile.js';
import type { Progress, ProgressOptions } from './progress.js';

export interface LocalNetworkOptions {
  readonly dataDir: string;
  /** Where the pointer to the profile is left. */
  readonly cwd: string;
  /** Of the chain; the registry takes the next one. 0: any free ones. */
  readonly port: number;
  /** Default: drawn once and kept with the data. Whoever knows it owns the chain. */
  readonly seed?: string;
  readonly clock: 'logical' | 'system';
  /** Accounts below the root with one vote each; the first one acts by default. */
  readonly members: readonly string[];
  /** Further accounts, with money and keys but without votes. */
  readonly others?: readonly string[];
  readonly policy?: Partial<Policy>;
  /** What the first member gives to the DAO. */
  readonly treasuryYocto?: bigint;
  /** Puts a standard token on the chain, all of it the first member's, which the DAO accepts. */
  readonly withToken?: boolean;
  readonly startProgress: (label: string, options?: ProgressOptions) => Progress;
}

export interface LocalNetwork {
  readonly network: Network;
  readonly contract: string;
  readonly contractDigest: Digest;
  readonly contractBytes: number;
  readonly registryUrl: string;
  readonly webUrl: string | null;
  /** Opens the pages with a wallet that has the keys below; to be told to nobody else. */
  readonly walletUrl: string | null;
  /** Where the accounts' keys lie. */
  readonly keys: KeyFolder;
  /** The chain itself: its clock, and all money there is. */
  readonly localnet: Localnet;
  stop(): Promise<void>;
}

const hourMs = 3_600_000;

/** Suits the clock that can be moved forward; `network up` shortens it. */
const defaultPolicy: Policy = {
  votingPeriodMs: 24 * hourMs,
  timelockMs: 12 * hourMs,
  expiryMs: 168 * hourMs,
  quorumBps: 5_000,
  approvalBps: 5_000,
  bondYocto: `${10n ** 24n}`,
  lateQuorumMs: 6 * hourMs,
  liveProposalsMax: 1,
  licences: ['CC0-1.0', 'PDDL-1.0', 'PDDL-1.0 AND CC0-1.0', 'Apache-2.0', 'MIT', 'CC-BY-4.0'],
  tokens: [],
  // Play money pays anything: what a first small run computes in a second, it may pay a NEAR for.
  rewardPerTeraFlopYoctoMax: `${1_000_000n * 10n ** 24n}`,
};

const rootAccount = 'local';
/** Its token, where it has one. */
const tokenAccount = `play.${rootAccount}`;
const near = 10n ** 24n;
/** Code and records of a DAO stake some NEAR; this leaves room for years of them. */
const contractYocto = 5_000n * near;
const personYocto = 100_000n * near;
const treasuryDefaultYocto = 20_000n * near;

const tokenEntry = fileURLToPath(
  new URL('../dao-contracts/token/fungible-token.ts', import.meta.url),
);
const contractEntry = fileURLToPath(new URL('../dao-contracts/contract/dao.ts', import.meta.url));
/** The built web pages, where they were built. */
const webFolder = fileURLToPath(new URL('../governance-ui/dist/', import.meta.url));

/** Errors: `PORT_IN_USE`, `REGISTRY_NOT_STARTED`, those of the build; then nothing keeps running. */
export async function startLocalNetwork(options: LocalNetworkOptions): Promise<LocalNetwork> {
  const dataDir = resolve(options.cwd, options.dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const seed = options.seed ?? (await keptSeed(dataDir));
  const keys = { folder: join(dataDir, 'credentials'), network: 'localnet' };
  const { port, clock } = options;
  const chainDir = join(dataDir, 'chain');
  const localnet = await startLocalnet({ seed, dataDir: chainDir, port, clock, rootAccount });
  let registry: RunningRegistry | null = null;
  try {
    const network: Network = { name: 'localnet', rpcUrl: localnet.url };
    const contract = `dao.${rootAccount}`;
    const founding = { options, localnet, network, contract, keys, seed };
    await createAccounts(founding);
    await deployToken(founding);
    const code = await deployDao(founding);
    registry = await openRegistry({ dataDir, port, network, contract });
    const { url } = registry;
    await tellPages(dataDir, {
      network: 'localnet',
      rpcUrl: localnet.url,
      contract,
      registry: url,
      // By whatever name of this machine the page is opened.
      events: '/events',
      code: digestOf(code),
    });
    await buildWebPages(options.startProgress);
    const webUrl = existsSync(webFolder) ? url : null;
    const token = walletTokenOf(seed);
    await fillWallet(keys, { file: join(pagesDataOf(dataDir), walletFileName(token)), options });
    const file = await writeProfile({
      dataDir,
      cwd: options.cwd,
      profile: {
        version: 1,
        network: 'localnet',
        rpcUrl: localnet.url,
        contract,
        account: options.members[0]!,
        registry: url,
        web: webUrl,
        credentials: keys.folder,
      },
    });
    return {
      ...{ network, contract, registryUrl: url, webUrl, keys, localnet },
      walletUrl: webUrl && `${webUrl}/#/wallet/${token}`,
      contractDigest: digestOf(code),
      contractBytes: code.length,
      stop: async () => {
        await dropProfilePointer({ cwd: options.cwd, file });
        await registry?.stop();
        await localnet.stop();
      },
    };
  } catch (error) {
    await registry?.stop();
    await localnet.stop();
    throw error;
  }
}

async function openRegistry(it: {
  dataDir: string;
  port: number;
  network: Network;
  contract: string;
}): Promise<RunningRegistry> {
  const { network, contract } = it;
  const reader = connect({ network, contract });
  const addresses = [network.rpcUrl];
  const headers = () => pageHeaders(addresses);
  const registry = await startRegistry({
    dataDir: join(it.dataDir, 'registry'),
    port: it.port === 0 ? 0 : it.port + 1,
    authorise: (accountId, publicKey) => reader.isKeyOfAccount(accountId, publicKey),
    // All workers of a local network have one address.
    connectionsPerAddressMax: null,
    watchChain: (tell) => watchContract(reader, { everyMs: 250, tell }),
    requestRate: null,
    staticDirs: [pagesDataOf(it.dataDir), webFolder].map((dir) => ({ mount: '/', dir, headers })),
  });
  // The page may be opened by another name of this machine than the network file has.
  addresses.push(registry.url);
  return registry;
}

/** What is served beside the pages because it differs from network to network. */
function pagesDataOf(dataDir: string): string {
  return join(dataDir, 'web');
}

async function tellPages(dataDir: string, file: NetworkFile): Promise<void> {
  const folder = pagesDataOf(dataDir);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, networkFileName), `${JSON.stringify(file)}\n`);
}

/** The people's keys for the pages' development wallet, under a name that nobody guesses. */
async function fillWallet(
  keys: KeyFolder,
  { file, options }: { file: string; options: LocalNetworkOptions },
): Promise<void> {
  const { members, others = [] } = options;
  const accounts: AccountKey[] = [];
  for (const name of [...members, ...others]) {
    const { accountId, secretKey } = await readCredentials(keys, name);
    accounts.push({ accountId, secretKey });
  }
  await writeFile(file, `${JSON.stringify({ accounts })}\n`, { mode: 0o600 });
}

interface Founding {
  readonly options: LocalNetworkOptions;
  readonly localnet: Localnet;
  readonly network: Network;
  readonly contract: string;
  readonly keys: KeyFolder;
  readonly seed: string;
}

/** Makes what is missing, so that a start that was broken off is finished by the next one. */
async function createAccounts(it: Founding): Promise<void> {
  const { network, contract, seed, localnet } = it;
  const root = { accountId: rootAccount, secretKey: localnet.rootSecretKey };
  const client = connect({ network, contract, account: root });
  const { members, others = [], startProgress } = it.options;
  const tokens = it.options.withToken ? [tokenAccount] : [];
  const names = [contract, ...members, ...others, ...tokens];
  const progress = startProgress('creating accounts', { total: names.length });
  await keepKey(it.keys, root);
  for (const [done, accountId] of names.entries()) {
    const key = deriveKey(seed, accountId);
    await keepKey(it.keys, { accountId, secretKey: key.secretKey });
    if (!(await client.viewAccount(accountId))) {
      await client.createAccount({
        newAccountId: accountId,
        publicKey: key.publicKey,
        initialYocto: accountId === contract ? contractYocto : personYocto,
      });
    }
    progress.update(done + 1, accountId);
  }
  progress.finish(`${names.length} accounts, keys in ${it.keys.folder}`);
}

/** Without pages the network is as good; people look at it by commands then. */
async function buildWebPages(startProgress: LocalNetworkOptions['startProgress']): Promise<void> {
  const progress = startProgress('building the web pages');
  try {
    const { buildPages } = await import('@commonweights/governance-ui/build.js');
    const { built } = await buildPages();
    progress.finish(built ? 'built' : 'as they were');
  } catch (error) {
    progress.fail((error as Error).message);
  }
}

/** The code of the contract, deployed now or before. */
async function deployDao(it: Founding): Promise<Uint8Array> {
  const { network, contract, options } = it;
  const account = await readCredentials(it.keys, contract);
  const client = connect({ network, contract, account });
  if ((await client.viewAccount(contract))?.codeHash) {
    const { provider } = client.connection;
    return (await provider.viewContractCode({ contractId: contract })).code;
  }
  const progress = options.startProgress('building the contract');
  const built = await buildContract({
    entry: contractEntry,
    onProgress: ({ step, done, total }) =>
      progress.update(done ?? 0, total ? `${step}: ${done ?? 0} of ${total}` : step),
  });
  progress.finish(`${built.wasm.length} bytes, ${built.methods.length} methods`);
  const { members } = options;
  const deploying = options.startProgress('deploying the DAO');
  const args = {
    members: members.map((member) => ({ account: member, weight: '1' })),
    policy: completePolicy({
      ...options.policy,
      ...(options.withToken ? { tokens: [tokenAccount] } : {}),
    }),
    guardian: null,
    code: built.digest,
  };
  await client.deployContract({ code: built.wasm, init: { method: 'init', args } });
  const founder = await readCredentials(it.keys, members[0]!);
  const amountYocto = options.treasuryYocto ?? treasuryDefaultYocto;
  if (amountYocto > 0n) {
    await connect({ network, contract, account: founder }).deposit({ amountYocto });
  }
  deploying.finish(
    `${contract} with ${members.length} ${members.length === 1 ? 'member' : 'members'} and ${formatNear(amountYocto)}`,
  );
  return built.wasm;
}

async function deployToken(it: Founding): Promise<void> {
  const { network, contract, options } = it;
  if (!options.withToken) return;
  const account = await readCredentials(it.keys, tokenAccount);
  const client = connect({ network, contract, account });
  if ((await client.viewAccount(tokenAccount))?.codeHash) return;
  const progress = options.startProgress('building the token');
  const { wasm } = await buildContract({ entry: tokenEntry });
  const args = {
    owner: options.members[0]!,
    total_supply: `${10n ** 15n}`,
    metadata: { spec: 'ft-1.0.0', name: 'Play money', symbol: 'PLAY', decimals: 6 },
  };
  await client.deployContract({ code: wasm, init: { method: 'init', args } });
  progress.finish(`${tokenAccount}, ${wasm.length} bytes`);
}

/** A late quorum may lengthen a vote by a quarter, however short votes are. */
function completePolicy(given: Partial<Policy> = {}): Policy {
  const policy = { ...defaultPolicy, ...given };
  const lateQuorumMs = given.lateQuorumMs ?? Math.floor(policy.votingPeriodMs / 4);
  return { ...policy, lateQuorumMs };
}

async function keepKey(keys: KeyFolder, { accountId, secretKey }: AccountKey): Promise<void> {
  try {
    await readCredentials(keys, accountId);
  } catch {
    await writeCredentials(keys, accountId, keyFromSecret(secretKey));
  }
}

async function keptSeed(dataDir: string): Promise<string> {
  const file = join(dataDir, 'seed');
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const seed = randomBytes(32).toString('hex');
  await writeFile(file, `${seed}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
  return seed;
}
