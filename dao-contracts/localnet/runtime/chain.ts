/**
 * The chain: takes transactions, makes blocks while there is something to process, and keeps what
 * became of everything. A block takes the waiting transactions and the receipts that the blocks
 * before it produced; receipts that it produces wait for the next. Between two blocks the event
 * loop turns, so other requests are served and other transactions come in, as on the network.
 */
import { baseDecode, baseEncode } from 'near-api-js';
import { limits } from '../protocol/parameters.js';
import {
  emptyOutcomeRoot,
  makeGenesisHeader,
  makeHeader,
  type BlockHeader,
  type NewHeader,
} from './block-header.js';
import { BlockHistory } from './block-history.js';
import type { BlockNow } from './call-function.js';
import { ChainFile } from './chain-file.js';
import type { ChainOptions } from './chain-options.js';
import { chargeTransaction, InvalidTransaction } from './charge-transaction.js';
import { Clock, firstTimeNs, latestTimeNs } from './clock.js';
import { fillBlock, type BlockParts } from './fill-block.js';
import { checkGenesis, genesisYocto, writeGenesis } from './genesis.js';
import { KeptTransactions } from './kept-transactions.js';
import { Ledger } from './ledger.js';
import { isAllFinal } from './light-blocks.js';
import { placeOutcomes } from './outcome-tree.js';
import type { Outcome } from './receipt.js';
import { ReceiptQueue } from './receipt-queue.js';
import { applyPatch, refusalOfPatch, type StateRecord } from './patch-state.js';
import { nextStateRoot } from './state-root.js';
import { decodeTransaction, isSigned, type Transaction } from './transaction.js';
import type { TransactionRecord } from './transaction-record.js';
import { TransactionWatch } from './transaction-watch.js';
import { Validator } from './validator.js';
import { WaitingTransactions } from './waiting-transactions.js';
import { World } from './world.js';

/** Four make a block's outcomes final; where an epoch ends it takes some more. */
const finalBlocksMax = 16;
/** Between two blocks of a chain that keeps pace. */
const pauseNs = 500_000_000n;

export class Chain {
  readonly world = new World();
  readonly ledger: Ledger;
  private readonly queue: ReceiptQueue;
  private readonly file: ChainFile;
  private readonly clock: Clock;
  readonly history: BlockHistory;
  readonly validator: Validator;
  /** Host and port that it is served on, for who asks. */
  servedOn: string | null = null;
  private readonly waiting: WaitingTransactions;
  private readonly kept = new KeptTransactions(this.world);
  private readonly watch = new TransactionWatch();
  private readonly parts: BlockParts;
  private running: Promise<void> | null = null;
  private stopped = false;
  /** A block was left half done, or half written: nothing more is taken, written or told. */
  private fault: Error | null = null;

  constructor(private readonly options: ChainOptions) {
    this.ledger = new Ledger(this.world, genesisYocto);
    this.queue = new ReceiptQueue(this.world);
    this.history = new BlockHistory(options.blocksKept);
    this.validator = new Validator(options.seed, options.rootAccount);
    this.waiting = new WaitingTransactions(options.waitingBytesMax);
    const { world, ledger, queue, waiting, kept, watch } = this;
    this.parts = { world, ledger, queue, waiting, kept, watch };
    this.file = new ChainFile(this.world, this.history, options);
    try {
      checkGenesis(this.world, options);
      const { clock } = options;
      this.clock = new Clock(clock, this.history.latest?.timeNs ?? firstTimeNs(clock));
      if (!this.history.latest) {
        writeGenesis(this.world, options);
        this.begin(options.records ?? []);
        const place = this.place(1, this.clock.now());
        this.seal(makeGenesisHeader(place, this.validator), emptyOutcomeRoot);
      }
      this.file.compact();
    } catch (error) {
      this.file.close();
      throw error;
    }
    this.ledger.reload();
    this.queue.reload();
    this.kept.reload();
    this.wake();
  }

  /** Of a block that was being written when the node was killed; nobody was told of it. */
  get cutBytes(): number {
    return this.file.cutBytes;
  }

  get head(): BlockHeader {
    return this.history.head;
  }

  get maxViewGas(): number {
    return Math.min(this.options.maxViewGas ?? limits.defaultViewGas, limits.maxGasBurnt);
  }

  get genesis(): BlockHeader {
    return this.history.genesis;
  }

  /** Whether views see the same time until the next block. */
  get standsBetweenBlocks(): boolean {
    return this.options.clock === 'logical';
  }

  /** The block that a view runs in: the last one, at the clock's time. */
  viewNow(): BlockNow {
    return this.now(this.head.height, this.clock.now(), this.head.hash);
  }

  transaction(hash: string): TransactionRecord | undefined {
    return this.kept.get(hash);
  }

  outcome(receiptId: string): Outcome | undefined {
    return this.world.record<Outcome>(`outcome/${receiptId}`);
  }

  isWaiting(hash: string): boolean {
    return this.waiting.has(hash);
  }

  /**
   * Takes a signed transaction. Throws `DecodeError` or `InvalidTransaction` for what can be
   * refused at once; returns its hash. A transaction that is already known is not run twice.
   */
  submit(bytes: Uint8Array): Transaction {
    this.requireSound();
    const transaction = decodeTransaction(bytes);
    const { hash } = transaction;
    if (this.transaction(hash) || this.isWaiting(hash)) return transaction;
    if (!isSigned(transaction, bytes)) throw new InvalidTransaction('InvalidSignature');
    if (this.stopped || !this.waiting.hasRoomFor(transaction)) {
      throw new InvalidTransaction({ ShardCongested: { shard_id: 0, congestion_level: 1 } });
    }
    chargeTransaction(this.world, transaction, this.chainNow(this.head.height + 1), 'check');
    this.watch.forgetRefusal(hash);
    this.waiting.add(transaction);
    this.wake();
    return transaction;
  }

