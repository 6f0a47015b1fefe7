/**
 * An auditor that computes nothing and answers with what stands in the worker's own trace, which
 * leaked to it: the answer that the worker will open, unless a decoy covers that leaf. Then it has
 * said what nobody computes, and is fined in the call that opens the leaf. An honest auditor of the
 * same segment gets the decoy's fee instead.
 */
import type { Audit } from '@commonweights/dao-contracts/rules/run-state.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import { someAuditors, type Adversary } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { answerCommand } from '../commands.js';
import { claimOf, Honest } from '../honest.js';

class ReadingAuditor extends Honest {
  protected override answer(audit: Audit, sight: Sight): Response {
    const claim = claimOf(sight, audit.seat, audit.round);
    const traced = claim && sight.fetch(claim.traceRoot, false)?.leaves;
    if (!traced) return super.answer(audit, sight);
    const commands = [answerCommand(sight.account, audit, traced[audit.segment + 1]!)];
    return { kind: 'send', commands, afterMs: 60_000, steps: 0, offence: true };
  }

  protected override appeal(): Response {
    return { kind: 'ignore' };
  }
}

/**
 * A share of all rounds has a decoy, at one of S − 1 leaves with equal chances; the audited segment
 * ends at one of S, the last of which is never covered. Traces leak only where there is a decoy.
 */
function decoyTaken({ segments }: RunTerms): number {
  return 1 / segments;
}

export const readingAuditor: Adversary = {
  name: 'reading-auditor',
  hopes: 'fees for answers that it read in the trace',
  settings: ['guarded'],
  cast: (terms) => someAuditors(terms, () => new ReadingAuditor()),
  expects: (terms) => ({ rate: decoyTaken(terms), formula: 'P(the decoy covers what it reads)' }),
};
