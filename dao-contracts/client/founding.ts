/**
 * Founding a DAO takes four transactions, and a process or a tab can die between any two of them. So
 * nothing is remembered but the key of the new account, which is kept, marked as one of a founding,
 * before the account exists; all else is read from the chain. Starting again goes on where it
 * stopped, and starting again when all is done does nothing.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { storageYoctoPerByte } from '../rules/limits.js';
import type { AccountView, KeyText } from './accounts.js';
import { connect, type DaoClient } from './client.js';
import type { AccountKey } from './connection.js';
import type { DaoConfig } from './dao-config.js';
import { DaoError, isDaoError } from './errors.js';
import { readMembers } from './governance.js';
import { fromWire } from './money-fields.js';
import { comparePolicies } from './policy-effects.js';

export type FoundingKey = AccountKey & KeyText;

/** Where keys of foundings are kept: credential files, or a browser's storage. */
export interface FoundingKeys {
  /** Of an account whose DAO is not founded to the end; null: there is none, or no founding's. */
  read(accountId: string): Promise<FoundingKey | null>;
  /** A fresh one, which is kept when this returns. */
  write(accountId: string): Promise<FoundingKey>;
  /** The founding is over and its key stays, as a key like any other. */
  keep(key: FoundingKey): Promise<void>;
  /** The founding is over and its key opens nothing any more. */
  drop(key: FoundingKey): Promise<void>;
}

/** What there is of a DAO that is being founded. */
export interface Founding {
  /** Of its account, kept here, marked as a founding's; null: none, or not ours. */
  readonly key: FoundingKey | null;
  readonly account: AccountView | null;
  /** What it runs already. */
  readonly code: Digest | null;
  /** What its treasury lacks of what the file gives it. */
  readonly treasuryLacksYocto: bigint;
  /** Somebody has proposed something: what the treasury lacks may have been there and be spent. */
  readonly inUse: boolean;
  /** Nobody holds a key of it: nothing is left to do, but perhaps to drop ours. */
  readonly sealed: boolean;
}

export interface Plan {
  readonly config: DaoConfig;
  readonly wasm: Uint8Array;
  readonly digest: Digest;
}

const nothing = { code: null, inUse: false, sealed: false };

/** Errors: `ACCOUNT_EXISTS`, `FOUNDED_OTHERWISE`. */
export async function readFounding(
  founder: DaoClient,
  it: { config: DaoConfig; keys: FoundingKeys },
): Promise<Founding> {
  const { config, keys } = it;
  const [key, account] = [
    await keys.read(config.account),
    await founder.viewAccount(config.account),
  ];
  if (!account) {
    return { ...nothing, key, account, treasuryLacksYocto: config.treasuryYocto };
  }
  const holders = await founder.listKeys(config.account);
  const ours = key !== null && holders.some(({ publicKey }) => publicKey === key.publicKey);
  const sealed = holders.length === 0;
  // Without our key it is somebody else's account, or a DAO that was sealed already.
  if (!ours && (!sealed || !account.codeHash)) throw exists(founder, config);
  if (!account.codeHash) {
    return { ...nothing, key, account, treasuryLacksYocto: config.treasuryYocto };
  }
  const difference = await findDifference(founder, config);
  if (difference !== null) {
    if (!ours) throw exists(founder, config);
    throw new DaoError({
      code: 'FOUNDED_OTHERWISE',
      facts: `${config.account} was founded with ${difference} than this says`,
      remedy: 'go on with what it was founded from',
    });
  }
  const inUse = (await founder.listProposals({ limit: 1 })).length > 0;
  const lacks = config.treasuryYocto - (await founder.getAccounting()).treasuryYocto;
  const code = await founder.getCodeOnChain();
  return { key, account, code, treasuryLacksYocto: lacks > 0n ? lacks : 0n, inUse, sealed };
}

/** A contract can say anything about itself: without our key only its code shows that it is a DAO. */
export function checkSealed(founder: DaoClient, it: Plan & { found: Founding }): void {
  const { sealed, code } = it.found;
  if (sealed && code !== it.digest) throw exists(founder, it.config);
}

function exists(founder: DaoClient, { account }: DaoConfig): DaoError {
  return new DaoError({
    code: 'ACCOUNT_EXISTS',
    facts: `${account} exists already on ${founder.network.name}`,
    remedy: 'choose another name for the DAO',
  });
}

