/** Limits on actions, checked before anything is paid, for transactions and created receipts. */
import { isAccountId } from '../protocol/account-id.js';
import { attachedGas, type Action } from '../protocol/action.js';
import { limits, type Gas } from '../protocol/parameters.js';

/** Why the actions are refused, in the protocol's words, or null. */
export function refusalOfActions(
  actions: readonly Action[],
  maxAttachedGas: Gas = limits.maxTotalPrepaidGas,
): object | string | null {
  if (actions.length > limits.maxActionsPerReceipt) {
    return {
      TotalNumberOfActionsExceeded: {
        total_number_of_actions: actions.length,
        limit: limits.maxActionsPerReceipt,
      },
    };
  }
  const deploys = actions.filter(({ kind }) => kind === 'deployContract').length;
  if (deploys > limits.maxDeploysPerReceipt) {
    const limit = limits.maxDeploysPerReceipt;
    return { TotalNumberOfDeployActionsExceeded: { number_of_deploy_actions: deploys, limit } };
  }
  let delegates = 0;
  for (const [i, action] of actions.entries()) {
    if (action.kind === 'deleteAccount' && i !== actions.length - 1) {
      return 'DeleteActionMustBeFinal';
    }
    if (action.kind === 'delegate' && ++delegates > 1) return 'DelegateActionMustBeOnlyOne';
    const refusal = refusalOfAction(action);
    if (refusal) return refusal;
  }
  const attached = attachedGas(actions);
  if (attached > maxAttachedGas) {
    return {
      TotalPrepaidGasExceeded: { total_prepaid_gas: `${attached}`, limit: `${maxAttachedGas}` },
    };
  }
  return null;
}

function refusalOfAction(action: Action): object | string | null {
  switch (action.kind) {
    case 'deployContract':
      if (action.code.length <= limits.maxContractBytes) return null;
      return {
        ContractSizeExceeded: { size: action.code.length, limit: limits.maxContractBytes },
      };
    case 'functionCall':
      return refusalOfCall(action);
    case 'stake':
      return unsupported('staking: the local chain has no validators');
    case 'addKey':
      return refusalOfKey(action);
    case 'deleteAccount':
      return accountId(action.beneficiaryId);
    case 'delegate': {
      const { senderId, receiverId, actions } = action.delegate;
      return accountId(senderId) ?? accountId(receiverId) ?? refusalOfActions(actions);
    }
    default:
      return null;
  }
}

function refusalOfCall(action: Action & { kind: 'functionCall' }): object | string | null {
  if (action.gas === 0) return 'FunctionCallZeroAttachedGas';
  const length = Buffer.byteLength(action.method);
  if (length > limits.maxMethodNameBytes) {
    return { FunctionCallMethodNameLengthExceeded: { length, limit: limits.maxMethodNameBytes } };
  }
  if (action.args.length > limits.maxArgumentsBytes) {
    const [length, limit] = [action.args.length, limits.maxArgumentsBytes];
    return { FunctionCallArgumentsLengthExceeded: { length, limit } };
  }
  return null;
}

function refusalOfKey(action: Action & { kind: 'addKey' }): object | string | null {
  const { permission } = action.accessKey;
  if (permission === 'FullAccess') return null;
  const lengths = permission.methodNames.map((name) => Buffer.byteLength(name));
  const longest = Math.max(0, ...lengths);
  if (longest > limits.maxMethodNameBytes) {
    const limit = limits.maxMethodNameBytes;
    return { AddKeyMethodNameLengthExceeded: { length: longest, limit } };
  }
  const total = lengths.reduce((sum, length) => sum + length + 1, 0);
  if (total > limits.maxMethodNamesBytes) {
    return {
      AddKeyMethodNamesNumberOfBytesExceeded: {
        total_number_of_bytes: total,
        limit: limits.maxMethodNamesBytes,
      },
    };
  }
  return accountId(permission.receiverId);
}

function accountId(text: string): object | null {
  return isAccountId(text) ? null : { InvalidAccountId: { account_id: text } };
}

function unsupported(feature: string): object {
  return { UnsupportedProtocolFeature: { protocol_feature: feature, version: 0 } };
}
