/** How far the founding of a DAO is, what it costs from here on, and what speaks against it. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { DaoConfig } from '@commonweights/dao-contracts/client/dao-config.js';
import { DaoError, isDaoError } from '@commonweights/dao-contracts/client/errors.js';
import {
  checkNames,
  checkSealed,
  describeDone,
  foundingFeesYocto,
  readFounding,
  remainingYocto,
  type Founding,
  type FoundingKeys,
  type Plan,
} from '@commonweights/dao-contracts/client/founding.js';
import type { ContractCode } from './contract-code.js';

export interface FoundingStanding {
  readonly found: Founding;
  readonly plan: Plan;
  /** Of the four steps. */
  readonly done: number;
  readonly costYocto: bigint;
  /** Of who founds it; null: nobody is connected. */
  readonly heldYocto: bigint | null;
}

/** Either it can go on, or this is why it cannot. */
export type FoundingAnswer =
  | { readonly standing: FoundingStanding; readonly why: null }
  | { readonly standing: null; readonly why: DaoError };

/** `founder` is connected to the account of the DAO that is to be. Error: the chain's silence. */
export async function readStanding(
  founder: DaoClient,
  it: { config: DaoConfig; code: ContractCode; keys: FoundingKeys },
): Promise<FoundingAnswer> {
  const { config, code, keys } = it;
  const plan: Plan = { config, wasm: code.wasm, digest: code.digest };
  try {
    const found = await readFounding(founder, { config, keys });
    if (!found.account) await checkCreator(founder, config.account);
    if (!found.sealed) await checkNames(founder, config);
    checkSealed(founder, { ...plan, found });
    const { accountId } = founder;
    const held = accountId === null ? null : await founder.viewAccount(accountId);
    return {
      standing: {
        ...{ found, plan, done: found.sealed ? 4 : describeDone(found).length },
        costYocto: found.sealed ? 0n : remainingYocto(found, plan) + foundingFeesYocto,
        heldYocto: accountId === null ? null : (held?.amountYocto ?? 0n),
      },
      why: null,
    };
  } catch (error) {
    if (!isDaoError(error) || error.code === 'CHAIN_UNREACHABLE') throw error;
    return { standing: null, why: error };
  }
}

/** A name is given by the account above it: the founder's own, or a contract that sells names. */
async function checkCreator(founder: DaoClient, account: string): Promise<void> {
  const parent = account.slice(account.indexOf('.') + 1);
  if (founder.accountId === null || parent === founder.accountId) return;
  const registrar = account.slice(account.lastIndexOf('.') + 1);
  const sells = parent === registrar && (await founder.viewAccount(registrar))?.codeHash;
  if (sells) return;
  throw new DaoError({
    code: 'NAME_NOT_YOURS',
    facts: `${founder.accountId} cannot create ${account}`,
    remedy: `take a name right below yours, such as commons.${founder.accountId}`,
  });
}
