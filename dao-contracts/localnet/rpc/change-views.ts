/** `EXPERIMENTAL_changes`: what a recent block changed, by kind. */
import type { Chain } from '../runtime/chain.js';
import type { Change } from '../runtime/world.js';
import { findBlock } from './block-views.js';
import type { Parameters } from './parameters.js';
import { handlerError, parseError } from './rpc-error.js';
import { accessKeyView } from './transaction-views.js';

export function changes(chain: Chain, parameters: Parameters): object {
  const block = findBlock(chain, parameters);
  const kind = parameters.text('changes_type');
  const select = selector(kind, parameters);
  const list = changesAt(chain, block.height).flatMap((change) => {
    const view = select(change);
    return view ? [{ cause: { type: 'receipt_processing' }, ...view }] : [];
  });
  return { block_hash: block.hash, changes: list };
}

export function changesInBlock(chain: Chain, parameters: Parameters): object {
  const block = findBlock(chain, parameters);
  const list = changesAt(chain, block.height).flatMap(([kind, id]) => {
    const type = touched[kind];
    return type ? [{ type, account_id: id }] : [];
  });
  return { block_hash: block.hash, changes: list };
}

const touched: Readonly<Record<string, string>> = {
  account: 'account_touched',
  key: 'access_key_touched',
  data: 'data_touched',
};

function changesAt(chain: Chain, height: number): readonly Change[] {
  const found = chain.history.changesIn(height);
  if (found) return found;
  throw handlerError('UNKNOWN_BLOCK', {}, `the changes of block ${height} are no longer kept`);
}

type Select = (change: Change) => { type: string; change: object } | null;

function selector(kind: string, parameters: Parameters): Select {
  switch (kind) {
    case 'account_changes':
      return accountChanges(parameters.accountIds('account_ids'));
    case 'all_access_key_changes':
      return keyChanges(parameters.accountIds('account_ids'), null);
    case 'single_access_key_changes':
      return singleKeyChanges(parameters.get('keys'));
    case 'data_changes':
      return dataChanges(
        parameters.accountIds('account_ids'),
        Buffer.from(parameters.bytes('key_prefix_base64')).toString('latin1'),
      );
    case 'contract_code_changes':
      // Code is stored by its hash; an account's change of hash stands among its own changes.
      parameters.accountIds('account_ids');
      return () => null;
    default:
      throw parseError(`changes_type "${kind}" is not known`);
  }
}

function accountChanges(ids: readonly string[]): Select {
  return (change) => {
    if (change[0] !== 'account' || !ids.includes(change[1])) return null;
    const [, account_id, account] = change;
    if (!account) return { type: 'account_deletion', change: { account_id } };
    return {
      type: 'account_update',
      change: {
        account_id,
        amount: `${account.amountYocto}`,
        locked: '0',
        code_hash: account.codeHash ?? '11111111111111111111111111111111',
        storage_usage: account.storageUsageBytes,
        storage_paid_at: 0,
      },
    };
  };
}

function keyChanges(ids: readonly string[], publicKeys: readonly string[] | null): Select {
  return (change) => {
    if (change[0] !== 'key' || !ids.includes(change[1])) return null;
    const [, account_id, public_key, key] = change;
    if (publicKeys && !publicKeys.includes(public_key)) return null;
    if (!key) return { type: 'access_key_deletion', change: { account_id, public_key } };
    return {
      type: 'access_key_update',
      change: { account_id, public_key, access_key: accessKeyView(key) },
    };
  };
}

function singleKeyChanges(keys: unknown): Select {
  if (!Array.isArray(keys) || keys.length > 100) throw parseError('"keys" is not a short list');
  const wanted = keys as { account_id?: unknown; public_key?: unknown }[];
  return (change) => {
    const named = wanted.some(
      (key) => change[0] === 'key' && key?.account_id === change[1] && key.public_key === change[2],
    );
    return named ? keyChanges([change[1]], null)(change) : null;
  };
}

function dataChanges(ids: readonly string[], prefix: string): Select {
  return (change) => {
    if (change[0] !== 'data' || !ids.includes(change[1])) return null;
    const [, account_id, key, value] = change;
    if (!key.startsWith(prefix)) return null;
    const key_base64 = Buffer.from(key, 'latin1').toString('base64');
    if (!value) return { type: 'data_deletion', change: { account_id, key_base64 } };
    const value_base64 = Buffer.from(value).toString('base64');
    return { type: 'data_update', change: { account_id, key_base64, value_base64 } };
  };
}
