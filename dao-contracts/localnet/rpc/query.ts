/** `query`: accounts, keys, code, state, and view calls of contracts. */
import { publicKeyBytes } from '../keys.js';
import type { Chain } from '../runtime/chain.js';
import { viewFunction } from '../runtime/call-function.js';
import type { BlockHeader } from '../runtime/block-header.js';
import { describeFailure, rawFailure } from '../vm/vm-error.js';
import { requireHead } from './block-views.js';
import type { Parameters } from './parameters.js';
import { handlerError, parseError } from './rpc-error.js';
import { accessKeyView } from './transaction-views.js';
import { viewsOf } from './view-cache.js';

/**
 * What an account stores beside its code: with more, `view_state` lists nothing, whatever the prefix,
 * as nodes do by default (`trie_viewer_state_size_limit`).
 */
const viewStateBytesMax = 50_000;
const noCodeHash = '11111111111111111111111111111111';

type StoredAccount = NonNullable<ReturnType<Chain['world']['accounts']['get']>>;

export function query(chain: Chain, parameters: Parameters): object {
  const kind = parameters.text('request_type');
  const block = requireHead(chain, parameters);
  const place = { block_height: block.height, block_hash: block.hash };
  const id = parameters.accountId('account_id');
  const account = chain.world.accounts.get(id);
  if (!account) {
    throw handlerError(
      'UNKNOWN_ACCOUNT',
      { requested_account_id: id, ...place },
      `account ${id} does not exist while viewing`,
    );
  }
  switch (kind) {
    case 'view_account':
      return {
        amount: `${account.amountYocto}`,
        locked: '0',
        code_hash: account.codeHash ?? noCodeHash,
        storage_usage: account.storageUsageBytes,
        storage_paid_at: 0,
        ...place,
      };
    case 'view_access_key':
      return { ...viewKey(account, parameters.text('public_key'), block), ...place };
    case 'view_access_key_list': {
      const keys = [...account.keys].map(([publicKey, key]) => ({
        public_key: publicKey,
        access_key: accessKeyView(key),
      }));
      return { keys, ...place };
    }
    case 'view_code':
      return { ...viewCode(chain, id, account, block), ...place };
    case 'view_state':
      return { ...viewState(chain, id, parameters.bytes('prefix_base64'), block), ...place };
    case 'call_function':
      return { ...callFunction(chain, id, parameters, block), ...place };
    default:
      throw parseError(`request_type "${kind}" is not one of the local chain's`);
  }
}

function viewKey(account: StoredAccount, publicKey: string, block: BlockHeader): object {
  if (!publicKeyBytes(publicKey)) throw parseError(`"${publicKey}" is not an ed25519 public key`);
  const key = account.keys.get(publicKey);
  if (key) return accessKeyView(key);
  throw handlerError(
    'UNKNOWN_ACCESS_KEY',
    { public_key: publicKey, block_height: block.height, block_hash: block.hash },
    `access key ${publicKey} does not exist while viewing`,
  );
}

function viewCode(chain: Chain, id: string, account: StoredAccount, block: BlockHeader): object {
  const code = account.codeHash ? chain.world.code(account.codeHash) : undefined;
  if (!code) {
    throw handlerError(
      'NO_CONTRACT_CODE',
      { contract_account_id: id, block_height: block.height, block_hash: block.hash },
      `account ${id} has no contract`,
    );
  }
  return { code_base64: Buffer.from(code).toString('base64'), hash: account.codeHash };
}

function viewState(chain: Chain, id: string, prefix: Uint8Array, block: BlockHeader): object {
  const account = chain.world.accounts.get(id)!;
  const code = account.codeHash ? chain.world.code(account.codeHash) : undefined;
  if (account.storageUsageBytes - (code?.length ?? 0) > viewStateBytesMax) {
    throw handlerError(
      'TOO_LARGE_CONTRACT_STATE',
      { contract_account_id: id, block_height: block.height, block_hash: block.hash },
      `State of contract ${id} is too large to be viewed`,
    );
  }
  const start = Buffer.from(prefix).toString('latin1');
  const found = [...account.data].filter(([key]) => key.startsWith(start));
  found.sort(([a], [b]) => (a < b ? -1 : 1));
  const values = found.map(([key, value]) => ({
    key: Buffer.from(key, 'latin1').toString('base64'),
    value: Buffer.from(value).toString('base64'),
  }));
  return { values, proof: [] };
}

function callFunction(
  chain: Chain,
  id: string,
  parameters: Parameters,
  block: BlockHeader,
): object {
  const method = parameters.text('method_name');
  const args = parameters.bytes('args_base64');
  const now = chain.viewNow();
  const view = [now.timeNs, block.hash, id, method, Buffer.from(args).toString('base64')].join(' ');
  const kept = viewsOf(chain);
  const known = kept?.get(view);
  if (known) return known;
  const { failure, logs, value } = viewFunction(
    chain.world,
    id,
    method,
    args,
    now,
    chain.maxViewGas,
  );
  if (!failure) {
    const shown = { result: [...value], logs };
    kept?.keep(view, shown);
    return shown;
  }
  const said = describeFailure(failure);
  throw handlerError(
    'CONTRACT_EXECUTION_ERROR',
    {
      vm_error: said,
      error: rawFailure(failure),
      block_height: block.height,
      block_hash: block.hash,
    },
    `wasm execution failed with error: ${said}`,
  );
}
