/** What a newcomer sees first: what the DAO has, who is in it, what it is doing. */
import type { Overview } from '../reading/overview.js';
import { isLive } from '../reading/run.js';
import { useDoor } from '../parts/door-context.js';
import { Live } from '../parts/live.js';
import { Near } from '../parts/near.js';
import { ProposalList, ReleaseList, RunList } from '../parts/lists.js';
import { useReading } from '../parts/use-reading.js';
import { formatBps, groupThousands, parseWeight, plural, shareBps } from '../words/amounts.js';
import { formatSpan } from '../words/times.js';

const shownMax = 5;

export function OverviewPage() {
  const { overview } = useDoor();
  const using = useReading<Overview | null>(() => overview.read(), {
    key: 'overview',
    everyMs: (value) => (value?.runs.some(isLive) ? 2_000 : 5_000),
  });
  return (
    <Live title="Overview" using={using}>
      {(it) => <Sections it={it} />}
    </Live>
  );
}

function Sections({ it }: { it: Overview }) {
  const liveRuns = it.runs.filter(isLive);
  const endedRuns = it.runs.filter((run) => !isLive(run));
  const openProposals = it.proposals.filter(({ status }) => ['voting', 'queued'].includes(status));
  const runs = [...liveRuns, ...endedRuns].slice(0, shownMax);
  return (
    <>
      <h1>Models trained in the open</h1>
      <p class="lead">
        {plural(it.members.count, 'member decides', 'members decide')} what is trained and released.
        Money follows verified work only.
      </p>
      <Treasury it={it} />
      <section aria-labelledby="runs">
        <h2 id="runs">{liveRuns.length > 0 ? 'Runs, live ones first' : 'Runs'}</h2>
        <RunList heading="h3" runs={runs} />
        {it.counts.runs > runs.length ? <a href="#/runs">All {it.counts.runs} runs</a> : null}
      </section>
      <div class="columns">
        <section aria-labelledby="releases">
          <h2 id="releases">Latest releases</h2>
          <ReleaseList heading="h3" releases={it.releases.slice(0, shownMax)} nowMs={it.nowMs} />
        </section>
        <section aria-labelledby="proposals">
          <h2 id="proposals">Open proposals</h2>
          {openProposals.length > 0 ? (
            <ProposalList heading="h3" proposals={openProposals} nowMs={it.nowMs} />
          ) : (
            <p class="quiet">
              None is waiting for votes.{' '}
              {it.counts.proposals > 0 ? <a href="#/proposals">See earlier ones</a> : null}
            </p>
          )}
        </section>
      </div>
      <div class="columns">
        <Members it={it} />
        <Policy it={it} />
      </div>
    </>
  );
}

function Treasury({ it }: { it: Overview }) {
  const { accounting } = it;
  const locked = [
    { name: 'in escrow for runs', yocto: accounting.escrowsYocto },
    { name: 'staked by workers', yocto: accounting.stakesYocto + accounting.heldBackYocto },
    { name: 'earned, to be claimed', yocto: accounting.ledgersYocto + accounting.inFlightYocto },
    { name: 'bonds of proposals', yocto: accounting.bondsYocto },
  ];
  const tokens = it.tokens.filter(({ accepted, treasuryUnits }) => accepted || treasuryUnits > 0n);
  return (
    <section aria-label="Treasury" class="facts">
      <div class="fact large">
        <span class="name">Treasury</span>
        <span class="value">
          <Near yocto={accounting.treasuryYocto} />
        </span>
      </div>
      {locked.map(({ name, yocto }) => (
        <div class="fact" key={name}>
          <span class="name">{name}</span>
          <span class="value">
            <Near yocto={yocto} />
          </span>
        </div>
      ))}
      {tokens.map(({ token, treasuryUnits }) => (
        <div class="fact" key={token}>
          <span class="name wrap">units of {token}</span>
          <span class="value">{groupThousands(`${treasuryUnits}`)}</span>
        </div>
      ))}
    </section>
  );
}

function Members({ it: { members } }: { it: Overview }) {
  const total = parseWeight(members.totalWeight);
  return (
    <section aria-labelledby="members">
      <h2 id="members">Members</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Account</th>
            <th scope="col" class="number">
              Weight
            </th>
            <th scope="col" class="number">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {members.members.slice(0, shownMax).map(({ account, weight }) => (
            <tr key={account}>
              <td class="wrap">
                <a href={`#/people/${account}`}>{account}</a>
              </td>
              <td class="number">{weight}</td>
              <td class="number">{formatBps(shareBps(parseWeight(weight), total))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {members.count > shownMax ? <a href="#/people">All {members.count} members</a> : null}
    </section>
  );
}

function Policy({ it: { policy } }: { it: Overview }) {
  return (
    <section aria-labelledby="policy">
      <h2 id="policy">Policy</h2>
      <dl class="pairs">
        <dt>Voting</dt>
        <dd>{formatSpan(policy.votingPeriodMs)}</dd>
        <dt>Timelock</dt>
        <dd>{formatSpan(policy.timelockMs)} between a vote and its execution</dd>
        <dt>Quorum</dt>
        <dd>{formatBps(policy.quorumBps)} of all weight must vote</dd>
        <dt>Approval</dt>
        <dd>
          more yes than no
          {policy.approvalBps > 5000 ? `, and ${formatBps(policy.approvalBps)}` : ''}
        </dd>
        <dt>Bond</dt>
        <dd>
          <Near yocto={policy.bondYocto} />, lost when nobody cares to vote
        </dd>
        <dt>Guardian</dt>
        <dd>{policy.guardian ?? 'none'}</dd>
        <dt>Licences</dt>
        <dd>{policy.licences.join(', ') || 'none allowed'}</dd>
      </dl>
    </section>
  );
}
