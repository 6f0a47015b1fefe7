/** A DAO on the fake host, and the few things that its people do in a vote. */
import { expect } from 'chai';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import type {
  Action,
  Choice,
  Member,
  Policy,
  ProposalView,
} from '@commonweights/dao-contracts/rules/views.js';
import { everybody, members, named, near, policy } from './dao-driver.js';
import { FakeChain } from './fake-host.js';

export const pay: Action = { kind: 'transfer', to: 'late.test', amountYocto: `${near}` };

interface Founding {
  members?: Member[];
  policy?: Partial<Policy>;
  guardian?: string | null;
  guardianTermMs?: number;
  treasuryYocto?: bigint;
}

export class GovernancePlay {
  readonly policy: Policy;

  private constructor(
    readonly fake: FakeChain,
    changes: Partial<Policy>,
  ) {
    this.policy = { ...policy, ...changes };
  }

  /** Founded with money for everybody and, where not said otherwise, 20 NEAR in the treasury. */
  static async found(it: Founding = {}): Promise<GovernancePlay> {
    const { policy: changes = {}, treasuryYocto = 20n * near, ...rest } = it;
    const play = new GovernancePlay(await FakeChain.start(), changes);
    const { fake } = play;
    for (const account of [...everybody, 'guard.test']) fake.fund(account, 100n * near);
    const founders = { members, guardian: 'guard.test', ...rest };
    fake.call(fake.contract, 'init', { ...founders, policy: play.policy });
    if (treasuryYocto > 0n) fake.call('ann.test', 'deposit', {}, { depositYocto: treasuryYocto });
    return play;
  }

  propose(action: Action = pay, by = 'ann.test'): number {
    const args = { action, description: named('why') };
    return this.fake.call(by, 'propose', args, { depositYocto: 2n * near }).value as number;
  }

  vote(account: string, proposal: number, choice: Choice = 'yes'): void {
    this.fake.call(account, 'vote', this.ballot(proposal, choice));
  }

  ballot(proposal: number, choice: string = 'yes') {
    return { proposal, choice, action: digestOfJson(this.view(proposal).action) };
  }

  view(proposal: number): ProposalView {
    return this.fake.view<ProposalView>('get_proposal', { proposal });
  }

  /** Voted by all founders; the vote is over, the timelock begins. */
  accept(action: Action = pay, by = 'ann.test'): number {
    const proposal = this.propose(action, by);
    for (const { account } of members) this.vote(account, proposal);
    this.forwardTo(this.view(proposal).votingEndsMs);
    return proposal;
  }

  pass(action: Action, by = 'ann.test'): number {
    const proposal = this.accept(action, by);
    this.forwardTo(this.view(proposal).executableAtMs);
    this.fake.call('cat.test', 'execute', { proposal });
    return proposal;
  }

  forwardTo(ms: number): void {
    this.fake.nowMs = Math.max(this.fake.nowMs, ms);
  }

  /** What a call is refused with; everything stored and every balance stay as they were. */
  refusal(account: string, method: string, args: unknown, depositYocto = 0n): string {
    const before = this.fake.fingerprint();
    try {
      this.fake.call(account, method, args as object, { depositYocto });
    } catch (error) {
      expect(this.fake.fingerprint(), 'a refused call left something').to.equal(before);
      return (error as Error).message;
    }
    return 'accepted';
  }
}
