/** Who said what, as shares of all weight there is, with a mark where the quorum lies. */
import type { ProposalView } from '@commonweights/dao-contracts/client/views.js';
import { formatBps, parseWeight, shareBps } from '../words/amounts.js';
import { texts } from '../texts/language.js';

export function VotesBar({ proposal }: { proposal: ProposalView }) {
  const total = parseWeight(proposal.totalWeight);
  const parts = (['yes', 'no', 'abstain'] as const).map((choice) => ({
    choice,
    weight: parseWeight(proposal[choice]),
  }));
  const voted = parts.reduce((sum, { weight }) => sum + weight, 0n);
  const votedBps = shareBps(voted, total);
  const say = texts().lists;
  const quorum = votedBps >= proposal.quorumBps ? say.quorumReached : say.noQuorum;
  const spoken = parts
    .map(({ choice, weight }) => say.cast[choice](`${weight}`))
    .join(texts().common.and);
  let at = 0;
  return (
    <div class="votes">
      <svg
        viewBox="0 0 1000 28"
        preserveAspectRatio="none"
        role="img"
        aria-label={say.votes({ spoken, total: `${total}`, quorum: formatBps(proposal.quorumBps) })}
      >
        <rect class="none" x="0" y="4" width="1000" height="20" rx="4" />
        {parts.map(({ choice, weight }) => {
          const width = shareBps(weight, total) / 10;
          const x = at;
          at += width;
          return <rect key={choice} class={choice} x={x} y="4" width={width} height="20" />;
        })}
        <line
          class="quorum"
          x1={proposal.quorumBps / 10}
          x2={proposal.quorumBps / 10}
          y1="0"
          y2="28"
        />
      </svg>
      <p class="quiet">
        <span class="key yes">{say.cast.yes(proposal.yes)}</span>
        <span class="key no">{say.cast.no(proposal.no)}</span>
        <span class="key abstain">{say.cast.abstain(proposal.abstain)}</span>
        <span>
          {say.ofWeight({
            ...{ total: proposal.totalWeight, quorum },
            share: formatBps(proposal.quorumBps),
          })}
        </span>
      </p>
    </div>
  );
}
