/**
 * Gas of one call. Burnt gas is spent; promised gas is set aside for receipts that the call
 * creates; both together may not exceed what was prepaid. Compiled code counts in a wasm global
 * of its own (what is left), which is read when a host function is entered and written when it
 * returns.
 */
import { sendCost, type Fee, type Gas } from '../protocol/parameters.js';
import { HostError } from './vm-error.js';

/** The protocol counts in 64 bits: a length whose price has more is an overflow, not too much gas. */
export function priceOfBytes(gasPerByte: Gas, bytes: bigint): Gas {
  if (BigInt(gasPerByte) * bytes >= 2n ** 64n) throw new HostError('IntegerOverflow');
  return gasPerByte * Number(bytes);
}

export class GasCounter {
  burnt: Gas = 0;
  private promised: Gas = 0;
  /** Burnt gas may not pass this: it falls when gas is promised. */
  private limit: Gas;

  constructor(
    readonly prepaid: Gas,
    private readonly maxBurnt: Gas,
  ) {
    this.limit = Math.min(prepaid, maxBurnt);
  }

  get used(): Gas {
    return this.burnt + this.promised;
  }

  get left(): Gas {
    return this.limit - this.burnt;
  }

  get unused(): Gas {
    return this.prepaid - this.used;
  }

  /** Takes over what compiled code has left; negative where it ran out. */
  resumeAt(left: Gas): void {
    this.burn(this.left - left);
  }

  burn(gas: Gas): void {
    const burnt = this.burnt + gas;
    if (burnt <= this.limit) {
      this.burnt = burnt;
      return;
    }
    this.exhaust(burnt, burnt + this.promised);
  }

  /** Burns `burn` now and sets aside what `use` exceeds it by. */
  deduct(burn: Gas, use: Gas): void {
    const burnt = this.burnt + burn;
    const promised = this.promised + (use - burn);
    if (burnt > this.maxBurnt || burnt + promised > this.prepaid) {
      this.exhaust(burnt, burnt + promised);
    }
    this.burnt = burnt;
    this.promised = promised;
    this.limit = Math.min(this.maxBurnt, this.prepaid - promised);
  }

  /** The same of a number of 64 bits, which may be more than any other. */
  promiseUnits(gas: bigint): Gas {
    if (BigInt(this.used) + gas >= 2n ** 64n) throw new HostError('IntegerOverflow');
    this.promise(Number(gas));
    return Number(gas);
  }

  promise(gas: Gas): void {
    this.deduct(0, gas);
  }

  /** The fee of an action or receipt: burnt for sending, set aside for its execution. */
  payFee(fee: Fee, local: boolean, count = 1): void {
    const send = sendCost(fee, local, count);
    this.deduct(send, send + fee.execution * count);
  }

  private exhaust(burnt: Gas, used: Gas): never {
    const most = Math.min(this.prepaid, this.maxBurnt);
    this.burnt = Math.min(burnt, most);
    this.promised = Math.max(0, Math.min(this.prepaid, used) - this.burnt);
    throw new HostError(burnt > this.maxBurnt ? 'GasLimitExceeded' : 'GasExceeded');
  }
}
