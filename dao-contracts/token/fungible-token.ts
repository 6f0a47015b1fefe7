/**
 * A standard token: NEP-141 (transfers), NEP-145 (registration, at a fixed price) and NEP-148
 * (metadata). Local networks have one, so that a DAO's treasury of tokens can be tried before it
 * meets anybody's money. It does what the standards say and nothing else: a supply made once.
 */
import { call, initialize, near, NearBindgen, view } from 'near-sdk-js';
import {
  account,
  decimal,
  flag,
  integer,
  nullable,
  optional,
  record,
  text,
} from '../rules/decoding.js';
import { messageCharsMax, tokenUnitsMax } from '../rules/limits.js';

/** A record of the longest name and the longest balance; what the chain adds is 40 bytes. */
const registrationYocto = BigInt(2 + 64 + 39 + 40) * 10n ** 19n;
const tera = 1_000_000_000_000n;
const resolveGas = 15n * tera;
/** For the transfer itself, beside what the receiver and the resolution get. */
const ownGas = 10n * tera;

const units = decimal(tokenUnitsMax);
const memo = optional(nullable(text(messageCharsMax, 0)), null);

interface Metadata {
  spec: string;
  name: string;
  symbol: string;
  icon: string | null;
  reference: string | null;
  reference_hash: string | null;
  decimals: number;
}

const decode = {
  init: record<{ owner: string; total_supply: string; metadata: Metadata }>({
    owner: account,
    total_supply: units,
    metadata: record<Metadata>({
      spec: text(20),
      name: text(64),
      symbol: text(16),
      icon: optional(nullable(text(10_000)), null),
      reference: optional(nullable(text(500)), null),
      reference_hash: optional(nullable(text(64)), null),
      decimals: integer(0, 38),
    }),
  }),
  transfer: record({ receiver_id: account, amount: units, memo }),
  transferCall: record({
    receiver_id: account,
    amount: units,
    memo,
    msg: text(messageCharsMax, 0),
  }),
  resolve: record({ sender_id: account, receiver_id: account, amount: units }),
  account: record({ account_id: account }),
  deposit: record<{ account_id: string | null; registration_only: boolean }>({
    account_id: optional(nullable(account), null),
    registration_only: optional(flag, false),
  }),
  withdraw: record<{ amount: string | null }>({ amount: optional(nullable(units), null) }),
  unregister: record<{ force: boolean }>({ force: optional(flag, false) }),
  nothing: record<object>({}),
};

@NearBindgen({ requireInit: true })
export class FungibleToken {
  @initialize({})
  init(args: unknown): void {
    if (caller() !== near.currentAccountId()) fail('PRIVATE', 'sign with the token’s own account');
    const { owner, total_supply: supply, metadata } = decode.init(args, '');
    near.storageWrite('STATE', '{}');
    near.storageWrite('supply', supply);
    near.storageWrite('metadata', JSON.stringify(metadata));
    writeBalance(owner, BigInt(supply));
    logEvent('ft_mint', { owner_id: owner, amount: supply });
  }

  @call({ payableFunction: true })
  ft_transfer(args: unknown): void {
    requireOneYocto();
    const { receiver_id: to, amount, memo } = decode.transfer(args, '');
    move({ from: caller(), to, units: BigInt(amount), memo });
  }

  @call({ payableFunction: true })
  ft_transfer_call(args: unknown): void {
    requireOneYocto();
    const { receiver_id: to, amount, memo, msg } = decode.transferCall(args, '');
    const sender = caller();
    move({ from: sender, to, units: BigInt(amount), memo });
    const left = near.prepaidGas() - near.usedGas() - resolveGas - ownGas;
    if (left < ownGas) fail('GAS_TOO_LOW', 'attach at least 50 Tgas');
    const told = JSON.stringify({ sender_id: sender, amount, msg });
    const asked = near.promiseCreate(to, 'ft_on_transfer', told, 0n, left);
    const resolving = { sender_id: sender, receiver_id: to, amount };
    near.promiseReturn(
      near.promiseThen(
        asked,
        near.currentAccountId(),
        'ft_resolve_transfer',
        JSON.stringify(resolving),
        0n,
        resolveGas,
      ),
    );
  }

  /** Takes back what the receiver did not use, as far as it still has it. Returns what it used. */
  @call({ privateFunction: true })
  ft_resolve_transfer(args: unknown): string {
    const { sender_id: sender, receiver_id: receiver, amount } = decode.resolve(args, '');
    const sent = BigInt(amount);
    const unused = readUnused(sent);
    const held = readBalance(receiver) ?? 0n;
    const back = unused < held ? unused : held;
    if (back === 0n) return amount;
    if (readBalance(sender) === null) {
      // Whoever closed its account meanwhile left it with all that it had coming.
      writeBalance(receiver, held - back);
      near.storageWrite('supply', `${BigInt(near.storageRead('supply')!) - back}`);
      logEvent('ft_burn', { owner_id: receiver, amount: `${back}` });
      return amount;
    }
    move({ from: receiver, to: sender, units: back, memo: 'refund' });
    return `${sent - back}`;
  }

  /** NEP-330. */
  @view({})
  contract_source_metadata(args: unknown): object {
    decode.nothing(args, '');
    return { ...contractBuild, standards };
  }

