/**
 * What this browser sealed for a bounty and must open later: the salts, without which a bond or a stake is
 * lost. Written before anything is sent, in the form of the command line's own file, so that either can
 * go on where the other began.
 */
import type { SealedFile } from '@commonweights/dao-contracts/client/sealed-votes.js';

export interface Whose {
  readonly network: string;
  readonly contract: string;
  readonly bounty: number;
  readonly account: string;
}

export class SealedKeep {
  readonly #name: string;

  constructor(
    private readonly storage: Pick<Storage, 'getItem' | 'setItem'>,
    { network, contract, bounty, account }: Whose,
  ) {
    this.#name = `cw/bounty/${network}/${contract}/${bounty}/${account}`;
  }

  /** Empty where there is none yet. Error: `BAD_FILE`. */
  read(): SealedFile {
    const text = this.storage.getItem(this.#name);
    if (text === null) return { batches: [], votes: [] };
    try {
      const file = JSON.parse(text) as Partial<SealedFile>;
      if (Array.isArray(file.batches) && Array.isArray(file.votes)) return file as SealedFile;
    } catch {
      // The same remedy as for any other damage.
    }
    throw new Error(
      `BAD_FILE: what this browser kept as ${this.#name} is damaged; without the salts in it nothing ` +
        'can be opened',
    );
  }

  /** Error: `STORAGE_FULL`; then nothing was written, and nothing may be sent. */
  write(file: SealedFile): void {
    try {
      this.storage.setItem(this.#name, JSON.stringify(file));
    } catch (error) {
      throw new Error(
        'STORAGE_FULL: this browser keeps no more for this page; hand in by command instead',
        { cause: error },
      );
    }
  }
}
