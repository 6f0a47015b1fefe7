/**
 * The commands of the run in run.json: a round whose audits pass, one that a jury convicts a claim
 * of and that is rewound, a pause for want of workers and its end, and a completion; with a few
 * commands that are refused.
 */
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import { stepRun, type RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import { sha256 } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeUtf8 } from '@commonweights/dataset-registry/digest/hash-parts.js';
import { contract, named, near, RunPlay, smallTerms } from '../dao-contracts/rules/run-play.js';
import type { RunCase } from './run-topics.js';
import { toHex } from './vector-topic.js';

export const runTerms = {
  ...smallTerms,
  rounds: 3,
  maxWorkers: 4,
  maxAuditors: 2,
  auditedClaimsBps: 10_000,
  deadlinesMs: {
    enrol: 60_000,
    train: 60_000,
    reveal: 20_000,
    certify: 20_000,
    aggregate: 20_000,
    audit: 30_000,
  },
};

export function recordRun(): RunCase['commands'] {
  const play = new RecordedPlay();
  play.enrol();
  play.round();
  play.auditAll();
  play.round();
  play.auditAll({ convict: true });
  play.pauseAndResume();
  for (let rounds = 0; play.isRunning(); rounds++) {
    if (rounds === 8) throw new Error('the recorded run does not complete');
    play.round();
    play.auditAll();
  }
  return play.commands;
}

class RecordedPlay {
  readonly commands: RunCase['commands'] = [];
  readonly #play = new RunPlay(runTerms);
  #nowMs = 0;

  get #run() {
    return this.#play.state.run;
  }

  isRunning(): boolean {
    return this.#run.status === 'running';
  }

  enrol(): void {
    const depositYocto = BigInt(runTerms.stakeYocto);
    for (const i of [0, 1, 2, 3, 4]) this.#enrol(`w${i}.test`, 'trainer', depositYocto + BigInt(i));
    this.#enrol('w0.test', 'trainer', depositYocto);
    this.#enrol('poor.test', 'trainer', depositYocto - 1n);
    for (const i of [0, 1]) this.#enrol(`auditor${i}.test`, 'auditor', 2n * near);
    this.#nowMs = runTerms.deadlinesMs.enrol;
    this.#tick();
  }

  /** Everybody does everything, in seat order. */
  round(): void {
    const { open } = this.#run;
    if (!open) return;
    const { round } = open;
    const trainers = open.slices.map(({ seat }) => seat);
    for (const seat of trainers) this.#do(this.#play.commitCommand(seat));
    this.#tick();
    for (const seat of trainers) this.#do({ kind: 'reveal', ...this.#play.opening(seat) });
    this.#tick();
    for (const seat of trainers) {
      this.#do({ kind: 'certify', account: this.#account(seat), round, available: trainers });
    }
    this.#tick();
    const root = named(`root ${round}`);
    for (const seat of trainers) {
      this.#do({ kind: 'submit_root', account: this.#account(seat), round, root });
    }
    this.#tick();
  }

  /** Every audit to its verdict; `convict`: of the first one, auditor and jury see something else. */
  auditAll(it = { convict: false }): void {
    const round = this.#run.provisional?.round;
    const audits = () => this.#play.state.audits.filter((audit) => audit.round === round);
    const [first] = audits();
    for (let passes = 0; audits().length > 0; passes++) {
      if (passes === 16) throw new Error('the audits of the recorded run do not end');
      for (const { seat } of audits()) this.#auditStep(seat, it.convict && seat === first!.seat);
      this.#judgeAll();
      this.#tick();
    }
  }

  /** What is due in the audit of seat `seat`, if it is not over. */
  #auditStep(seat: number, convicts: boolean): void {
    const round = this.#run.provisional?.round;
    const audit = this.#play.state.audits.find((one) => one.round === round && one.seat === seat);
    if (!audit) return;
    const step = { round: audit.round, seat, segment: audit.segment };
    const account = this.#account(seat);
    const start = this.#play.openedLeaf(audit.round, seat, audit.segment);
    const end = this.#play.openedLeaf(audit.round, seat, audit.segment + 1);
    const seen = convicts ? named('what the auditor sees') : end.leaf;
    const { leaf, proof } = start;
    switch (audit.state) {
      case 'material':
        if (convicts) this.#do({ kind: 'deliver', account, ...step, leaf, proof: [] });
        return this.#do({ kind: 'deliver', account, ...step, leaf, proof });
      case 'answer': {
        const auditor = this.#account(audit.auditor);
        return this.#do({ kind: 'answer', account: auditor, ...step, leaf: seen });
      }
      case 'opening':
        return this.#do({ kind: 'open', account, ...step, ...end });
      case 'disputed':
      case 'passed':
      case 'failed':
        return;
    }
  }

  /** Jurors see what the auditor saw; nobody appeals, so that time makes a verdict stand. */
  #judgeAll(): void {
    const disputes = this.#play.state.disputes;
    for (const { id, panel } of disputes) {
      for (const { seat, answered } of panel ?? []) {
        if (answered) continue;
        const answer = named('what the auditor sees');
        this.#do({ kind: 'judge', account: this.#account(seat), dispute: id, answer });
      }
    }
    if (disputes.some(({ stage }) => stage === 'window')) this.#nowMs += runTerms.deadlinesMs.audit;
  }

  /** One trainer commits, the others are absent; two come back. */
  pauseAndResume(): void {
    const [first, ...others] = this.#run.open!.slices.map(({ seat }) => seat);
    this.#do(this.#play.commitCommand(first!));
    this.#nowMs += runTerms.deadlinesMs.train;
    this.#tick();
    this.#tick();
    for (const seat of others) this.#do({ kind: 'rejoin', account: this.#account(seat) });
    this.#do({ kind: 'rejoin', account: this.#account(first!) });
    this.#tick();
  }

  #enrol(account: string, role: 'trainer' | 'auditor', depositYocto: bigint): void {
    this.#do({ kind: 'enrol', account, role, fromRound: null, depositYocto });
  }

  #tick(): void {
    const { open } = this.#run;
    this.#do({ kind: 'tick', round: open?.round ?? null, phase: open?.phase ?? null });
  }

  #account(seat: number): string {
    return this.#play.state.seats[seat]!.account;
  }

  #do(command: RunCommand): void {
    const seed = sha256(encodeUtf8(`vector ${this.commands.length}`));
    const json = JSON.parse(
      JSON.stringify(command, (_, value: unknown) =>
        typeof value === 'bigint' ? `${value}` : value,
      ),
    ) as Record<string, unknown>;
    this.commands.push({ nowMs: this.#nowMs, seed: toHex(seed), command: json });
    const at = { contract, nowMs: this.#nowMs, seed, hash: sha256, utf8: encodeUtf8 };
    try {
      this.#play.state = stepRun(this.#play.state, command, at).state;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    this.#nowMs += 10;
  }
}
