/** `sandbox_patch_state`: state records in the form of nearcore's genesis files, to and fro. */
import { baseDecode } from 'near-api-js';
import { publicKeyBytes } from '../keys.js';
import { isAccountId } from '../protocol/account-id.js';
import type { AccessKey } from '../protocol/action.js';
import { limits } from '../protocol/parameters.js';
import { noHash } from '../runtime/block-header.js';
import type { Chain } from '../runtime/chain.js';
import { refusalOfPatch, type StateRecord } from '../runtime/patch-state.js';
import type { World } from '../runtime/world.js';
import { Parameters } from './parameters.js';
import { parseError } from './rpc-error.js';
import { accessKeyView } from './transaction-views.js';

/** A request is no longer than a few megabytes; each record costs work of its own. */
const recordsMax = 100_000;
const u128 = 1n << 128n;

export function patchState(chain: Chain, parameters: Parameters): object {
  const records = decodeStateRecords(parameters.get('records', 0));
  const refusal = refusalOfPatch(chain.world, records, chain.ledger.circulatingYocto);
  if (refusal) throw parseError(refusal);
  chain.patchState(records);
  return {};
}

export function decodeStateRecords(json: unknown): StateRecord[] {
  if (!Array.isArray(json) || json.length > recordsMax) {
    throw parseError(`"records" is not a list of at most ${recordsMax} records`);
  }
  return json.map(decodeRecord);
}

/** All that `sandbox_patch_state` could write, as records. */
export function* stateRecordsOf(world: World): Generator<object> {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  for (const [account_id, account] of world.accounts) {
    const { amountYocto, codeHash, storageUsageBytes, keys, data } = account;
    yield {
      Account: {
        account_id,
        account: {
          ...{ amount: `${amountYocto}`, locked: '0', code_hash: codeHash ?? noHash },
          ...{ storage_usage: storageUsageBytes, version: 'V1' },
        },
      },
    };
    const code = codeHash ? world.code(codeHash) : undefined;
    if (code) yield { Contract: { account_id, code: base64(code) } };
    for (const [public_key, key] of keys) {
      yield { AccessKey: { account_id, public_key, access_key: accessKeyView(key) } };
    }
    for (const [key, value] of data) {
      const data_key = Buffer.from(key, 'latin1').toString('base64');
      yield { Data: { account_id, data_key, value: base64(value) } };
    }
  }
}

function decodeRecord(json: unknown): StateRecord {
  const [kind, ...more] = Object.keys(fieldsOf(json, 'a record'));
  if (kind === undefined || more.length > 0) throw parseError('a record has one kind');
  const fields = new Parameters(fieldsOf((json as Record<string, unknown>)[kind], kind));
  const accountId = fields.accountId('account_id');
  switch (kind) {
    case 'Account':
      return { kind: 'account', accountId, ...decodeAccount(fields.get('account'), accountId) };
    case 'Contract': {
      const code = fields.bytes('code');
      if (code.length > limits.maxContractBytes)
        throw parseError(`the code of ${accountId} is large`);
      return { kind: 'code', accountId, code };
    }
    case 'AccessKey': {
      const publicKey = fields.text('public_key');
      if (!publicKeyBytes(publicKey)) throw parseError(`"${publicKey}" is no ed25519 public key`);
      return { kind: 'key', accountId, publicKey, key: decodeKey(fields.get('access_key')) };
    }
    case 'Data': {
      const key = Buffer.from(fields.bytes('data_key')).toString('latin1');
      return { kind: 'data', accountId, key, value: fields.bytes('value') };
    }
    default:
      throw parseError(`records of kind "${kind}" cannot be patched`);
  }
}

function decodeAccount(
  json: unknown,
  id: string,
): { amountYocto: bigint; codeHash: string | null } {
  const fields = new Parameters(fieldsOf(json, `the account of ${id}`));
  const locked = fields.get('locked') ?? '0';
  if (`${locked as string}` !== '0')
    throw parseError(`${id}: nobody can stake here; "locked" is "0"`);
  const hash = fields.optionalText('code_hash') ?? noHash;
  if (!isHash(hash)) throw parseError(`${id}: "code_hash" is not a hash`);
  return { amountYocto: amountOf(fields, 'amount'), codeHash: hash === noHash ? null : hash };
}

function decodeKey(json: unknown): AccessKey {
  const fields = new Parameters(fieldsOf(json, 'access_key'));
  const nonce = fields.optionalCount('nonce', Number.MAX_SAFE_INTEGER);
  if (nonce === undefined) throw parseError('"nonce" is missing');
  const permission = fields.get('permission');
  if (permission === 'FullAccess') return { nonce: BigInt(nonce), permission };
  const call = new Parameters(
    fieldsOf(fieldsOf(permission, 'permission')['FunctionCall'], 'FunctionCall'),
  );
  const methodNames = call.get('method_names') ?? [];
  const isNames = Array.isArray(methodNames) && methodNames.every((it) => typeof it === 'string');
  if (!isNames) throw parseError('"method_names" is not a list of names');
  const allowance =
    call.optionalText('allowance') === undefined ? null : amountOf(call, 'allowance');
  const receiverId = call.text('receiver_id');
  if (!isAccountId(receiverId)) throw parseError(`"${receiverId}" is not an account name`);
  return {
    nonce: BigInt(nonce),
    permission: { allowanceYocto: allowance, receiverId, methodNames: methodNames as string[] },
  };
}

function amountOf(fields: Parameters, name: string): bigint {
  const text = fields.text(name);
  const amount = /^\d{1,39}$/.test(text) ? BigInt(text) : u128;
  if (amount >= u128) throw parseError(`"${name}" is not an amount`);
  return amount;
}

function isHash(text: string): boolean {
  try {
    return text.length <= 44 && baseDecode(text).length === 32;
  } catch {
    return false;
  }
}

function fieldsOf(json: unknown, name: string): Record<string, unknown> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    return json as Record<string, unknown>;
  }
  throw parseError(`${name} is missing or not an object`);
}
