/** Runs, releases and proposals as lists of links, the same wherever they are shown. */
import type {
  ProposalView,
  ReleaseView,
  RunView,
} from '@commonweights/dao-contracts/client/views.js';
import { titleOfAction } from '../words/actions.js';
import { countOf, groupThousands } from '../words/amounts.js';
import { Badge } from './badge.js';
import { Command } from './command.js';
import { DigestText } from './digest.js';
import { ChainTime } from './time.js';
import { VotesBar } from '../pictures/votes-bar.js';
import { texts } from '../texts/language.js';

/** Level of the cards' titles: one below what stands above the list. */
interface Level {
  readonly heading: 'h2' | 'h3';
}

export function RunList({ runs, heading: Heading }: { runs: readonly RunView[] } & Level) {
  if (runs.length === 0) {
    return (
      <>
        <p class="quiet">{texts().lists.noRuns}</p>
        <Command text="npx commonweights run propose --help" />
      </>
    );
  }
  return (
    <ul class="cards">
      {runs.map((run) => (
        <li class="card" key={run.id}>
          <Heading>
            <a href={`#/runs/${run.id}`}>{texts().lists.run(run.id)}</a>{' '}
            <Badge state={run.status} />
          </Heading>
          <RunProgress run={run} />
          <p class="quiet">
            {texts().lists.onData({
              data: run.terms.datasets.join(texts().common.and),
              proposer: run.proposer,
            })}
          </p>
        </li>
      ))}
    </ul>
  );
}

export function RunProgress({ run }: { run: RunView }) {
  const { rounds } = run.terms;
  const final = run.closedRounds - (run.provisional ? 1 : 0);
  const say = texts().lists;
  const told = say.final({ final: groupThousands(`${final}`), rounds: countOf(rounds, 'rounds') });
  const open = run.open && say.open({ ...run.open, phase: say.phases[run.open.phase] });
  return (
    <div class="progress-line">
      <progress max={rounds} value={Math.min(final, rounds)} aria-label={say.roundsOf(run.id)} />
      <span>
        {told}
        {open ? `${texts().common.semicolon}${open}` : ''}
      </span>
    </div>
  );
}

export function ReleaseList(it: { releases: readonly ReleaseView[]; nowMs: number } & Level) {
  const Heading = it.heading;
  if (it.releases.length === 0) return <p class="quiet">{texts().lists.noReleases}</p>;
  return (
    <ul class="cards">
      {it.releases.map((release) => (
        <li class="card" key={release.id}>
          <Heading>
            <a href={`#/releases/${release.id}`}>
              {release.title} {release.version}
            </a>{' '}
            <Badge state={release.status} />
          </Heading>
          <p class="quiet">
            {texts().lists.madeOf({
              ...{ run: release.run, round: release.round },
              manifest: <DigestText digest={release.manifest} />,
              when: <ChainTime atMs={release.publishedAtMs} nowMs={it.nowMs} />,
            })}
          </p>
        </li>
      ))}
    </ul>
  );
}

export function ProposalList(it: { proposals: readonly ProposalView[]; nowMs: number } & Level) {
  const Heading = it.heading;
  if (it.proposals.length === 0) return <p class="quiet">{texts().lists.noProposals}</p>;
  return (
    <ul class="cards">
      {it.proposals.map((proposal) => (
        <li class="card" key={proposal.id}>
          <Heading>
            <a href={`#/proposals/${proposal.id}`}>
              {proposal.id} · {titleOfAction(proposal.action)}
            </a>{' '}
            <Badge state={proposal.status} />
          </Heading>
          <VotesBar proposal={proposal} />
          <p class="quiet">
            {texts().lists[proposal.votingEndsMs > it.nowMs ? 'votingEnds' : 'votingEnded']({
              proposer: proposal.proposer,
              when: <ChainTime atMs={proposal.votingEndsMs} nowMs={it.nowMs} />,
            })}
          </p>
        </li>
      ))}
    </ul>
  );
}
