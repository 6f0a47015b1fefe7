/** One proposal: what it would do, how the vote stands, and what can be done about it. */
import { madeBy } from '@commonweights/dao-contracts/client/action-words.js';
import { toWire } from '@commonweights/dao-contracts/client/money-fields.js';
import { readProposal, type ProposalStory } from '../reading/proposal.js';
import { Badge } from '../parts/badge.js';
import { DigestText } from '../parts/digest.js';
import { useDoor } from '../parts/door-context.js';
import { Live } from '../parts/live.js';
import { Near } from '../parts/near.js';
import { ChainTime } from '../parts/time.js';
import { useReading } from '../parts/use-reading.js';
import { ExecuteHere, VoteHere } from '../parts/vote-here.js';
import { VotesBar } from '../pictures/votes-bar.js';
import { effectsOfAction, titleOfAction } from '../words/actions.js';

export function ProposalPage({ id }: { id: number }) {
  const door = useDoor();
  const using = useReading(() => readProposal(door, id), {
    key: `proposal ${id}`,
    everyMs: (it) => (it && ['voting', 'queued'].includes(it.proposal.status) ? 2_000 : 10_000),
  });
  return (
    <Live title={`Proposal ${id}`} using={using} missing="The DAO has no such proposal.">
      {(story) => <Sections story={story} readNow={using.readNow} />}
    </Live>
  );
}

function Sections({ story, readNow }: { story: ProposalStory; readNow: () => void }) {
  const { proposal } = story;
  const { action } = proposal;
  const isOpen = ['voting', 'queued'].includes(proposal.status);
  return (
    <>
      <p class="crumbs">
        <a href="#/proposals">Proposals</a> › {proposal.id}
      </p>
      <h1>
        {titleOfAction(action)} <Badge state={proposal.status} />
      </h1>
      <section aria-labelledby="effects">
        <h2 id="effects">{isOpen ? 'What it would do' : 'What it asked for'}</h2>
        <ul class="sentences">
          {effectsOfAction(action, story).map((effect) => (
            <li key={effect}>{effect}</li>
          ))}
        </ul>
        {isOpen ? null : <p class="quiet">It is closed; this is told against what holds now.</p>}
        {action.kind === 'fund-run' || action.kind === 'transfer' ? (
          <p class="quiet">
            The treasury holds <Near yocto={story.accounting.treasuryYocto} /> now.
          </p>
        ) : null}
        <Made story={story} />
      </section>
      <section aria-labelledby="vote">
        <h2 id="vote">The vote</h2>
        <VotesBar proposal={proposal} />
        <Stages story={story} />
        <NextStep story={story} readNow={readNow} />
      </section>
      <section aria-labelledby="why">
        <h2 id="why">In the words of {proposal.proposer}</h2>
        {story.description.why === null ? (
          <blockquote>{story.description.value}</blockquote>
        ) : (
          <p class="quiet">The text cannot be shown: {story.description.why}</p>
        )}
        <p class="quiet">
          text <DigestText digest={proposal.description} /> · bond{' '}
          <Near yocto={proposal.bondYocto} />, {proposal.bond}
        </p>
      </section>
      <section aria-labelledby="exactly">
        <h2 id="exactly">Exactly</h2>
        {story.digestHolds ? (
          <p>
            Votes name digest <DigestText digest={proposal.actionDigest} />. This page computed it
            again from the action below: it is the same.
          </p>
        ) : (
          <p class="trouble">
            The action below does not have the digest <DigestText digest={proposal.actionDigest} />{' '}
            that votes name. Do not vote on it, and tell the DAO.
          </p>
        )}
        <details>
          <summary>The action, as it would be executed</summary>
          <pre tabIndex={0}>{JSON.stringify(toWire(action), null, 2)}</pre>
        </details>
      </section>
    </>
  );
}

const places = { run: '#/runs/', release: '#/releases/' };

function Made({ story: { proposal } }: { story: ProposalStory }) {
  const { action, created } = proposal;
  if (created === null) return null;
  const noun = madeBy(action);
  // All bounties are on one page.
  const href =
    noun === null ? null : noun === 'bounty' ? '#/bounties' : `${places[noun]}${created}`;
  const name = `${noun ?? 'number'} ${created}`;
  return <p>It was executed and made {href === null ? name : <a href={href}>{name}</a>}.</p>;
}

function Stages({ story: { proposal, nowMs } }: { story: ProposalStory }) {
  const stages = [
    { name: 'Proposed', atMs: proposal.createdAtMs },
    { name: 'Voting ends', atMs: proposal.votingEndsMs },
    { name: 'Timelock ends', atMs: proposal.executableAtMs },
    ...(proposal.status === 'executed' ? [] : [{ name: 'Expires', atMs: proposal.expiresAtMs }]),
  ];
  return (
    <ol class="stages">
      {stages.map(({ name, atMs }) => (
        <li key={name} class={atMs <= nowMs ? 'past' : 'ahead'}>
          <b>{name}</b>
          <ChainTime atMs={atMs} nowMs={nowMs} />
        </li>
      ))}
    </ol>
  );
}

function NextStep({ story, readNow }: { story: ProposalStory; readNow: () => void }) {
  const { proposal, nowMs } = story;
  const { id, status } = proposal;
  if (status === 'voting') return <VoteHere story={story} readNow={readNow} />;
  if (status === 'queued' && nowMs < proposal.executableAtMs) {
    return <p>It was accepted and waits in the timelock. Then anybody may execute it.</p>;
  }
  if (status === 'queued') {
    return (
      <>
        <p>It was accepted and its timelock is over. Anybody may execute it:</p>
        <ExecuteHere id={id} readNow={readNow} />
      </>
    );
  }
  if ((status === 'rejected' || status === 'expired') && proposal.bond === 'held') {
    return (
      <>
        <p>It is {status}. Anybody may settle its bond:</p>
        <ExecuteHere id={id} readNow={readNow} />
      </>
    );
  }
  return <p>It is {status}; nothing is left to do.</p>;
}
