/**
 * Drafts of proposals in the browser's storage: one of each kind, so that they are few, and by network
 * and contract. They survive a reload, a closed tab and a wallet that refuses; proposing drops them.
 */
import type { Values } from './action-forms.js';
import type { ActionKind } from './kinds.js';

/** A DAO that is to be founded is written like a proposal, and is none. */
export type DraftKind = ActionKind | 'found-dao';

export interface KeptDraft {
  readonly values: Values;
  readonly savedAtMs: number;
}

/** A form of long texts; a storage holds some five megabytes in all. */
const draftCharsMax = 200_000;

export class KeptDrafts {
  constructor(
    private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
    private readonly dao: { network: string; contract: string },
  ) {}

  read(kind: DraftKind): KeptDraft | null {
    try {
      const kept = JSON.parse(this.storage.getItem(this.#name(kind)) ?? 'null') as unknown;
      return isDraft(kept) ? kept : null;
    } catch {
      return null;
    }
  }

  /** False: the storage would not take it. */
  keep(kind: DraftKind, draft: KeptDraft): boolean {
    const text = JSON.stringify(draft);
    if (text.length > draftCharsMax) return false;
    try {
      this.storage.setItem(this.#name(kind), text);
      return true;
    } catch {
      return false;
    }
  }

  drop(kind: DraftKind): void {
    this.storage.removeItem(this.#name(kind));
  }

  #name(kind: DraftKind): string {
    return `cw/draft/${this.dao.network}/${this.dao.contract}/${kind}`;
  }
}

function isDraft(kept: unknown): kept is KeptDraft {
  const { values, savedAtMs } = (kept ?? {}) as Partial<KeptDraft>;
  if (typeof values !== 'object' || values === null || typeof savedAtMs !== 'number') return false;
  return Object.values(values).every((value) => typeof value === 'string');
}
