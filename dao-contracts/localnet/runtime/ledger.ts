/**
 * Where all tokens are: in accounts, on their way inside receipts, or burnt. The three always add
 * up to what genesis made; the runtime's tests assert it after every block.
 */
import type { World } from './world.js';

export interface Supply {
  /** What genesis made; nothing is ever minted. */
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

  /** Tokens that are not burnt. */
  get circulatingYocto(): bigint {
    return this.genesisYocto - this.burntYocto;
  }

  save(): void {
    const { burntYocto, inFlightYocto } = this;
    this.world.put(['record', 'ledger', { burntYocto, inFlightYocto }]);
  }

  reload(): void {
    const saved = this.world.record<{ burntYocto: bigint; inFlightYocto: bigint }>('ledger');
    this.burntYocto = saved?.burntYocto ?? 0n;
    this.inFlightYocto = saved?.inFlightYocto ?? 0n;
  }

  supply(): Supply {
    let accountsTotal = 0n;
    for (const { amountYocto } of this.world.accounts.values()) accountsTotal += amountYocto;
    return {
      totalSupply: this.genesisYocto,
      burnt: this.burntYocto,
      accountsTotal,
      inFlight: this.inFlightYocto,
    };
  }
}
