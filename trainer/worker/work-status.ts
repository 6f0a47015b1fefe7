/**
 * Where a machine stands, for a page or a monitor beside it: what its process tells, and what the chain
 * was last seen to say. Nothing here is state that matters; a restart begins with an empty one.
 */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import type { EarningsView, RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { findSeat } from './duty.js';
import type { Seen } from './run-reader.js';
import type { WorkEvent } from './work-event.js';

/** A sum of money and how it comes about. */
export interface Sum {
  readonly name: 'pending' | 'submitted' | 'verified' | 'held back' | 'to claim' | 'claimed';
  readonly yocto: bigint;
  readonly formula: string;
}

export interface Status {
  readonly run: number;
  readonly account: string;
  readonly worker: string;
  /** What it does at the moment, in words. */
  readonly doing: string;
  readonly runStatus: string | null;
  readonly round: number | null;
  readonly phase: string | null;
  readonly step: { readonly done: number; readonly of: number } | null;
  readonly loss: number | null;
  readonly seat: Pick<
    SeatView,
    'seat' | 'role' | 'status' | 'verifiedRounds' | 'auditsRight' | 'stakeYocto' | 'slashedYocto'
  > | null;
  readonly sums: readonly Sum[];
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  readonly upSeconds: number;
  /** Seconds spent computing rounds, and their share of all. */
  readonly computingSeconds: number;
  readonly utilisation: number;
  readonly roundsTrained: number;
  readonly hindrances: number;
  readonly lastHindrance: string | null;
}

interface Watched {
  readonly run: number;
  readonly client: Pick<DaoClient, 'getEarnings' | 'accountId'>;
  readonly worker?: string;
  readonly owner?: string;
  /** Who is paid, where that is not the account itself. */
  readonly payout?: string;
  readonly traffic: () => { uploadedBytes: number; downloadedBytes: number };
  readonly now?: () => number;
}

/** Between two looks at the ledger, however often the page is asked for. */
const earningsEveryMs = 5_000;

export class WorkStatus {
  readonly #startedMs: number;
  #seen: Seen | null = null;
  #doing = 'starts';
  #step: Status['step'] = null;
  #loss: number | null = null;
  #computingMs = 0;
  #roundsTrained = 0;
  #hindrances = 0;
  #lastHindrance: string | null = null;
  #earnings: EarningsView | null = null;
  #earningsMs = -Infinity;

  constructor(private readonly it: Watched) {
    this.#startedMs = this.#now();
  }

  see(seen: Seen): void {
    this.#seen = seen;
  }

  note(event: WorkEvent): void {
    const doing = doingOf(event);
    if (doing !== null) this.#doing = doing;
    switch (event.kind) {
      case 'step':
        this.#step = { done: event.step, of: event.steps };
        return;
      case 'trained':
        this.#step = null;
        this.#loss = event.loss;
        this.#computingMs += event.elapsedMs;
        this.#roundsTrained++;
        return;
      case 'abandoned':
        this.#step = null;
        return;
      case 'hindered':
        this.#hindrances++;
        this.#lastHindrance = event.message;
        return;
      default:
        return;
    }
  }

  /** As of now. A chain that is away leaves what was read last. */
  async read(): Promise<Status> {
    await this.#readEarnings();
    const { run, client, worker = '', owner } = this.it;
    const account = client.accountId!;
    const seen = this.#seen;
    const seat = seen && findSeat(seen.seats, { account, worker, ...(owner ? { owner } : {}) });
    const upSeconds = (this.#now() - this.#startedMs) / 1_000;
    const computingSeconds = this.#computingMs / 1_000;
    return {
      ...{ run, account, worker, doing: this.#doing },
      runStatus: seen?.run.status ?? null,
      round: seen?.run.open?.round ?? null,
      phase: seen?.run.open?.phase ?? null,
      step: this.#step,
      loss: this.#loss,
      seat: seat ?? null,
      sums: seen && seat ? sumsOf(seen, seat, this.#earnings) : [],
      ...this.it.traffic(),
      ...{ upSeconds, computingSeconds },
      utilisation: upSeconds > 0 ? Math.min(1, computingSeconds / upSeconds) : 0,
      roundsTrained: this.#roundsTrained,
      hindrances: this.#hindrances,
      lastHindrance: this.#lastHindrance,
    };
  }

  async #readEarnings(): Promise<void> {
    if (this.#now() - this.#earningsMs < earningsEveryMs) return;
    this.#earningsMs = this.#now();
    const account = this.it.payout ?? this.it.client.accountId!;
    try {
      this.#earnings = await this.it.client.getEarnings({ account });
    } catch {
      // The worker itself waits for the chain, and says so.
    }
  }

  #now(): number {
    return (this.it.now ?? Date.now)();
  }
}

/** Where the pay of each round is on its way from computing to the account. */
export function sumsOf(
  { run }: Seen,
  seat: SeatView,
  earnings: Pick<EarningsView, 'ledgerYocto' | 'claimedYocto' | 'account'> | null,
): Sum[] {
  const { open, provisional, terms } = run;
  const { rewardYocto, heldBackRounds } = terms;
  const reward = formatNear(rewardYocto);
  const shown = open?.revealed.includes(seat.seat) ?? false;
  const atWork = open?.slices.some((one) => one.seat === seat.seat) ?? false;
  const waits = provisional?.included.includes(seat.seat) ?? false;
  const submitted = BigInt((shown ? 1 : 0) + (waits ? 1 : 0));
  return [
    {
      name: 'pending',
      yocto: atWork && !shown ? rewardYocto : 0n,
      formula: `${reward} for a round: the open one, until its update is revealed`,
    },
    {
      name: 'submitted',
      yocto: submitted * rewardYocto,
      formula: `${submitted} revealed ${submitted === 1n ? 'round' : 'rounds'} that ${submitted === 1n ? 'is' : 'are'} not final × ${reward}`,
    },
    {
      name: 'verified',
      yocto: seat.earnedYocto,
      formula: earnedBy(seat, terms),
    },
    {
      name: 'held back',
      yocto: seat.heldBackYocto,
      formula:
        heldBackRounds === 1
          ? 'of what is verified, the reward of the last final round'
          : `of what is verified, rewards of the last ${heldBackRounds} final rounds`,
    },
    {
      name: 'to claim',
      yocto: earnings?.ledgerYocto ?? 0n,
      formula: `settled, of all runs, with stakes that came back: on the ledger of ${earnings?.account ?? seat.payout}; "commonweights claim" sends it`,
    },
    {
      name: 'claimed',
      yocto: earnings?.claimedYocto ?? 0n,
      formula: 'sent to the account so far, of all runs',
    },
  ];
}

/** An amended run may have paid otherwise before; what others lost is shared among the rest. */
function earnedBy(
  { verifiedRounds, auditsRight, earnedYocto }: SeatView,
  terms: RunView['terms'],
): string {
  const { rewardYocto, auditFeeYocto } = terms;
  const usual = BigInt(verifiedRounds) * rewardYocto + BigInt(auditsRight) * auditFeeYocto;
  const rest = earnedYocto - usual;
  const beside = rest > 0n ? ` + ${formatNear(rest)} of what others lost` : '';
  return (
    `${verifiedRounds} verified rounds × ${formatNear(rewardYocto)} + ${auditsRight} audits × ` +
    `${formatNear(auditFeeYocto)}${beside}${rest < 0n ? ', by the prices of their time' : ''}`
  );
}

function doingOf(event: WorkEvent): string | null {
  switch (event.kind) {
    case 'training':
      return `trains round ${event.round}`;
    case 'waiting':
      return `waits for ${event.for}`;
    case 'hindered':
      return 'waits for what hinders it';
    case 'committed':
    case 'revealed':
    case 'certified':
    case 'submitted':
      return `${event.kind} in round ${event.round}`;
    case 'answered':
      return `audited seat ${event.seat} in round ${event.round}`;
    case 'left':
      return `left: ${event.because}`;
    default:
      return null;
  }
}
