/**
 * Where all tokens are: in accounts, on their way inside receipts, or burnt. The three always add
 * up to what genesis made and patches of the state added; the runtime's tests assert it after every
 * block.
 */
import type { World } from './world.js';

export interface Supply {
  /** What genesis made, and what patches of the state added; nothing else is ever minted. */
  totalSupply: bigint;
  burnt: bigint;
  /** Balances of all accounts. */
  accountsTotal: bigint;
  /** Deposits and gas inside receipts that are not executed yet; 0 when the chain is idle. */
  inFlight: bigint;
}

export class Ledger {
  private burntYocto = 0n;
  private inFlightYocto = 0n;
  private patchedYocto = 0n;

  constructor(
    private readonly world: World,
    private readonly genesisYocto: bigint,
  ) {}

  burn(yocto: bigint): void {
    this.burntYocto += yocto;
  }

  send(yocto: bigint): void {
    this.inFlightYocto += yocto;
  }

  arrive(yocto: bigint): void {
    this.inFlightYocto -= yocto;
  }

  /** Came from nowhere, or went there, by a patch of the state. */
  patch(yocto: bigint): void {
    this.patchedYocto += yocto;
  }

  /** Tokens that are not burnt. */
  get circulatingYocto(): bigint {
    return this.genesisYocto + this.patchedYocto - this.burntYocto;
  }

  save(): void {
    const { burntYocto, inFlightYocto, patchedYocto } = this;
    this.world.put(['record', 'ledger', { burntYocto, inFlightYocto, patchedYocto }]);
  }

  reload(): void {
    const saved = this.world.record<Record<string, bigint>>('ledger');
    this.burntYocto = saved?.['burntYocto'] ?? 0n;
    this.inFlightYocto = saved?.['inFlightYocto'] ?? 0n;
    this.patchedYocto = saved?.['patchedYocto'] ?? 0n;
  }

  supply(): Supply {
    let accountsTotal = 0n;
    for (const { amountYocto } of this.world.accounts.values()) accountsTotal += amountYocto;
    return {
      totalSupply: this.genesisYocto + this.patchedYocto,
      burnt: this.burntYocto,
      accountsTotal,
      inFlight: this.inFlightYocto,
    };
  }
}
