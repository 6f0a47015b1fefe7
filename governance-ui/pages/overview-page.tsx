/** What a newcomer sees first: what the DAO has, who is in it, what it is doing. */
import type { Overview } from '../reading/overview.js';
import { isLive } from '../reading/run.js';
import { DaoCommand } from '../parts/dao-command.js';
import { useDoor } from '../parts/door-context.js';
import { Live } from '../parts/live.js';
import { Near } from '../parts/near.js';
import { ProposalList, ReleaseList, RunList } from '../parts/lists.js';
import { SharesTable, sharesOf } from '../parts/shares-table.js';
import { useReading } from '../parts/use-reading.js';
import { countOf, formatBps, groupThousands } from '../words/amounts.js';
import { formatSpan } from '../words/times.js';
import { texts } from '../texts/language.js';

const shownMax = 5;

export function OverviewPage() {
  const { overview } = useDoor();
  const using = useReading<Overview | null>(() => overview.read(), {
    key: 'overview',
    everyMs: (value) => (value?.runs.some(isLive) ? 2_000 : 5_000),
  });
  return (
    <Live title={texts().frame.overview} using={using}>
      {(it) => <Sections it={it} />}
    </Live>
  );
}

function Sections({ it }: { it: Overview }) {
  const say = texts().overview;
  const liveRuns = it.runs.filter(isLive);
  const endedRuns = it.runs.filter((run) => !isLive(run));
  const openProposals = it.proposals.filter(({ status }) => ['voting', 'queued'].includes(status));
  const runs = [...liveRuns, ...endedRuns].slice(0, shownMax);
  return (
    <>
      <h1>{say.title}</h1>
      <p class="lead">{say.lead(countOf(it.members.count, 'members'), it.members.count === 1)}</p>
      <Treasury it={it} />
      <Join runs={liveRuns} />
      <section aria-labelledby="runs">
        <h2 id="runs">{liveRuns.length > 0 ? say.liveFirst : texts().frame.runs}</h2>
        <RunList heading="h3" runs={runs} />
        {it.counts.runs > runs.length ? (
          <a href="#/runs">{say.allRuns(groupThousands(`${it.counts.runs}`))}</a>
        ) : null}
      </section>
      <div class="columns">
        <section aria-labelledby="releases">
          <h2 id="releases">{say.latest}</h2>
          <ReleaseList heading="h3" releases={it.releases.slice(0, shownMax)} nowMs={it.nowMs} />
        </section>
        <section aria-labelledby="proposals">
          <h2 id="proposals">{say.openProposals}</h2>
          {openProposals.length > 0 ? (
            <ProposalList heading="h3" proposals={openProposals} nowMs={it.nowMs} />
          ) : (
            <p class="quiet">
              {say.noneOpen}{' '}
              {it.counts.proposals > 0 ? <a href="#/proposals">{say.earlier}</a> : null}
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

/** Where a machine can go at once: to who still draws seats, else to who trains. */
function Join({ runs }: { runs: Overview['runs'] }) {
  const say = texts().overview;
  const run = runs.find(({ status }) => status === 'enrolling') ?? runs[0];
  return (
    <section aria-labelledby="join">
      <h2 id="join">{say.join}</h2>
      <p>
        {say.joinHere((text) => (
          <a href="#/contribute">{text}</a>
        ))}
      </p>
      <DaoCommand words={run ? `work ${run.id}` : 'run list'} signed={run !== undefined} />
    </section>
  );
}

function Treasury({ it }: { it: Overview }) {
  const { accounting } = it;
  const say = texts().overview;
  const locked = [
    { name: say.escrows, yocto: accounting.escrowsYocto },
    { name: say.stakes, yocto: accounting.stakesYocto + accounting.heldBackYocto },
    { name: say.ledgers, yocto: accounting.ledgersYocto + accounting.inFlightYocto },
    { name: say.bonds, yocto: accounting.bondsYocto },
  ];
  const tokens = it.tokens.filter(({ accepted, treasuryUnits }) => accepted || treasuryUnits > 0n);
  return (
    <section aria-label={say.treasury} class="facts">
      <div class="fact large">
        <span class="name">{say.treasury}</span>
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
          <span class="name wrap">{say.unitsOf(token)}</span>
          <span class="value">{groupThousands(`${treasuryUnits}`)}</span>
        </div>
      ))}
    </section>
  );
}

function Members({ it: { members } }: { it: Overview }) {
  const say = texts().overview;
  return (
    <section aria-labelledby="members">
      <h2 id="members">{say.members}</h2>
      <SharesTable rows={sharesOf(members.members.slice(0, shownMax), members.totalWeight)} />
      {members.count > shownMax ? (
        <a href="#/people">{say.allMembers(groupThousands(`${members.count}`))}</a>
      ) : null}
    </section>
  );
}

function Policy({ it: { policy } }: { it: Overview }) {
  const say = texts().overview;
  return (
    <section aria-labelledby="policy">
      <h2 id="policy">{say.policy}</h2>
      <dl class="pairs">
        <dt>{say.voting}</dt>
        <dd>{formatSpan(policy.votingPeriodMs)}</dd>
        <dt>{say.timelock}</dt>
        <dd>{say.timelockOf(formatSpan(policy.timelockMs))}</dd>
        <dt>{say.quorum}</dt>
        <dd>{say.quorumOf(formatBps(policy.quorumBps))}</dd>
        <dt>{say.approval}</dt>
        <dd>
          {policy.approvalBps > 5000 ? say.moreYesAnd(formatBps(policy.approvalBps)) : say.moreYes}
        </dd>
        <dt>{say.bond}</dt>
        <dd>
          <Near yocto={policy.bondYocto} />
          {texts().common.comma}
          {say.bondLost}
        </dd>
        <dt>{say.guardian}</dt>
        <dd>{policy.guardian ?? texts().common.none}</dd>
        <dt>{say.licences}</dt>
        <dd>{policy.licences.join(texts().common.and) || say.noLicence}</dd>
      </dl>
    </section>
  );
}
