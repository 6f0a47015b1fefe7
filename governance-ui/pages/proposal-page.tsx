/** One proposal: what it would do, how the vote stands, and what can be done about it. */
import { madeBy } from '@commonweights/dao-contracts/client/action-words.js';
import { toWire } from '@commonweights/dao-contracts/client/money-fields.js';
import type { ProposalView } from '@commonweights/dao-contracts/client/views.js';
import { bountyEscrow, type BountyTerms } from '@commonweights/dao-contracts/rules/bounty/terms.js';
import { readProposal, type ProposalStory } from '../reading/proposal.js';
import { Badge } from '../parts/badge.js';
import { ChatTemplateOf } from '../parts/chat-template.js';
import { DigestText } from '../parts/digest.js';
import { useDoor } from '../parts/door-context.js';
import { Live } from '../parts/live.js';
import { Near } from '../parts/near.js';
import { PolicyDifference } from '../parts/policy-difference.js';
import { ChainTime } from '../parts/time.js';
import { useReading } from '../parts/use-reading.js';
import { CancelHere, ExecuteHere, VoteHere } from '../parts/vote-here.js';
import { VoteProgress } from '../parts/vote-progress.js';
import { VotesBar } from '../pictures/votes-bar.js';
import { texts } from '../texts/language.js';
import { effectsOfAction, titleOfAction } from '../words/actions.js';
import { formatSpan } from '../words/times.js';

export function ProposalPage({ id }: { id: number }) {
  const door = useDoor();
  const say = texts().proposal;
  const using = useReading(() => readProposal(door, id), {
    key: `proposal ${id}`,
    everyMs: (it) => (it && isOpen(it.proposal) ? 2_000 : 10_000),
  });
  return (
    <Live title={say.title(id)} using={using} missing={say.missing}>
      {(story) => <Sections story={story} readNow={using.readNow} />}
    </Live>
  );
}

function isOpen({ status }: ProposalView): boolean {
  return status === 'voting' || status === 'queued';
}

function Sections({ story, readNow }: { story: ProposalStory; readNow: () => void }) {
  const say = texts().proposal;
  const { proposal } = story;
  const { action } = proposal;
  const open = isOpen(proposal);
  return (
    <>
      <p class="crumbs">
        <a href="#/proposals">{texts().frame.proposals}</a> › {proposal.id}
      </p>
      <h1>
        {titleOfAction(action)} <Badge state={proposal.status} />
      </h1>
      <section aria-labelledby="effects">
        <h2 id="effects">{open ? say.would : say.asked}</h2>
        <ul class="sentences">
          {effectsOfAction(action, story).map((effect) => (
            <li key={effect}>{effect}</li>
          ))}
        </ul>
        {open ? null : <p class="quiet">{say.closed}</p>}
        <TreasuryAfter story={story} />
        {action.kind === 'set-policy' && open ? (
          <PolicyDifference proposal={proposal.id} next={action.policy} now={story.policy} />
        ) : null}
        {action.kind === 'fund-run' ? <ChatTemplateOf spec={action.terms.spec} /> : null}
        {action.kind === 'amend-run' ? <ChatTemplateOf spec={action.changes.spec} /> : null}
        <Made story={story} />
      </section>
      <section aria-labelledby="vote">
        <h2 id="vote">{say.vote}</h2>
        <VotesBar proposal={proposal} />
        <VoteProgress proposal={proposal} />
        <Stages story={story} />
        <NextStep story={story} readNow={readNow} />
      </section>
      <section aria-labelledby="why">
        <h2 id="why">{say.words(proposal.proposer)}</h2>
        {story.description.why === null ? (
          <blockquote>{story.description.value}</blockquote>
        ) : (
          <p class="quiet">
            {say.noWords} <span lang="en">{story.description.why}</span>
          </p>
        )}
        <p class="quiet">
          {say.text} <DigestText digest={proposal.description} /> ·{' '}
          {say.bond({
            amount: <Near yocto={proposal.bondYocto} />,
            state: say.bonds[proposal.bond],
          })}
        </p>
      </section>
      <section aria-labelledby="exactly">
        <h2 id="exactly">{say.exactly}</h2>
        {story.digestHolds ? (
          <p>{say.digestHolds(<DigestText digest={proposal.actionDigest} />)}</p>
        ) : (
          <p class="trouble">{say.digestFails(<DigestText digest={proposal.actionDigest} />)}</p>
        )}
        <details>
          <summary>{say.action}</summary>
          <pre tabIndex={0}>{JSON.stringify(toWire(action), null, 2)}</pre>
        </details>
      </section>
    </>
  );
}