  @view({})
  ft_total_supply(args: unknown): string {
    decode.nothing(args, '');
    return near.storageRead('supply')!;
  }

  @view({})
  ft_balance_of(args: unknown): string {
    return `${readBalance(decode.account(args, '').account_id) ?? 0n}`;
  }

  @view({})
  ft_metadata(args: unknown): Metadata {
    decode.nothing(args, '');
    return JSON.parse(near.storageRead('metadata')!) as Metadata;
  }

  /** A fixed price: what is over comes back, and all of it where the account is known. */
  @call({ payableFunction: true })
  storage_deposit(args: unknown): object {
    const { account_id } = decode.deposit(args, '');
    const registered = account_id ?? caller();
    const attached = near.attachedDeposit();
    const isNew = readBalance(registered) === null;
    if (isNew && attached < registrationYocto) {
      fail('DEPOSIT_TOO_SMALL', `attach ${registrationYocto} yoctoNEAR to be registered`);
    }
    if (isNew) writeBalance(registered, 0n);
    giveBack(isNew ? attached - registrationYocto : attached);
    return balanceOfStorage(registered)!;
  }

  /** There is never more than the price. */
  @call({ payableFunction: true })
  storage_withdraw(args: unknown): object {
    requireOneYocto();
    const { amount } = decode.withdraw(args, '');
    if (amount !== null && amount !== '0') fail('NOTHING_TO_WITHDRAW', 'all of it is in use');
    return balanceOfStorage(caller()) ?? fail('NOT_REGISTERED', `${caller()} is not known here`);
  }

  @call({ payableFunction: true })
  storage_unregister(args: unknown): boolean {
    requireOneYocto();
    const { force } = decode.unregister(args, '');
    const balance = readBalance(caller());
    if (balance === null) return false;
    if (balance > 0n) {
      if (!force) fail('BALANCE_NOT_ZERO', `${caller()} holds ${balance}; transfer it first`);
      near.storageWrite('supply', `${BigInt(near.storageRead('supply')!) - balance}`);
      logEvent('ft_burn', { owner_id: caller(), amount: `${balance}` });
    }
    near.storageRemove(`b:${caller()}`);
    giveBack(registrationYocto);
    return true;
  }

  @view({})
  storage_balance_of(args: unknown): object | null {
    return balanceOfStorage(decode.account(args, '').account_id);
  }

  @view({})
  storage_balance_bounds(args: unknown): object {
    decode.nothing(args, '');
    return { min: `${registrationYocto}`, max: `${registrationYocto}` };
  }
}

/** Put there by the toolchain (toolchain/build-info.ts). */
declare const contractBuild: object;

const standards = [
  ['nep141', '1.0.0'],
  ['nep145', '1.0.0'],
  ['nep148', '1.0.0'],
  ['nep297', '1.0.0'],
  ['nep330', '1.3.0'],
].map(([standard, version]) => ({ standard, version }));

function caller(): string {
  return near.predecessorAccountId();
}

/** Null: not registered. */
function readBalance(name: string): bigint | null {
  const stored = near.storageRead(`b:${name}`);
  return stored === null ? null : BigInt(stored);
}

function writeBalance(name: string, balance: bigint): void {
  near.storageWrite(`b:${name}`, `${balance}`);
}

function move(it: { from: string; to: string; units: bigint; memo: string | null }): void {
  const { from, to, units, memo } = it;
  if (units === 0n) fail('BAD_AMOUNT', 'transfer at least one unit');
  if (from === to) fail('BAD_RECEIVER', `${from} cannot transfer to itself`);
  const [held, before] = [readBalance(from), readBalance(to)];
  if (held === null) return fail('NOT_REGISTERED', `${from} is not known here`);
  if (before === null) return fail('NOT_REGISTERED', `${to} is not known here; register it first`);
  if (held < units) fail('BALANCE_TOO_SMALL', `${from} holds ${held} of ${units}`);
  writeBalance(from, held - units);
  writeBalance(to, before + units);
  const about = memo === null ? {} : { memo };
  logEvent('ft_transfer', { old_owner_id: from, new_owner_id: to, amount: `${units}`, ...about });
}

/** What the receiver says that it did not use, at most all; all, where it failed or says nothing. */
function readUnused(sent: bigint): bigint {
  try {
    const unused = units(JSON.parse(near.promiseResult(0)), 'unused');
    return BigInt(unused) < sent ? BigInt(unused) : sent;
  } catch {
    return sent;
  }
}

function balanceOfStorage(name: string): object | null {
  if (readBalance(name) === null) return null;
  return { total: `${registrationYocto}`, available: '0' };
}

function giveBack(yocto: bigint): void {
  if (yocto === 0n) return;
  near.promiseBatchActionTransfer(near.promiseBatchCreate(caller()), yocto);
}

function requireOneYocto(): void {
  if (near.attachedDeposit() !== 1n) fail('ONE_YOCTO_NEEDED', 'attach exactly 1 yoctoNEAR');
}

function logEvent(event: string, data: object): void {
  const line = { standard: 'nep141', version: '1.0.0', event, data: [data] };
  near.log(`EVENT_JSON:${JSON.stringify(line)}`);
}

function fail(code: string, sentence: string): never {
  throw new Error(`${code}: ${sentence}`);
}
