/** Which names accounts may have, and which account may create which. */

const pattern = /^(([a-z\d]+[-_])*[a-z\d]+\.)*([a-z\d]+[-_])*[a-z\d]+$/;

export const systemAccount = 'system';
const registrar = 'registrar';
const shortestTopLevel = 65;

export function isAccountId(text: string): boolean {
  return text.length >= 2 && text.length <= 64 && pattern.test(text);
}

/** 64 hex digits: the account is created by the first transfer to it, with that ed25519 key. */
export function isImplicitAccountId(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Named after an Ethereum address; the local chain has no wallet contract to give it. */
export function isEthImplicitAccountId(text: string): boolean {
  return /^0x[0-9a-f]{40}$/.test(text);
}

/** `a.b` is under `b`; `a.b.c` is not directly under `c`. */
function isDirectlyUnder(accountId: string, parent: string): boolean {
  return (
    accountId.endsWith(`.${parent}`) &&
    !accountId.slice(0, accountId.length - parent.length - 1).includes('.')
  );
}

/** Why `creator` may not create `accountId`, in the protocol's words, or null. */
export function refusalToCreate(accountId: string, creator: string): object | null {
  if (isImplicitAccountId(accountId) || isEthImplicitAccountId(accountId)) {
    return { OnlyImplicitAccountCreationAllowed: { account_id: accountId } };
  }
  if (!accountId.includes('.')) {
    if (accountId.length < shortestTopLevel && creator !== registrar) {
      return {
        CreateAccountOnlyByRegistrar: {
          account_id: accountId,
          registrar_account_id: registrar,
          predecessor_id: creator,
        },
      };
    }
    return null;
  }
  if (isDirectlyUnder(accountId, creator)) return null;
  return { CreateAccountNotAllowed: { account_id: accountId, predecessor_id: creator } };
}
