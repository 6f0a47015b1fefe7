/**
 * The relayer's side: what it carries, for whom, how often. It pays gas with its own NEAR and gets
 * the run's fee back, so it carries nothing but calls of one contract's worker methods, and only so
 * many of each account in an hour: whoever wastes its gas has little of it to waste. Nothing is
 * counted or paid for before it is certain that the account said it and the chain would take it:
 * when it comes, and again when its turn to be sent has come, since calls are void after so many
 * blocks and those before it take some. Whether it would is asked of the node, and anybody with a key of their own making can have that
 * asked: so strangers wait for each other, and keys that the chain has vouched for do not wait for
 * them.
 */
import type { Connection } from './connection.js';
import { actionOfDelegated, type DelegatedCall, type RelayAnswer } from './delegated-call.js';
import {
  checkSignature,
  checkStanding,
  refuseAsStale,
  refuseToRelay,
} from './delegated-call-check.js';
import { DaoError, isDaoError } from './errors.js';
import { Lane, Tally } from './lane.js';
import { workerMethods } from './rounds.js';

/** A seat without a stake enrols without a deposit, so by a relayed call too. */
export const relayedMethods: readonly string[] = [...workerMethods, 'enrol'];

const hourMs = 3_600_000;
/** Accounts remembered at a time: more would be somebody making them up. */
const accountsMax = 10_000;
/** Of each lane: looking into a call asks the node twice. */
const lookedIntoMax = { runningMax: 16, waitingMax: 240 };
/** Of one key, each of which may be looked into. */
const ofKeyMax = 8;
/**
 * Sent one after another, each when the one before was executed, four blocks or less later: the last
 * of them lands within 64 of the 200 blocks for which calls are signed, and within the minute
 * for which clients wait at a block a second.
 */
const sendingMax = 16;
/** Of one account: a machine sends one after another, and an account with many is not alone here. */
const ofSenderMax = 4;
const gasMax = 300n * 10n ** 12n;
/** Of every field: the longest is a reveal's argument, below two kilobytes. */
const fieldCharsMax = 8_192;

export interface RelayerOptions {
  readonly connection: Connection;
  readonly callsPerHour: number;
  readonly now?: () => number;
}

export class Relayer {
  readonly #counts = new Map<string, { sinceMs: number; calls: number }>();
  /** Key and nonce of the calls under way: the chain takes each once, and a copy would be paid for. */
  readonly #underWay = new Set<string>();
  readonly #ofKey = new Tally(ofKeyMax);
  readonly #ofSender = new Tally(ofSenderMax);
  /** Keys whose last call passed the chain's check and was within its quota, latest last. */
  readonly #vouched = new Set<string>();
  readonly #lanes = { vouched: new Lane(lookedIntoMax), strange: new Lane(lookedIntoMax) };
  #sending = 0;

  constructor(private readonly options: RelayerOptions) {}

  /** Carries one call. Never throws: what went wrong is the answer. */
  async relay(body: unknown): Promise<RelayAnswer> {
    try {
      const call = decodeDelegatedCall(body);
      this.#check(call);
      checkSignature(call);
      return await this.#once(call, () => this.#carry(call));
    } catch (error) {
      if (!isDaoError(error)) throw error;
      const { code, facts, remedy } = error;
      return { code, facts, remedy };
    }
  }

  async #carry(call: DelegatedCall): Promise<RelayAnswer> {
    const { sender } = call;
    await this.#lookInto(call);
    if (this.#ofSender.isFull(sender)) {
      refuseAsBusy(`${ofSenderMax} calls of ${sender} are being sent`);
    }
    if (this.#sending >= sendingMax) refuseAsBusy(`this relayer is sending ${sendingMax} calls`);
    // A place for nobody who has no call left: it is counted when it is sent.
    this.#quotaOf(sender);
    this.#sending++;
    try {
      return await this.#ofSender.count(sender, () => this.#send(call));
    } finally {
      this.#sending--;
    }
  }