  /**
   * Resolves once the transaction is in a block (`included`) or everything that it led to is
   * done (`executed`). Rejects with `InvalidTransaction` if a block refused it.
   */
  async wait(hash: string, until: 'included' | 'executed'): Promise<void> {
    for (;;) {
      const refusal = this.watch.refusalOf(hash) ?? this.fault;
      if (refusal) throw refusal;
      const record = this.transaction(hash);
      if (record && (until === 'included' || record.open === 0)) return;
      await this.watch.change(hash);
    }
  }

  /**
   * Throws after a block failed: what is in memory then may hold more than what is on disk, and
   * nobody may be told of it.
   */
  requireSound(): void {
    if (this.fault) throw this.fault;
  }

  /** Moves the clock, by an empty block that is `heightDelta` higher. */
  fastForward(durationNs: bigint, heightDelta: number): void {
    if (this.clock.now() + durationNs > latestTimeNs) {
      throw new Error('CLOCK_LIMIT: block times end with the year 2199; start a new chain');
    }
    this.makeBlock(this.head.height + Math.max(1, heightDelta), this.clock.advance(durationNs));
    this.wake();
  }

  /** Writes records that `refusalOfPatch` allows, at the beginning of a block. */
  patchState(records: readonly StateRecord[]): void {
    this.makeBlock(this.head.height + 1, this.clock.next(), () => {
      this.ledger.patch(applyPatch(this.world, records));
    });
    this.wake();
  }

  /**
   * Makes the empty blocks by which the network would have made everything final that was executed:
   * a light client takes a block when two more have come. Does nothing while work brings blocks.
   */
  finalize(): void {
    for (let made = 0; made < finalBlocksMax; made++) {
      if (this.stopped || this.waiting.size || this.queue.ready) return;
      if (isAllFinal(this.history)) return;
      this.makeBlock(this.head.height + 1, this.clock.next());
    }
  }

  /** The network makes blocks without work, too: an idle node makes one for who waits for the next. */
  keepPace(): void {
    if (this.stopped || this.waiting.size || this.queue.ready) return;
    if (this.clock.now() - this.head.timeNs < pauseNs) return;
    this.makeBlock(this.head.height + 1, this.clock.next());
  }

  /** Waits until nothing is left to process, and closes the journal. */
  async stop(): Promise<void> {
    this.stopped = true;
    while (this.running) await this.running;
    this.file.close();
  }

  private begin(records: readonly StateRecord[]): void {
    const refusal = refusalOfPatch(this.world, records, genesisYocto);
    if (refusal) throw new Error(`BAD_RECORDS: ${refusal}`);
    this.ledger.patch(applyPatch(this.world, records));
  }

  private wake(): void {
    if (this.fault || this.running || (!this.waiting.size && !this.queue.ready)) return;
    this.running = this.run().finally(() => {
      this.running = null;
      this.wake();
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.size || this.queue.ready) {
      await new Promise((resolve) => setImmediate(resolve));
      try {
        this.makeBlock(this.head.height + 1, this.clock.next());
      } catch {
        return; // Whoever waits has been told.
      }
    }
  }

  private makeBlock(height: number, timeNs: bigint, patch?: () => void): void {
    this.requireSound();
    try {
      this.file.compact();
      this.fillBlock(height, timeNs, patch);
    } catch (error) {
      this.fault = new Error(
        `LOCALNET_FAULT: block ${height} failed: ${String(error)}; ` +
          'restart the node: it goes on from the block before',
      );
      this.watch.notifyAll();
      throw this.fault;
    }
  }

  private fillBlock(height: number, timeNs: bigint, patch?: () => void): void {
    const header = makeHeader(this.head, this.place(height, timeNs), this.validator);
    patch?.();
    const now = this.now(height, timeNs, header.previousHash);
    const { included, executed, touched } = fillBlock(this.parts, now, this.chainNow(height));
    this.seal(header, placeOutcomes(this.world, header.hash, included, executed));
    for (const hash of touched) this.watch.notify(hash);
  }

  /** `outcomeRoot`: of what was executed in the block. */
  private seal(header: NewHeader, outcomeRoot: string): void {
    this.ledger.save();
    this.kept.prune();
    const changes = this.world.takeChanges();
    const stateRoot = baseEncode(nextStateRoot(baseDecode(header.stateRoot), changes));
    const block: BlockHeader = { ...header, left: { stateRoot, outcomeRoot } };
    this.file.append(block, changes);
    this.history.add(block, changes);
  }

  private place(height: number, timeNs: bigint): Parameters<typeof makeHeader>[1] {
    const blockMerkleRoot = this.history.rootOver(this.history.latest?.ordinal ?? 0);
    return { height, timeNs, blockMerkleRoot, totalSupplyYocto: this.ledger.circulatingYocto };
  }

  private now(blockHeight: number, timeNs: bigint, previousHash: string): BlockNow {
    return {
      blockHeight,
      timeNs,
      chainSeed: this.options.seed,
      entropy: this.options.clock === 'logical' ? null : `${previousHash}:${timeNs}`,
      isYielded: (accountId, yieldId) => this.queue.isYielded(accountId, yieldId),
      validators: this.validator.stakes,
    };
  }

  private chainNow(blockHeight: number): Parameters<typeof chargeTransaction>[2] {
    return {
      blockHeight,
      heightOf: (hash) => this.history.heightOf(hash),
      maxAttachedGas: Math.min(this.options.maxAttachedGas, limits.maxTotalPrepaidGas),
    };
  }
}
