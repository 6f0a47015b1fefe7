/**
 * The built contract on the embedded node, called through near-api-js as any client would, with the
 * gas of every call on record. Clock and keys follow from a seed.
 */
import { fileURLToPath } from 'node:url';
import { actions } from 'near-api-js';
import { connect, type DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { startLocalnet, type Localnet } from '@commonweights/dao-contracts/localnet/localnet.js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import { buildContract } from '@commonweights/dao-contracts/toolchain/build-contract.js';
import { everybody, members, near, policy, type Chain } from './dao-driver.js';

const contract = 'dao.local';
const tera = 10n ** 12n;
/** What a client attaches to calls that may close a round. */
const gas = 300n * tera;

export interface GasRecord {
  method: string;
  /** Burnt by the contract's own execution, in gas units; conversions and fees left out. */
  gas: bigint;
}

export interface LocalnetDao {
  chain: Chain;
  localnet: Localnet;
  gasOf: GasRecord[];
  /** Calls as one transaction, and so one receipt. Returns what the last one returned. */
  batch(account: string, calls: readonly { method: string; args: object }[]): Promise<unknown>;
  /** Bytes of the deployed contract. */
  codeBytes: number;
  stop(): Promise<void>;
}

/** `names`: who gets an account, as `<name>.test` of the play; on chain `<name>.local`. */
export async function startLocalnetDao(names = everybody): Promise<LocalnetDao> {
  const entry = fileURLToPath(new URL('../../../dao-contracts/contract/dao.ts', import.meta.url));
  const { wasm } = await buildContract({ entry });
  const localnet = await startLocalnet({ seed: 'dao contract' });
  const network = { name: 'localnet' as const, rpcUrl: localnet.url };
  const clientOf = (accountId: string, secretKey: string) =>
    connect({ network, contract, account: { accountId, secretKey } });
  const root = clientOf('local', localnet.rootSecretKey);
  const clients = new Map<string, DaoClient>();
  const add = async (name: string, initialYocto: bigint) => {
    const { publicKey, secretKey } = deriveKey('dao contract', name);
    await root.createAccount({ newAccountId: name, publicKey, initialYocto });
    clients.set(name, clientOf(name, secretKey));
  };
  await add(contract, 30n * near);
  const args = { members: members.map(onChain), policy, guardian: 'bob.local' };
  await clients.get(contract)!.deployContract({ code: wasm, init: { method: 'init', args } });
  for (const name of names) await add(local(name), 100n * near);

  const gasOf: GasRecord[] = [];
  const chain: Chain = {
    contract,
    call: async (account, method, args, it = {}) => {
      const { connection } = clients.get(local(account))!;
      const { depositYocto = 0n } = it;
      const sent = await callWithGas(connection, { method, args: onChain(args), depositYocto });
      gasOf.push({ method, gas: sent.burnt });
      return sent.value;
    },
    view: (method, args = {}) => root.connection.view(method, onChain(args)).then(asText) as never,
    forward: (ms) => localnet.fastForward(ms),
  };
  const batch: LocalnetDao['batch'] = async (account, calls) => {
    const { connection } = clients.get(local(account))!;
    const each = calls.map(({ method, args }, i) => {
      const share = i === 0 ? gas - 20n * tera : (20n * tera) / BigInt(calls.length - 1);
      return actions.functionCall(method, onChain(args) as Record<string, unknown>, share, 0n);
    });
    const { returned } = await connection.send(contract, each, 'batch');
    return returned === '' ? undefined : (JSON.parse(returned) as unknown);
  };
  const stop = () => localnet.stop();
  return { chain, localnet, gasOf, batch, codeBytes: wasm.length, stop };
}

async function callWithGas(
  connection: DaoClient['connection'],
  it: { method: string; args: object; depositYocto: bigint },
): Promise<{ value: unknown; burnt: bigint }> {
  const action = actions.functionCall(
    it.method,
    it.args as Record<string, unknown>,
    gas,
    it.depositYocto,
  );
  const outcome = await connection.send(contract, [action], it.method);
  const status = await connection.provider.viewTransactionStatus({
    txHash: outcome.transactionHash,
    accountId: connection.accountId!,
    waitUntil: 'EXECUTED_OPTIMISTIC',
  });
  const receipts = (status as unknown as { receipts_outcome: ReceiptOutcome[] }).receipts_outcome;
  // Of what a call leads to in the contract, the dearest: the tick, not the request for it.
  const own = receipts.filter(({ outcome }) => outcome.executor_id === contract);
  const burnt = Math.max(...own.map(({ outcome }) => outcome.gas_burnt));
  const value = outcome.returned === '' ? undefined : (JSON.parse(outcome.returned) as unknown);
  return { value, burnt: BigInt(burnt) };
}

interface ReceiptOutcome {
  outcome: { executor_id: string; gas_burnt: number };
}

function local(name: string): string {
  return name.replace(/\.test$/, '.local');
}

/** Names of the play (`….test`) in arguments become accounts of the root (`….local`). */
function onChain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replace(/\.test"/g, '.local"')) as T;
}

/** The play speaks JSON: the client's bigints become decimal strings again. */
function asText(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}` : inner)),
  );
}
