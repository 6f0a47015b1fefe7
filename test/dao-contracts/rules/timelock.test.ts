import { expect } from 'chai';
import type { Action } from '@commonweights/dao-contracts/rules/actions.js';
import { cancelProposal } from '@commonweights/dao-contracts/rules/guardian.js';
import type { Proposal } from '@commonweights/dao-contracts/rules/proposal.js';
import { waits } from '@commonweights/dao-contracts/rules/timelock.js';

describe('the timelock', () => {
  it('makes money, members, rules and guardians wait', () => {
    const kinds: Action['kind'][] = [
      ...(['fund-run', 'transfer', 'set-member', 'set-members'] as const),
      ...(['set-policy', 'set-guardian'] as const),
    ];
    for (const kind of kinds) expect(waits(kind), kind).to.equal(true);
  });

  it('lets a release out and a run stop at once', () => {
    for (const kind of ['publish-release', 'stop-run'] as const) {
      expect(waits(kind), kind).to.equal(false);
    }
  });

  it('makes a kind wait that nobody thought about', () => {
    expect(waits('brand-new' as Action['kind'])).to.equal(true);
  });

  it('lets a guardian stop everything but what it would decide by the delay', () => {
    const cancel = (kind: Action['kind']) => {
      const times = { votingEndsMs: 10, executableAtMs: 20, expiresAtMs: 30, done: null };
      const votes = { yes: 3n, no: 0n, abstain: 0n, totalWeight: 3n, quorumBps: 1, approvalBps: 1 };
      const proposal = { id: 1, kind, ...times, ...votes } as unknown as Proposal;
      const guardian = { account: 'guard.test', untilMs: 100 };
      cancelProposal(proposal, {
        ...{ caller: 'guard.test', guardian, cancelledBefore: false, nowMs: 15 },
      });
      return proposal.done;
    };
    for (const kind of ['transfer', 'amend-run', 'set-policy', 'upgrade'] as const) {
      expect(cancel(kind), kind).to.equal('cancelled');
    }
    for (const kind of ['set-guardian', 'resolve-dispute', 'resolve-dataset-dispute'] as const) {
      expect(() => cancel(kind)).to.throw(`PRIVATE: proposal 1 is to ${kind}, in which the guard`);
    }
  });
});
