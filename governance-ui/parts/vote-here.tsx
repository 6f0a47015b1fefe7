/** Voting on a proposal, executing it, and cancelling it: with the wallet in use; without one, by a command. */
import type { BallotView, StandingView } from '@commonweights/dao-contracts/client/views.js';
import { payingIfAsked } from '@commonweights/dao-contracts/client/storage-deposit.js';
import type { ProposalStory } from '../reading/proposal.js';
import { texts } from '../texts/language.js';
import { formatBps, groupThousands, parseWeight, shareBps } from '../words/amounts.js';
import { formatUtc } from '../words/times.js';
import { ActNote, useAct } from './use-act.js';
import { DaoCommand } from './dao-command.js';
import { useDoor } from './door-context.js';
import { usePurse } from './purse-context.js';
import { useReading } from './use-reading.js';
import { walletLink } from './wallet-link.js';

/** What an account has to do with a proposal. */
interface Part {
  readonly ballot: BallotView;
  readonly standing: StandingView;
}

interface Shown {
  readonly story: ProposalStory;
  readonly readNow: () => void;
}

const choices = ['yes', 'no', 'abstain'] as const;

export function VoteHere({ story, readNow }: Shown) {
  const say = texts().proposal.here;
  const { accountId } = usePurse();
  const { id } = story.proposal;
  return (
    <>
      {accountId === null ? (
        <p>{say.connect(walletLink)}</p>
      ) : story.digestHolds ? (
        <Ballot key={accountId} story={story} account={accountId} readNow={readNow} />
      ) : (
        <p class="trouble">{say.wrongDigest}</p>
      )}
      <DaoCommand words={`proposal vote ${id} yes`} signed />
    </>
  );
}

function Ballot(it: Shown & { account: string }) {
  const { story, account } = it;
  const { proposal } = story;
  const { client } = useDoor();
  const say = texts().proposal.here;
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
      {part ? <Weight part={part} story={story} /> : null}
      <p class="buttons" role="group" aria-label={say.as(account)}>
        {choices.map((choice) => (
          <button
            key={choice}
            type="button"
            class="plain"
            disabled={act.busy || (part?.ballot.choice ?? null) !== null}
            onClick={() => void vote(choice)}
          >
            {say.choose[choice]}
          </button>
        ))}
      </p>
      <div role="status">
        <ActNote stage={act.stage} what={say.your} />
      </div>
    </>
  );
}

/** What the account's vote counts, or what is known of that before it is cast. */
function Weight({ part, story: { proposal } }: { part: Part; story: ProposalStory }) {
  const say = texts().proposal.here;
  const { ballot, standing } = part;
  const { account } = ballot;
  if (ballot.choice !== null) {
    const share = formatBps(
      shareBps(parseWeight(ballot.weight), parseWeight(proposal.totalWeight)),
    );
    const of = parseWeight(ballot.delegated) > 0n ? say.ofOthers(ballot.delegated) : '';
    return <p>{say.voted[ballot.choice]({ account, weight: ballot.weight, share, of })}</p>;
  }
  const weight = parseWeight(standing.weight) + parseWeight(standing.delegated);
  if (weight === 0n && !standing.reputation) return <p>{say.noWeight(account)}</p>;
  const of = standing.delegated === '0' ? '' : say.ofOthers(standing.delegated);
  const it = { account, weight: groupThousands(`${weight}`), of };
  return (
    <>
      <p>
        {/* What nobody changed since the weights were taken is what counts. */}
        {standing.atMs <= proposal.snapshotMs && !standing.reputation
          ? say.weighsExactly(it)
          : say.weighs(it)}{' '}
        {standing.delegate === null ? null : say.delegated({ account, to: standing.delegate })}
      </p>
      <p class="quiet">{say.snapshot(formatUtc(proposal.snapshotMs))}</p>
    </>
  );
}

export function ExecuteHere({ id, readNow }: { id: number; readNow: () => void }) {
  const say = texts().proposal.here;
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
              {say.execute(accountId)}
            </button>
          </p>
          <div role="status">
            <ActNote stage={act.stage} what={say.executing} />
          </div>
        </>
      )}
      <DaoCommand words={`proposal execute ${id}`} signed />
    </>
  );
}

/** While it waits in the timelock: who may cancel it, why nobody else, and doing so. */
export function CancelHere({ story, readNow }: Shown) {
  const say = texts().proposal.here;
  const { accountId } = usePurse();
  const act = useAct();
  const { proposal, policy, nowMs } = story;
  const { guardian, guardianUntilMs } = policy;
  if (guardian === null) return <p class="quiet">{say.guardianNone}</p>;
  if (nowMs >= guardianUntilMs) return <p class="quiet">{say.guardianOver(guardian)}</p>;
  if (proposal.action.kind === 'set-guardian') return <p class="quiet">{say.guardianItself}</p>;
  const cancel = async () => {
    const what = { proposal: proposal.id };
    await act.run((client) => payingIfAsked(what, (paid) => client.cancel({ ...what, ...paid })));
    readNow();
  };
  return (
    <>
      <p class="quiet">
        {say.guardianMay({ guardian, until: formatUtc(guardianUntilMs) })}{' '}
        {accountId !== null && accountId !== guardian ? say.notGuardian(accountId) : null}
      </p>
      {accountId === guardian ? (
        <>
          <p class="buttons">
            <button type="button" class="plain" disabled={act.busy} onClick={() => void cancel()}>
              {say.cancel(accountId)}
            </button>
          </p>
          <div role="status">
            <ActNote stage={act.stage} what={say.cancelling} />
          </div>
        </>
      ) : null}
    </>
  );
}
