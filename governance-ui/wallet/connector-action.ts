/**
 * Actions as injected wallets take them: the JSON of NEAR Connect's interface, in place of the
 * library's own objects. Only those that the pages ask for.
 */
import type { WalletAction } from '@commonweights/dao-contracts/client/wallet.js';

export type ConnectorAction =
  | {
      readonly type: 'FunctionCall';
      readonly params: {
        readonly methodName: string;
        readonly args: object;
        readonly gas: string;
        readonly deposit: string;
      };
    }
  | {
      readonly type: 'AddKey';
      readonly params: {
        readonly publicKey: string;
        readonly accessKey: {
          readonly permission:
            | {
                readonly receiverId: string;
                readonly allowance?: string;
                readonly methodNames: string[];
              }
            | 'FullAccess';
        };
      };
    }
  | { readonly type: 'CreateAccount' }
  | { readonly type: 'Transfer'; readonly params: { readonly deposit: string } }
  | { readonly type: 'DeleteKey'; readonly params: { readonly publicKey: string } };

/**
 * Error: `UNSUPPORTED_ACTION`. A key that may do everything, and money without a call, go to an account
 * that the same transaction creates, or nowhere: a transaction that creates its receiver fails as a
 * whole where there is one already.
 */
export function connectorActionsOf(list: readonly WalletAction[]): ConnectorAction[] {
  const creates = list[0]?.createAccount !== undefined;
  return list.map((action) => (creates ? founding(action) : null) ?? connectorActionOf(action));
}

function founding(action: WalletAction): ConnectorAction | null {
  if (action.createAccount) return { type: 'CreateAccount' };
  if (action.transfer)
    return { type: 'Transfer', params: { deposit: `${action.transfer.deposit}` } };
  if (!action.addKey?.accessKey.permission.fullAccess) return null;
  const publicKey = `${action.addKey.publicKey}`;
  return { type: 'AddKey', params: { publicKey, accessKey: { permission: 'FullAccess' } } };
}

function connectorActionOf(action: WalletAction): ConnectorAction {
  if (action.functionCall) {
    const { methodName, args, gas, deposit } = action.functionCall;
    const json = JSON.parse(new TextDecoder().decode(Uint8Array.from(args))) as object;
    const params = { methodName, args: json, gas: `${gas}`, deposit: `${deposit}` };
    return { type: 'FunctionCall', params };
  }
  const call = action.addKey?.accessKey.permission.functionCall;
  if (call) {
    const { receiverId, allowance, methodNames } = call;
    const permission = {
      ...{ receiverId, methodNames: [...methodNames] },
      ...(allowance === undefined || allowance === null ? {} : { allowance: `${allowance}` }),
    };
    const publicKey = `${action.addKey!.publicKey}`;
    return { type: 'AddKey', params: { publicKey, accessKey: { permission } } };
  }
  if (action.deleteKey) {
    return { type: 'DeleteKey', params: { publicKey: `${action.deleteKey.publicKey}` } };
  }
  throw new Error('UNSUPPORTED_ACTION: the pages ask wallets for calls and for keys that call');
}