  async #lookInto(call: DelegatedCall): Promise<void> {
    const { publicKey } = call;
    const lane = this.#vouched.has(publicKey) ? this.#lanes.vouched : this.#lanes.strange;
    if (lane.isFull) {
      const { runningMax, waitingMax } = lookedIntoMax;
      refuseAsBusy(`this relayer is looking into ${runningMax + waitingMax} calls`);
    }
    // A key that has what is refused looked into is a stranger again.
    this.#vouched.delete(publicKey);
    await lane.run(() => checkStanding(call, this.options.connection));
  }

  /** By a call that counts: an account's many keys cannot hold the lane for less than their quota. */
  #vouch(publicKey: string): void {
    this.#vouched.add(publicKey);
    const [oldest] = this.#vouched;
    if (this.#vouched.size > accountsMax) this.#vouched.delete(oldest!);
  }

  /** Its first receipt runs on the sender, who passes the call on to the contract. */
  async #send(call: DelegatedCall): Promise<RelayAnswer> {
    const { connection } = this.options;
    const before = async () => {
      await checkStanding(call, connection);
      this.#quotaOf(call.sender).calls++;
      this.#vouch(call.publicKey);
    };
    const send = [actionOfDelegated(call)];
    const outcome = await connection.send(call.sender, send, call.method, { before });
    const { returned, transactionHash } = outcome;
    return { returned, transactionHash };
  }

  async #once(call: DelegatedCall, carry: () => Promise<RelayAnswer>): Promise<RelayAnswer> {
    const nonce = BigInt(call.nonce);
    const { publicKey } = call;
    const name = `${publicKey} ${nonce}`;
    if (this.#underWay.has(name)) {
      refuseAsStale(
        `nonce ${nonce} of this key is being relayed already`,
        'wait for what becomes of it',
      );
    }
    if (this.#ofKey.isFull(publicKey)) {
      refuseAsBusy(`${ofKeyMax} calls of this key are under way`);
    }
    this.#underWay.add(name);
    try {
      return await this.#ofKey.count(publicKey, carry);
    } finally {
      this.#underWay.delete(name);
    }
  }

  #check(call: DelegatedCall): void {
    const { contract } = this.options.connection;
    if (call.contract !== contract) {
      refuseToRelay(
        `this relayer carries calls of ${contract} only`,
        'use a relayer of your contract',
      );
    }
    if (!relayedMethods.includes(call.method)) {
      refuseToRelay(`"${call.method.slice(0, 40)}" is not a worker's call`, 'send it yourself');
    }
    if (BigInt(call.gas) > gasMax) {
      refuseToRelay(
        `${call.gas} is more gas than a worker's call takes`,
        `attach at most ${gasMax}`,
      );
    }
  }

  /** What the account has had of this hour. Error: `RELAY_QUOTA_SPENT`. */
  #quotaOf(account: string): { calls: number } {
    const { callsPerHour, now = Date.now } = this.options;
    const atMs = now();
    let count = this.#counts.get(account);
    if (!count || atMs - count.sinceMs >= hourMs) {
      if (!count && this.#counts.size >= accountsMax) this.#forget(atMs);
      this.#counts.set(account, (count = { sinceMs: atMs, calls: 0 }));
    }
    if (count.calls >= callsPerHour) {
      throw new DaoError({
        code: 'RELAY_QUOTA_SPENT',
        facts: `${account} has had its ${callsPerHour} calls of this hour relayed`,
        remedy: 'wait, or pay the fees yourself',
      });
    }
    return count;
  }

  #forget(atMs: number): void {
    for (const [account, { sinceMs }] of this.#counts) {
      if (atMs - sinceMs >= hourMs) this.#counts.delete(account);
    }
    if (this.#counts.size >= accountsMax) {
      throw new DaoError({
        code: 'RELAY_QUOTA_SPENT',
        facts: `this relayer carries the calls of ${accountsMax} accounts already`,
        remedy: 'try again in an hour, or use another one',
      });
    }
  }
}

function refuseAsBusy(facts: string): never {
  throw new DaoError({
    code: 'RELAY_QUOTA_SPENT',
    facts,
    remedy: 'try again in a minute, or use another relayer',
  });
}

/** Exactly the fields of a `DelegatedCall`, as text that its readers can take. */
export function decodeDelegatedCall(body: unknown): DelegatedCall {
  const patterns: Record<keyof DelegatedCall, RegExp> = {
    sender: /^[a-z\d._-]{2,64}$/,
    contract: /^[a-z\d._-]{2,64}$/,
    method: /^[a-z_\d]{1,64}$/,
    args: /^[A-Za-z\d+/]*={0,2}$/,
    gas: /^\d{1,18}$/,
    nonce: /^\d{1,20}$/,
    maxBlockHeight: /^\d{1,20}$/,
    publicKey: /^ed25519:[1-9A-HJ-NP-Za-km-z]{43,44}$/,
    signature: /^[A-Za-z\d+/]{86}==$/,
  };
  const record = (body ?? {}) as Record<string, unknown>;
  for (const [field, pattern] of Object.entries(patterns)) {
    const value = record[field];
    if (typeof value === 'string' && value.length <= fieldCharsMax && pattern.test(value)) continue;
    refuseToRelay(
      `${field} is missing or is not what it should be`,
      'send a signed call of a worker',
    );
  }
  return record as unknown as DelegatedCall;
}
