/** Runs, releases and proposals as lists of links, the same wherever they are shown. */
import type {
  ProposalView,
  ReleaseView,
  RunView,
} from '@commonweights/dao-contracts/client/views.js';
import { titleOfAction } from '../words/actions.js';
import { plural } from '../words/amounts.js';
import { Badge } from './badge.js';
import { Command } from './command.js';
import { DigestText } from './digest.js';
import { ChainTime } from './time.js';
import { VotesBar } from '../pictures/votes-bar.js';

/** Level of the cards' titles: one below what stands above the list. */
interface Level {
  readonly heading: 'h2' | 'h3';
}

export function RunList({ runs, heading: Heading }: { runs: readonly RunView[] } & Level) {
  if (runs.length === 0) {
    return (
      <>
        <p class="quiet">None yet. A run begins as a proposal:</p>
        <Command text="npx commonweights run propose --help" />
      </>
    );
  }
  return (
    <ul class="cards">
      {runs.map((run) => (
        <li class="card" key={run.id}>
          <Heading>
            <a href={`#/runs/${run.id}`}>Run {run.id}</a> <Badge state={run.status} />
          </Heading>
          <RunProgress run={run} />
          <p class="quiet">
            on {run.terms.datasets.join(', ')} · proposed by {run.proposer}
          </p>
        </li>
      ))}
    </ul>
  );
}

export function RunProgress({ run }: { run: RunView }) {
  const { rounds } = run.terms;
  const final = run.closedRounds - (run.provisional ? 1 : 0);
  const name = `Rounds of run ${run.id}`;
  const open = run.open ? `; round ${run.open.round} is open, phase ${run.open.phase}` : '';
  return (
    <div class="progress-line">
      <progress max={rounds} value={Math.min(final, rounds)} aria-label={name} />
      <span>
        {final} of {plural(rounds, 'round')} final
        {open}
      </span>
    </div>
  );
}

export function ReleaseList(it: { releases: readonly ReleaseView[]; nowMs: number } & Level) {
  const Heading = it.heading;
  if (it.releases.length === 0) return <p class="quiet">No checkpoint was voted for yet.</p>;
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
            manifest <DigestText digest={release.manifest} /> · run {release.run}, round{' '}
            {release.round} · <ChainTime atMs={release.publishedAtMs} nowMs={it.nowMs} />
          </p>
        </li>
      ))}
    </ul>
  );
}

export function ProposalList(it: { proposals: readonly ProposalView[]; nowMs: number } & Level) {
  const Heading = it.heading;
  if (it.proposals.length === 0) return <p class="quiet">Nothing was proposed yet.</p>;
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
            by {proposal.proposer} · voting {proposal.votingEndsMs > it.nowMs ? 'ends' : 'ended'}{' '}
            <ChainTime atMs={proposal.votingEndsMs} nowMs={it.nowMs} />
          </p>
        </li>
      ))}
    </ul>
  );
}