/** What carrying it out takes out of the treasury; null: nothing. */
function takesYocto(action: ProposalView['action']): bigint | null {
  switch (action.kind) {
    case 'transfer':
      return action.amountYocto;
    case 'fund-run':
    case 'amend-run':
    case 'rewind-run':
      return action.budgetYocto;
    case 'open-bounty':
      return bountyEscrow(toWire(action.terms) as BountyTerms);
    default:
      return null;
  }
}

function TreasuryAfter({ story: { proposal, accounting } }: { story: ProposalStory }) {
  const say = texts().proposal;
  const takes = takesYocto(proposal.action);
  if (takes === null) return null;
  const holds = accounting.treasuryYocto;
  if (!isOpen(proposal)) return <p class="quiet">{say.treasury(<Near yocto={holds} />)}</p>;
  if (takes > holds) {
    return (
      <p class="trouble">
        {say.treasuryShort({ holds: <Near yocto={holds} />, takes: <Near yocto={takes} /> })}
      </p>
    );
  }
  return (
    <p>
      {say.treasuryAfter({
        holds: <Near yocto={holds} />,
        takes: <Near yocto={takes} />,
        after: <Near yocto={holds - takes} />,
      })}
    </p>
  );
}

const places = { run: '#/runs/', release: '#/releases/', bounty: '#/bounties/' };

function Made({ story: { proposal } }: { story: ProposalStory }) {
  const say = texts().proposal;
  const { action, created } = proposal;
  if (created === null) return null;
  const noun = madeBy(action);
  const href = noun === null ? null : `${places[noun]}${created}`;
  const name = say.made[noun ?? 'number'](created);
  return <p>{say.madeBy(href === null ? <>{name}</> : <a href={href}>{name}</a>)}</p>;
}

function Stages({ story: { proposal, nowMs } }: { story: ProposalStory }) {
  const say = texts().proposal.stages;
  const stages = [
    { name: say.made, atMs: proposal.createdAtMs },
    { name: say.ends, atMs: proposal.votingEndsMs },
    { name: say.timelock, atMs: proposal.executableAtMs },
    ...(proposal.status === 'executed' ? [] : [{ name: say.expires, atMs: proposal.expiresAtMs }]),
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
  const say = texts().proposal;
  const { proposal, nowMs } = story;
  const { id, status } = proposal;
  if (status === 'voting') return <VoteHere story={story} readNow={readNow} />;
  if (status === 'queued' && nowMs < proposal.executableAtMs) {
    return (
      <>
        <p>{say.inTimelock(formatSpan(proposal.executableAtMs - nowMs))}</p>
        <CancelHere story={story} readNow={readNow} />
      </>
    );
  }
  if (status === 'queued') {
    return (
      <>
        <p>
          {say.ready} {say.readyUntil(formatSpan(proposal.expiresAtMs - nowMs))}
        </p>
        <ExecuteHere id={id} readNow={readNow} />
      </>
    );
  }
  if ((status === 'rejected' || status === 'expired') && proposal.bond === 'held') {
    return (
      <>
        <p>{say.settle[status]}</p>
        <ExecuteHere id={id} readNow={readNow} />
      </>
    );
  }
  return <p>{say.over(texts().states[status])}</p>;
}
