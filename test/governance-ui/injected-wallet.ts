/**
 * A wallet as an extension puts it into a page: it speaks NEAR Connect's and Ethereum's real interfaces,
 * its owner, in tests, says yes or no, and what it signs with the accounts' real keys goes to a real chain.
 * Pages look for such wallets where the chain is no local one, so a host serves them as if it were testnet.
 */
import { Wallet } from 'ethers';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actions, PublicKey, type Action } from 'near-api-js';
import type { Page } from 'playwright-core';
import { readCredentials } from '@commonweights/cli/credentials.js';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import { startRegistry } from '@commonweights/dataset-registry/server/registry.js';
import { buildPages } from '@commonweights/governance-ui/build.js';
import { networkFileName, type NetworkFile } from '@commonweights/governance-ui/network-file.js';
import { pageHeaders } from '@commonweights/governance-ui/page-headers.js';
import type { ConnectorAction } from '@commonweights/governance-ui/wallet/connector-action.js';
import type { RealDao } from './real-dao.js';

interface Request {
  readonly signerId: string;
  readonly receiverId: string;
  readonly actions: readonly ConnectorAction[];
}

export class InjectedWallet {
  /** What its owner says to every question, but for those that `next` answers. */
  says: 'yes' | 'no' = 'yes';
  /** To the next questions that need a yes, in their order. */
  next: ('yes' | 'no')[] = [];
  /** Which methods of it were called. */
  readonly asked: string[] = [];
  /** The actions of each transaction that was asked for, by type. */
  readonly requests: string[][] = [];
  readonly ethereum = Wallet.createRandom();

  constructor(
    private readonly dao: RealDao,
    private readonly accountId: string,
  ) {}

  /** Before the page is opened. */
  async putInto(page: Page): Promise<void> {
    await page.exposeFunction('cwWallet', (method: string, it: unknown) =>
      this.#answer(method, it),
    );
    // The compiler of tests names functions by a helper of its own, which a page does not have.
    await page.addInitScript({ content: `{ const __name = (it) => it; (${injectWallets})(); }` });
  }

  async #answer(method: string, it: unknown): Promise<object> {
    this.asked.push(method);
    if (method === 'signOut') return { yes: null };
    if (method === 'getAccounts') return { yes: [{ accountId: this.accountId }] };
    if (method === 'signAndSendTransaction') {
      this.requests.push((it as Request).actions.map(({ type }) => type));
    }
    if ((this.next.shift() ?? this.says) === 'no') return { no: 'User rejected the request' };
    if (method === 'signIn') return { yes: [{ accountId: this.accountId }] };
    if (method === 'ethereum') return { yes: await this.#signAsEthereum(it) };
    return { yes: await this.#send(it as Request) };
  }

  async #send(it: Request): Promise<object> {
    const { network, contract, keys } = this.dao.network;
    const account = await readCredentials(keys, it.signerId);
    const { connection } = connect({ network, contract, account });
    const sent = await connection.send(it.receiverId, it.actions.map(actionOf), 'a test');
    return { transaction: { hash: sent.transactionHash } };
  }

  async #signAsEthereum(it: unknown): Promise<unknown> {
    const { method, params } = it as { method: string; params?: string[] };
    if (method === 'eth_requestAccounts') return [this.ethereum.address];
    const { domain, types, message } = JSON.parse(params![1]!) as {
      domain: object;
      types: Record<string, { name: string; type: string }[]>;
      message: Record<string, unknown>;
    };
    delete types['EIP712Domain'];
    return this.ethereum.signTypedData(domain, types, message);
  }
}

/** Runs in the page, before anything of ours: what an extension does. */
function injectWallets(): void {
  const ask = (method: string) => (it: unknown) =>
    (globalThis as unknown as { cwWallet(method: string, it: unknown): Promise<unknown> })
      .cwWallet(method, it)
      .then((answer) => {
        const { no, yes } = answer as { no?: string; yes?: unknown };
        if (no !== undefined) throw new Error(no);
        return yes;
      });
  const names = ['signIn', 'getAccounts', 'signOut', 'signAndSendTransaction'];
  const detail = {
    manifest: { id: 'test-wallet', name: 'A wallet of this test' },
    ...Object.fromEntries(names.map((name) => [name, ask(name)])),
  };
  const come = () => dispatchEvent(new CustomEvent('near-wallet-injected', { detail }));
  addEventListener('near-selector-ready', come);
  come();
  const provider = {
    request: (it: unknown) =>
      ask('ethereum')(it).catch((error: Error) => {
        throw Object.assign(error, { code: 4001 });
      }),
  };
  addEventListener('eip6963:requestProvider', () =>
    dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: { provider } })),
  );
}

function actionOf(it: ConnectorAction): Action {
  switch (it.type) {
    case 'FunctionCall': {
      const { methodName, args, gas, deposit } = it.params;
      const named = args as Record<string, unknown>;
      return actions.functionCall(methodName, named, BigInt(gas), BigInt(deposit));
    }
    case 'CreateAccount':
      return actions.createAccount();
    case 'Transfer':
      return actions.transfer(BigInt(it.params.deposit));
    case 'AddKey': {
      const key = PublicKey.fromString(it.params.publicKey);
      const { permission } = it.params.accessKey;
      if (permission === 'FullAccess') return actions.addFullAccessKey(key);
      const { receiverId, methodNames, allowance } = permission;
      const most = allowance === undefined ? undefined : BigInt(allowance);
      return actions.addFunctionCallAccessKey(key, receiverId, methodNames, most);
    }
    case 'DeleteKey':
      return actions.deleteKey(PublicKey.fromString(it.params.publicKey));
  }
}

export interface TestnetHost {
  readonly url: string;
  stop(): Promise<void>;
}

/** The pages of a DAO from a host of their own, whose file names testnet and no events. */
export async function hostAsTestnet(dao: RealDao): Promise<TestnetHost> {
  const { folder: pages } = await buildPages();
  const dataDir = await mkdtemp(join(tmpdir(), 'cw-wallet-'));
  const web = join(dataDir, 'web');
  await mkdir(web);
  const { network, contract, registryUrl } = dao.network;
  const { rpcUrl } = network;
  const file: NetworkFile = { network: 'testnet', rpcUrl, contract, registry: registryUrl };
  await writeFile(join(web, networkFileName), JSON.stringify(file));
  const headers = () => pageHeaders([rpcUrl, registryUrl]);
  const staticDirs = [web, pages].map((dir) => ({ mount: '/', dir, headers }));
  const host = await startRegistry({ dataDir, port: 0, staticDirs });
  return {
    url: host.url,
    stop: async () => {
      await host.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