/** Who is named must be there: a vote given to a name that nobody holds is lost. */
export async function checkNames(founder: DaoClient, config: DaoConfig): Promise<void> {
  const names = [...config.members, ...(config.guardian ? [config.guardian] : [])];
  for (const { account } of names) {
    if (await founder.viewAccount(account)) continue;
    throw new DaoError({
      code: 'NO_SUCH_ACCOUNT',
      facts: `${account} is not on ${founder.network.name}`,
      remedy: 'correct its name, or create it first',
    });
  }
}

/** Fees of the four transactions, generously: some hundredths of a NEAR. */
export const foundingFeesYocto = 10n ** 23n;

/** The first rule that the DAO at its account does not follow; null: all the same. */
async function findDifference(client: DaoClient, config: DaoConfig): Promise<string | null> {
  try {
    const [policy, members] = [await client.getPolicy(), await readMembers(client)];
    const [change] = comparePolicies(policy, fromWire(config.policy));
    if (change) return `another policy.${change.field}`;
    if (policy.guardian !== (config.guardian?.account ?? null)) return 'another guardian';
    const weights = (list: readonly { account: string; weight: string }[]) =>
      list
        .filter(({ weight }) => weight !== '0')
        .map(({ account, weight }) => `${account} ${weight}`)
        .sort()
        .join();
    return weights(members.members) === weights(config.members) ? null : 'other members';
  } catch (error) {
    if (!isDaoError(error) || error.code === 'CHAIN_UNREACHABLE') throw error;
    return 'another contract';
  }
}

/** What the code and the records of a DAO lock. */
export function balanceYocto({ config, wasm }: Plan): bigint {
  return BigInt(wasm.length) * storageYoctoPerByte + config.reserveYocto;
}

/** What the founder still has to pay into the account and the treasury; fees come on top. */
export function remainingYocto(found: Founding, plan: Plan): bigint {
  return lacksForCode(found, plan) + toDepositYocto(found);
}

function toDepositYocto({ treasuryLacksYocto, inUse, sealed }: Founding): bigint {
  return inUse || sealed ? 0n : treasuryLacksYocto;
}

/** The code may have grown since the account was made. */
function lacksForCode({ account }: Founding, plan: Plan): bigint {
  if (account?.codeHash) return 0n;
  const lacks = balanceYocto(plan) - (account?.amountYocto ?? 0n);
  return lacks > 0n ? lacks : 0n;
}

/** In the order in which they are done. */
export function describeDone(found: Founding): string[] {
  const { account, treasuryLacksYocto, sealed } = found;
  if (!account) return [];
  if (!account.codeHash) return ['account created'];
  return [
    ...['account created', 'code deployed'],
    ...(treasuryLacksYocto === 0n || sealed ? ['treasury filled'] : []),
    ...(sealed ? ['key deleted'] : []),
  ];
}

/** Does what is left. Returns whether nobody holds a key of the DAO any more. */
export async function goOnFounding(
  founder: DaoClient,
  it: Plan & {
    found: Founding;
    keys: FoundingKeys;
    keepKey: boolean;
    onStep: (done: number, step: string) => void;
  },
): Promise<boolean> {
  const { config, wasm, digest, found, keys, onStep } = it;
  if (found.sealed) {
    if (found.key) await keys.drop(found.key);
    return true;
  }
  // Kept first: with its key lost, a half-founded account would keep its money for ever.
  const key = found.key ?? (await keys.write(config.account));
  const { network } = founder;
  const contract = connect({ network, contract: config.account, account: key });
  if (!found.account) {
    const { publicKey } = key;
    const initialYocto = balanceYocto(it);
    await founder.createAccount({ newAccountId: config.account, publicKey, initialYocto });
  } else if (lacksForCode(found, it) > 0n) {
    await founder.transfer({ to: config.account, amountYocto: lacksForCode(found, it) });
  }
  onStep(1, 'account created');
  if (!found.account?.codeHash) {
    const { policy, members, guardian } = config;
    const appointed = guardian
      ? { guardian: guardian.account, guardianTermMs: guardian.termMs }
      : { guardian: null };
    const args = { members, policy, code: digest, ...appointed };
    await contract.deployContract({ code: wasm, init: { method: 'init', args } });
  }
  onStep(2, 'code deployed');
  const amountYocto = toDepositYocto(found);
  if (amountYocto > 0n) await founder.deposit({ amountYocto });
  await founder.checkHealth();
  onStep(3, 'treasury filled');
  if (it.keepKey) {
    await keys.keep(key);
    return false;
  }
  await contract.deleteKey({ publicKey: key.publicKey });
  await keys.drop(key);
  return true;
}
