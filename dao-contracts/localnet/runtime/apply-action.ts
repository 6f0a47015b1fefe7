/** Each action's effect on the account that receives it, except calls and delegate actions. */
import { createHash } from 'node:crypto';
import { baseEncode } from 'near-api-js';
import { publicKeyText } from '../keys.js';
import {
  isEthImplicitAccountId,
  isImplicitAccountId,
  refusalToCreate,
} from '../protocol/account-id.js';
import type { Action } from '../protocol/action.js';
import type { AccountDraft } from './account-draft.js';
import { firstNonce } from './access.js';

/** The receipt fails; `kind` is the protocol's `ActionErrorKind`. */
export class ActionFailure extends Error {
  constructor(readonly kind: object | string) {
    super(JSON.stringify(kind));
    this.name = 'ActionFailure';
  }
}

export interface ActionPlace {
  predecessorId: string;
  blockHeight: number;
  /** May act on the account: its own receipts, and whoever just created it. */
  actorId: string;
  /** The only action of a receipt that is not a refund: it may create an implicit account. */
  mayCreateImplicit: boolean;
}

const largeStateBytes = 10_000;

/** Throws unless the account's existence and the actor allow the action. */
export function checkPlace(draft: AccountDraft, action: Action, place: ActionPlace): void {
  const { id } = draft;
  if (action.kind === 'createAccount') {
    if (draft.account) throw new ActionFailure({ AccountAlreadyExists: { account_id: id } });
    return;
  }
  if (!draft.account) {
    const implicit = isImplicitAccountId(id) && !isEthImplicitAccountId(id);
    if (action.kind === 'transfer' && implicit && place.mayCreateImplicit) return;
    throw new ActionFailure({ AccountDoesNotExist: { account_id: id } });
  }
  const owned = ['deployContract', 'stake', 'addKey', 'deleteKey', 'deleteAccount'];
  if (owned.includes(action.kind) && place.actorId !== id) {
    throw new ActionFailure({
      ActorNoPermission: { account_id: id, actor_id: place.actorId },
    });
  }
}

/** Returns what the account leaves to its beneficiary, if it was deleted. */
export function applyAction(
  draft: AccountDraft,
  action: Exclude<Action, { kind: 'functionCall' | 'delegate' }>,
  place: ActionPlace,
): { beneficiaryId: string; yocto: bigint } | null {
  const { account, id } = draft;
  switch (action.kind) {
    case 'createAccount': {
      const refusal = refusalToCreate(id, place.predecessorId);
      if (refusal) throw new ActionFailure(refusal);
      draft.create();
      place.actorId = id;
      return null;
    }
    case 'transfer':
      if (account) account.amountYocto += action.depositYocto;
      else createImplicit(draft, action.depositYocto, place.blockHeight);
      return null;
    case 'deployContract':
      draft.setCode(codeHash(action.code), action.code);
      return null;
    case 'stake':
      throw new ActionFailure({
        InsufficientStake: { account_id: id, stake: `${action.stakeYocto}`, minimum_stake: 'none' },
      });
    case 'addKey': {
      const { publicKey, accessKey } = action;
      if (draft.key(publicKey)) {
        throw new ActionFailure({
          AddKeyAlreadyExists: { account_id: id, public_key: publicKey },
        });
      }
      draft.setKey(publicKey, { ...accessKey, nonce: firstNonce(place.blockHeight) });
      return null;
    }
    case 'deleteKey': {
      const { publicKey } = action;
      if (!draft.key(publicKey)) {
        throw new ActionFailure({
          DeleteKeyDoesNotExist: { account_id: id, public_key: publicKey },
        });
      }
      draft.setKey(publicKey, null);
      return null;
    }
    case 'deleteAccount': {
      const code = draft.currentCode?.bytes.length ?? 0;
      if (account!.storageUsageBytes - code > largeStateBytes) {
        throw new ActionFailure({ DeleteAccountWithLargeState: { account_id: id } });
      }
      const yocto = account!.amountYocto;
      draft.delete();
      return { beneficiaryId: action.beneficiaryId, yocto };
    }
  }
}

export function codeHash(code: Uint8Array): string {
  return baseEncode(createHash('sha256').update(code).digest());
}

/** An account named by its key: the key may do everything. */
function createImplicit(draft: AccountDraft, yocto: bigint, blockHeight: number): void {
  draft.create().amountYocto = yocto;
  const publicKey = publicKeyText(Buffer.from(draft.id, 'hex'));
  draft.setKey(publicKey, { nonce: firstNonce(blockHeight), permission: 'FullAccess' });
}
