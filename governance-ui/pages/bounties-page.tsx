/** What the DAO pays for data: open bounties first, and how to take part. */
import { useMemo } from 'preact/hooks';
import { pageItemsMax } from '@commonweights/dao-contracts/rules/limits.js';
import type { BountyView } from '@commonweights/dao-contracts/client/views.js';
import { Badge } from '../parts/badge.js';
import { Command } from '../parts/command.js';
import { DaoCommand } from '../parts/dao-command.js';
import { DigestText } from '../parts/digest.js';
import { useDoor } from '../parts/door-context.js';
import { Live } from '../parts/live.js';
import { Near } from '../parts/near.js';
import { useReading } from '../parts/use-reading.js';
import { TailReader } from '../reading/tail-reader.js';
import { newestMax } from '../reading/door.js';
import { groupThousands } from '../words/amounts.js';
import { explainBounty, explainPhase } from '../words/bounties.js';
import { texts } from '../texts/language.js';

export function BountiesPage() {
  const { client } = useDoor();
  const tail = useMemo(
    () => new TailReader((page) => client.listBounties(page), pageItemsMax),
    [client],
  );
  const using = useReading<readonly BountyView[]>(
    async () => (await tail.read({ limit: newestMax })).items,
    { key: 'bounties', everyMs: () => 5_000 },
  );
  return (
    <Live title={texts().bounties.title} using={using}>
      {(bounties) => (
        <>
          <h1>{texts().bounties.title}</h1>
          <p class="lead">{texts().bounties.lead}</p>
          <BountyList bounties={[...bounties].sort(openFirst)} />
        </>
      )}
    </Live>
  );
}

function openFirst(a: BountyView, b: BountyView): number {
  return Number(a.phase === 'closed') - Number(b.phase === 'closed') || b.id - a.id;
}

function BountyList({ bounties }: { bounties: readonly BountyView[] }) {
  if (bounties.length === 0) {
    return (
      <>
        <p class="quiet">{texts().bounties.none}</p>
        <Command text="npx commonweights bounty propose --help" />
      </>
    );
  }
  return (
    <ul class="cards">
      {bounties.map((bounty) => (
        <li class="card" key={bounty.id}>
          <Bounty bounty={bounty} />
        </li>
      ))}
    </ul>
  );
}

function Bounty({ bounty }: { bounty: BountyView }) {
  const { terms, accepted } = bounty;
  const say = texts().bounties;
  const { now, command } = explainPhase(bounty);
  return (
    <>
      <h2>
        <a href={`#/bounties/${bounty.id}`}>
          {bounty.id} · {terms.title}
        </a>{' '}
        <Badge state={bounty.phase} />
      </h2>
      <p>{explainBounty(bounty)}</p>
      <div class="progress-line">
        <progress
          max={terms.items}
          value={Math.min(accepted, terms.items)}
          aria-label={say.acceptedOf(bounty.id)}
        />
        <span>
          {say.accepted({
            accepted: groupThousands(`${accepted}`),
            items: groupThousands(`${terms.items}`),
          })}
        </span>
      </div>
      <p>{now}</p>
      <p class="quiet">
        {say.money({
          price: <Near yocto={terms.priceYocto} />,
          fee: <Near yocto={terms.reviewFeeYocto} />,
          paid: <Near yocto={bounty.paidYocto} />,
          escrow: <Near yocto={bounty.escrowYocto} />,
          proposal: <a href={`#/proposals/${bounty.proposal}`}>{say.proposal(bounty.proposal)}</a>,
          instructions: <DigestText digest={terms.instructions} />,
        })}
      </p>
      {command === null ? null : <DaoCommand words={command} signed />}
    </>
  );
}
