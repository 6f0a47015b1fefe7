/** What a worker tells at the terminal: a line per event, and a bar while a round is computed. */
import type { Prospects } from '@commonweights/trainer/worker/prospects.js';
import type { WorkEvent } from '@commonweights/trainer/worker/work-event.js';
import { formatBytes } from './output.js';
import { formatDuration } from './policy-words.js';
import { shortNear } from './price-words.js';
import type { Progress } from './progress.js';
import type { Session } from './session.js';

/** What it needs of a session. */
export type Told = Pick<Session, 'note' | 'startProgress' | 'terminal' | 'network'>;

export class Teller {
  #bar: Progress | null = null;
  /** What hindered it last, and how often since that was said. */
  #hindrance = '';
  #again = 0;

  constructor(
    private readonly session: Told,
    private readonly run: number,
    /** It has no stake yet: pay becomes stake. */
    private readonly earnsStake = false,
  ) {}

  tell(event: WorkEvent): void {
    switch (event.kind) {
      case 'tested':
        return this.#say(
          `this machine repeats its steps bit for bit, ${event.stepMs.toFixed(0)} ms each`,
        );
      case 'prospects':
        return this.#sayProspects(event.prospects);
      case 'training':
        this.close();
        return;
      case 'step':
        this.#bar ??= this.session.startProgress(`round ${event.round}: training`, {
          total: event.steps,
          unit: 'steps',
        });
        this.#bar.update(event.step);
        return;
      case 'trained':
        this.#end(`loss ${event.loss.toFixed(4)}, update of ${formatBytes(event.updateBytes)}`);
        return;
      case 'abandoned':
        this.#bar?.fail(event.why);
        this.#bar = null;
        return;
      case 'enrolled':
        return this.#say(`enrolled in run ${this.run} as ${event.role}`);
      case 'rejoined':
        return this.#say('takes the seat up again from the next round');
      case 'committed':
        return this.#say(`round ${event.round}: committed`);
      case 'revealed':
        return this.#say(`round ${event.round}: revealed ${event.update}`);
      case 'certified':
        return this.#say(`round ${event.round}: certified seats ${event.available.join(', ')}`);
      case 'submitted':
        return this.#say(`round ${event.round}: root ${event.root}`);
      case 'delivered':
        return this.#say(`audit of round ${event.round}: delivered segment ${event.segment}`);
      case 'opened':
        return this.#say(`audit of round ${event.round}: opened segment ${event.segment}`);
      case 'answered':
        return this.#say(`audited seat ${event.seat} in round ${event.round}`);
      case 'measured': {
        const { residualBillionths: far } = event;
        const found = far === null ? 'found no end' : `is ${(far / 1e9).toExponential(1)} apart`;
        return this.#say(`audited seat ${event.seat} in round ${event.round}: ${found}`);
      }
      case 'judged':
        return this.#say(`judged dispute ${event.dispute} about round ${event.round}`);
      case 'appealed':
        return this.#say(`round ${event.round}: appealed dispute ${event.dispute}`);
      case 'challenged':
        return this.#say(`round ${event.round}: challenged its root; computed ${event.root}`);
      case 'waiting':
        return this.#say(`waits for ${event.for}${this.#spanOf(event)}`);
      case 'hindered':
        return this.#sayHindrance(event.message);
      case 'ticked':
      case 'left':
        return;
    }
  }

  /** What the stake is for, before it is put down. */
  #sayProspects(it: Prospects): void {
    const { role, rounds, payYocto, feesYocto, netYocto, stakeYocto } = it;
    const what = role === 'trainer' ? 'a round' : 'an audit';
    this.#say(
      `${what} takes this machine about ${it.neededSeconds.toFixed(1)} s of the ` +
        `${it.givenSeconds.toFixed(0)} s given; ${rounds} rounds to come`,
    );
    this.#say(
      `a round would bring about ${shortNear(payYocto)} NEAR, less ${shortNear(feesYocto)} NEAR of fees: ` +
        `${shortNear(netYocto)} NEAR in all, if every update is verified`,
    );
    const stake = this.earnsStake
      ? `it stakes nothing: pay becomes its stake until that is ${shortNear(stakeYocto)} NEAR, locked until the run ends`
      : `it stakes ${shortNear(stakeYocto)} NEAR until the run ends`;
    const last =
      it.heldBackRounds === 1 ? 'the last final round' : `${it.heldBackRounds} final rounds`;
    this.#say(
      `${stake}, and the pay of ${last} is held back; who fabricates, or commits and does not reveal, loses both`,
    );
  }

  /** It tries again for as long as it takes: the same is said once, and how often when it is over. */
  #sayHindrance(message: string): void {
    if (message === this.#hindrance) {
      this.#again++;
      return;
    }
    this.#say(`hindered: ${message}`);
    this.#hindrance = message;
  }

  close(): void {
    this.#end('done');
  }

  #end(note: string): void {
    this.#bar?.finish(note);
    this.#bar = null;
  }

  /** How long a wait takes, and, where the clock is one's own, how to make it shorter. */
  #spanOf({ forMs }: { forMs?: number }): string {
    if (forMs === undefined) return '';
    const seconds = Math.max(1, Math.ceil(forMs / 1_000));
    const span = `, ${formatDuration(seconds * 1_000)} by the clock of the chain`;
    if (this.session.network.name !== 'localnet') return span;
    return `${span}; "commonweights network forward ${seconds}s" passes them`;
  }

  /** A running bar is redrawn after the line; a line in between must not run into it. */
  #say(line: string): void {
    const { stderr } = this.session.terminal;
    const again = this.#again;
    [this.#hindrance, this.#again] = ['', 0];
    if (again > 0)
      this.#say(`hindered by that ${again === 1 ? 'once more' : `${again} more times`}`);
    if (!this.#bar || !stderr.isTTY) return this.session.note(line);
    stderr.redraw(line);
    stderr.write('\n');
  }
}
