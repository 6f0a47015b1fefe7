/**
 * Who may upload at this moment. Slots are few, since each holds a socket and a file, and accounts
 * are cheap; so no slot is owned. While there are free ones an account may have several. When all
 * are taken, a newcomer gets the slot of whoever has more than a fair share, else of whoever is too
 * slow to need it. Law: an account's only upload is never cut off while it is faster than
 * `contendedBytesPerSecondMin`, whatever others do.
 */
import {
  contendedBytesPerSecondMin,
  contendedGraceMs,
  uploadsAtOnceMax,
  uploadsPerAccountAtOnceMax,
} from './limits.js';
import { Refusal } from './refusal.js';

/** What is asked of a running upload. */
export interface RunningUpload {
  receivedBytes(): number;
  /** Everything came; what is left is the registry's own work, which is not cut off. */
  isReceived(): boolean;
  cutOff(): void;
}

interface Slot {
  account: string;
  upload: RunningUpload;
  sinceMs: number;
  firstBytes: number;
}

export class UploadSlots {
  private readonly slots = new Set<Slot>();

  constructor(
    private readonly inAllMax = uploadsAtOnceMax,
    private readonly perAccountMax = uploadsPerAccountAtOnceMax,
  ) {}

  get taken(): number {
    return this.slots.size;
  }

  /** Takes a slot and returns how to free it. Throws the refusal `TOO_MANY_UPLOADS`. */
  take(account: string, upload: RunningUpload, nowMs: number): () => void {
    const held = this.count(account);
    if (held >= this.perAccountMax) throw tooMany(`${account} has ${held} uploads running`, 5);
    if (this.slots.size >= this.inAllMax) {
      const victim = this.pickVictim(held, nowMs);
      if (!victim) throw tooMany(`${this.slots.size} uploads are running`, 10);
      this.slots.delete(victim);
      victim.upload.cutOff();
    }
    const slot = { account, upload, sinceMs: nowMs, firstBytes: upload.receivedBytes() };
    this.slots.add(slot);
    return () => void this.slots.delete(slot);
  }

  /** Whose slot somebody who holds `held` others may have. */
  private pickVictim(held: number, nowMs: number): Slot | null {
    const running = [...this.slots].filter(({ upload }) => !upload.isReceived());
    const counts = new Map(running.map(({ account }) => [account, this.count(account)]));
    // After the exchange the other still has at least as many: it cannot be turned back.
    const greedy = Math.max(held + 2, ...counts.values());
    const shared = running.filter(({ account }) => counts.get(account)! >= greedy);
    if (shared.length > 0) return slowest(shared, nowMs);
    const dripping = running.filter((slot) => isDripping(slot, nowMs));
    return slowest(dripping, nowMs);
  }

  private count(account: string): number {
    let held = 0;
    for (const slot of this.slots) if (slot.account === account) held++;
    return held;
  }
}

function isDripping(slot: Slot, nowMs: number): boolean {
  const isYoung = nowMs - slot.sinceMs < contendedGraceMs;
  return !isYoung && bytesPerSecond(slot, nowMs) < contendedBytesPerSecondMin;
}

function slowest(slots: readonly Slot[], nowMs: number): Slot | null {
  let found: Slot | null = null;
  for (const slot of slots) {
    if (!found || bytesPerSecond(slot, nowMs) < bytesPerSecond(found, nowMs)) found = slot;
  }
  return found;
}

function bytesPerSecond(slot: Slot, nowMs: number): number {
  const bytes = slot.upload.receivedBytes() - slot.firstBytes;
  return (1_000 * bytes) / Math.max(1, nowMs - slot.sinceMs);
}

function tooMany(facts: string, retryAfterSeconds: number): Refusal {
  const remedy = `try again in ${retryAfterSeconds} s`;
  return new Refusal(429, 'TOO_MANY_UPLOADS', facts, remedy, { retryAfterSeconds });
}
