/** The first state of the chain: one account that owns every token, with the key of the seed. */
import { deriveKey } from '../keys.js';
import { AccountDraft } from './account-draft.js';
import type { World } from './world.js';

interface Origin {
  seed: string;
  rootAccount: string;
}

/** One billion NEAR. */
export const genesisYocto = 10n ** 33n;

export function writeGenesis(world: World, { seed, rootAccount }: Origin): void {
  const draft = new AccountDraft(world, rootAccount);
  draft.create().amountYocto = genesisYocto;
  const { publicKey } = deriveKey(seed, rootAccount);
  draft.setKey(publicKey, { nonce: 0n, permission: 'FullAccess' });
  draft.commit();
  world.put(['record', 'genesis', { seed, rootAccount }]);
}

/** A data directory belongs to one seed: with another, the caller's keys would open nothing. */
export function checkGenesis(world: World, { seed, rootAccount }: Origin): void {
  const genesis = world.record<Origin>('genesis');
  if (!genesis || (genesis.seed === seed && genesis.rootAccount === rootAccount)) return;
  throw new Error(
    `OTHER_CHAIN: the data directory holds the chain of seed "${genesis.seed}" and root ` +
      `"${genesis.rootAccount}"; start with those or with another directory`,
  );
}
