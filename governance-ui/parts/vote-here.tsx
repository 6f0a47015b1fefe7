/** Voting on a proposal, and executing it, with the wallet in use; without one, by a command. */
import type { BallotView, StandingView } from '@commonweights/dao-contracts/client/views.js';
import { payingIfAsked } from '@commonweights/dao-contracts/client/storage-deposit.js';
import type { ProposalStory } from '../reading/proposal.js';
import { formatBps, parseWeight, shareBps } from '../words/amounts.js';
import { ActNote, useAct } from './use-act.js';
import { DaoCommand } from './dao-command.js';
import { useDoor } from './door-context.js';
import { usePurse } from './purse-context.js';
import { useReading } from './use-reading.js';

/** What an account has to do with a proposal. */
interface Part {
  readonly ballot: BallotView;
  readonly standing: StandingView;
}

const choices = ['yes', 'no', 'abstain'] as const;

export function VoteHere({ story, readNow }: { story: ProposalStory; readNow: () => void }) {
  const { accountId } = usePurse();
  const { id } = story.proposal;
  // Nobody should sign what this page found to be something else than what is shown.
  const mayVote = story.digestHolds;
  return (
    <>
      {accountId === null ? (
        <p>
          Members vote with <a href="#/wallet">a wallet</a> here, or from the command line:
        </p>
      ) : mayVote ? (
        <Ballot key={accountId} story={story} account={accountId} readNow={readNow} />
      ) : null}
      <DaoCommand words={`proposal vote ${id} yes`} signed />
    </>
  );
}

function Ballot(it: { story: ProposalStory; account: string; readNow: () => void }) {
  const { story, account } = it;
  const { proposal } = story;
  const { client } = useDoor();
  const act = useAct();
  const { reading, readNow } = useReading<Part>(
    async () => ({
      ballot: await client.getBallot({ proposal: proposal.id, account }),
      standing: await client.getStanding({ account }),
    }),
    { key: `ballot ${proposal.id} ${account}`, everyMs: () => 5_000 },
  );
  const part = reading.value;
  const vote = async (choice: (typeof choices)[number]) => {
    const what = { proposal: proposal.id, choice, action: proposal.actionDigest };
    await act.run((signing) => payingIfAsked(what, (paid) => signing.vote({ ...what, ...paid })));
    readNow();
    it.readNow();
  };
  return (
    <>
      {part ? <Weight part={part} totalWeight={proposal.totalWeight} /> : null}
      <p class="buttons" role="group" aria-label={`Vote as ${account}`}>
        {choices.map((choice) => (
          <button
            key={choice}
            type="button"
            class="plain"
            disabled={act.busy || (part?.ballot.choice ?? null) !== null}
            onClick={() => void vote(choice)}
          >
            Vote {choice}
          </button>
        ))}
      </p>
      <div role="status">
        <ActNote stage={act.stage} what="Your vote" />
      </div>
    </>
  );
}

function Weight({ part, totalWeight }: { part: Part; totalWeight: string }) {
  const { ballot, standing } = part;
  const { account } = ballot;
  if (ballot.choice !== null) {
    const share = formatBps(shareBps(parseWeight(ballot.weight), parseWeight(totalWeight)));
    const delegated = parseWeight(ballot.delegated);
    return (
      <p>
        {account} voted {ballot.choice} with weight {ballot.weight} ({share})
        {delegated > 0n ? `, ${ballot.delegated} of it from others` : ''}. A vote is final.
      </p>
    );
  }
  const weight = parseWeight(standing.weight) + parseWeight(standing.delegated);
  if (weight === 0n && !standing.reputation) {
    return <p>{account} has no weight in votes now.</p>;
  }
  return (
    <p>
      {account} has not voted. It weighs {`${weight}`} now
      {standing.delegated === '0' ? '' : `, ${standing.delegated} of it from others`}; the least
      that it held from a voting period before the proposal on is what counts.
    </p>
  );
}

export function ExecuteHere({ id, readNow }: { id: number; readNow: () => void }) {
  const { accountId } = usePurse();
  const act = useAct();
  const execute = async () => {
    const what = { proposal: id };
    await act.run((client) => payingIfAsked(what, (paid) => client.execute({ ...what, ...paid })));
    readNow();
  };
  return (
    <>
      {accountId === null ? null : (
        <>
          <p class="buttons">
            <button type="button" class="plain" disabled={act.busy} onClick={() => void execute()}>
              Execute it as {accountId}
            </button>
          </p>
          <div role="status">
            <ActNote stage={act.stage} what="Executing" />
          </div>
        </>
      )}
      <DaoCommand words={`proposal execute ${id}`} signed />
    </>
  );
}
