/**
 * The run rules behind the client's interface, without a chain: what the worker loop sees of the
 * contract, in memory, with a clock and a seed of the test's. Only runs; votes are not needed here.
 */
import { sha256, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeParts, encodeUtf8 } from '@commonweights/dataset-registry/digest/hash-parts.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { fromWire } from '@commonweights/dao-contracts/client/money-fields.js';
import { escrowNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import { newRun } from '@commonweights/dao-contracts/rules/new-run.js';
import {
  stepRun,
  type RunCommand,
  type RunEffects,
  type RunState,
} from '@commonweights/dao-contracts/rules/run-events.js';
import type { RoundRecord, RunView, SeatView } from '@commonweights/dao-contracts/rules/run.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import { viewApplicant, viewRun, viewSeat } from '@commonweights/dao-contracts/rules/run-view.js';

const contract = 'dao.test';

export class MemoryDao {
  nowMs: number;
  /** On record for whatever dataset is asked for. */
  manifest: Digest | null = null;
  readonly records: RoundRecord[] = [];
  readonly credits = new Map<string, bigint>();
  #state: RunState;

  constructor(
    terms: RunTerms,
    private readonly seed = 'seed',
    nowMs = 1_000_000,
  ) {
    this.nowMs = nowMs;
    this.#state = {
      terms,
      seats: [],
      audits: [],
      disputes: [],
      applicants: [],
      parties: [],
      operators: {},
      run: newRun({
        id: 1,
        proposal: 1,
        proposer: 'mia.test',
        terms,
        budgetYocto: escrowNeeded(terms),
        nowMs: this.nowMs,
      }),
    };
  }

  protected get state(): RunState {
    return this.#state;
  }

  /** For who keeps books of it. */
  protected applied(_state: RunState, _effects: RunEffects, _command: RunCommand): void {}

  run(): RunView {
    const { run, terms, audits, disputes } = this.#state;
    return structuredClone(viewRun(run, { terms, audits, disputes, nowMs: this.nowMs }));
  }

  seats(): SeatView[] {
    const { run, terms, seats, applicants } = this.#state;
    const shown =
      run.status === 'enrolling'
        ? applicants.map((one, i) => viewApplicant(one, i, terms))
        : seats.map((seat) => viewSeat(seat, { run }));
    return structuredClone(shown);
  }

  get decoysPaid(): number {
    return this.#state.run.decoysPaid;
  }

  /** As the contract does: the seed of a draw depends on what was called, not on who called. */
  apply(command: RunCommand): void {
    const seed = sha256(encodeParts([this.seed, JSON.stringify(command, bigintAsText)]));
    const at = { contract, nowMs: ++this.nowMs, seed, hash: sha256, utf8: encodeUtf8 };
    const { state, effects } = stepRun(this.#state, command, at);
    this.#state = state;
    for (const { text } of effects.records) this.records.push(JSON.parse(text) as RoundRecord);
    for (const [account, yocto] of effects.credits) {
      this.credits.set(account, (this.credits.get(account) ?? 0n) + yocto);
    }
    this.applied(state, effects, command);
  }

  /** The part of the client that a worker uses, as `account`. */
  client(account: string): DaoClient {
    const act = async (command: object) => {
      await Promise.resolve();
      // There is one run here; the rules' commands do not name it.
      this.apply({ account, ...command, run: undefined } as unknown as RunCommand);
    };
    const client = {
      contract,
      accountId: account,
      getRun: async () => fromWire(this.run()),
      getSeats: async () => fromWire(this.seats()),
      getDataset: async () => ({ manifest: this.manifest }),
      getRoundRecord: async ({ round }: { round: number }) =>
        this.records.find((one) => one.round === round) ?? null,
      enrol: (it: { fromRound?: number }) =>
        act({ kind: 'enrol', ...it, fromRound: it.fromRound ?? null }),
      rejoin: (it: object) => act({ kind: 'rejoin', ...it }),
      tick: ({ round, phase }: { round: number; phase: null }) =>
        Promise.resolve(this.apply({ kind: 'tick', round, phase })),
      commit: (it: object) => act({ kind: 'commit', ...it }),
      reveal: (it: object) => act({ kind: 'reveal', ...it }),
      certify: (it: object) => act({ kind: 'certify', ...it }),
      submitRoot: (it: object) => act({ kind: 'submit_root', ...it }),
      deliver: (it: object) => act({ kind: 'deliver', ...it }),
      answer: (it: object) => act({ kind: 'answer', ...it }),
      open: (it: object) => act({ kind: 'open', ...it }),
      measure: (it: object) => act({ kind: 'measure', ...it }),
      uncover: (it: object) => act({ kind: 'uncover', ...it }),
      challengeRoot: (it: object) => act({ kind: 'challenge_root', ...it }),
      judge: (it: object) => act({ kind: 'judge', ...it }),
      appeal: (it: object) => act({ kind: 'appeal', ...it }),
    };
    return client as unknown as DaoClient;
  }
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}
