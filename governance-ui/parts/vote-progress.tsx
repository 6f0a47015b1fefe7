/** How a vote stands against what it needs: the quorum, the share of yes, and what would come of it now. */
import type { ProposalView } from '@commonweights/dao-contracts/client/views.js';
import { texts } from '../texts/language.js';
import { formatBps, groupThousands, parseWeight, shareBps } from '../words/amounts.js';

export function VoteProgress({ proposal }: { proposal: ProposalView }) {
  const say = texts().proposal;
  const [yes, no, abstain, total] = [
    ...[proposal.yes, proposal.no, proposal.abstain, proposal.totalWeight].map(parseWeight),
  ] as [bigint, bigint, bigint, bigint];
  const voted = yes + no + abstain;
  // As the rules round: this much and not a unit less.
  const needed = (BigInt(proposal.quorumBps) * total + 9_999n) / 10_000n;
  const hasQuorum = voted >= needed;
  const share = shareBps(yes, yes + no);
  const approved = yes > no && yes * 10_000n >= BigInt(proposal.approvalBps) * (yes + no);
  const whole = (weight: bigint) => groupThousands(`${weight}`);
  const needs = formatBps(proposal.approvalBps);
  return (
    <dl class="pairs">
      <dt>{say.quorum}</dt>
      <dd>
        <Measure label={say.quorum} value={voted} most={needed} />
        {say.quorumOf({
          ...{ voted: whole(voted), needed: whole(needed) },
          share: formatBps(proposal.quorumBps),
        })}
        {hasQuorum ? ` · ${say.quorumThere}` : ` · ${say.quorumMissing(whole(needed - voted))}`}{' '}
        {proposal.extended ? say.quorumLate : null}
      </dd>
      <dt>{say.approval}</dt>
      <dd>
        <Measure label={say.approval} value={yes} most={yes + no} />
        {yes + no === 0n
          ? say.approvalNone(needs)
          : say.approvalOf({ share: formatBps(share), needed: needs })}
      </dd>
      {proposal.status === 'voting' ? (
        <>
          <dt>{say.progress}</dt>
          <dd>{hasQuorum && approved ? say.wouldPass : say.wouldFail}</dd>
        </>
      ) : null}
    </dl>
  );
}

function Measure({ label, value, most }: { label: string; value: bigint; most: bigint }) {
  const bps = Math.min(10_000, shareBps(value, most));
  return <progress max={10_000} value={bps} aria-label={label} />;
}
