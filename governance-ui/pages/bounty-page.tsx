/** One bounty: what is asked for, how far it is, and what the connected account can do in it now. */
import { useMemo } from 'preact/hooks';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { BountyDesk, type BountyStanding } from '../bounty/bounty-desk.js';
import { SealedKeep } from '../bounty/sealed-keep.js';
import { Badge } from '../parts/badge.js';
import { BountyActs } from '../parts/bounty-acts.js';
import { DigestText } from '../parts/digest.js';
import { useDoor } from '../parts/door-context.js';
import { Live } from '../parts/live.js';
import { Near } from '../parts/near.js';
import { Paged } from '../parts/paged.js';
import { usePurse } from '../parts/purse-context.js';
import { useReading } from '../parts/use-reading.js';
import type { BlobAnswer } from '../reading/blob-json.js';
import { texts } from '../texts/language.js';
import { groupThousands } from '../words/amounts.js';
import { explainBounty, explainPhase } from '../words/bounties.js';
import { hashOf } from './route.js';

interface Story extends BountyStanding {
  readonly instructions: BlobAnswer<string>;
}

const instructionsCharsMax = 20_000;

/** The desk of the connected account in a bounty; without one it only reads. */
function useDesk(bounty: number): BountyDesk {
  const door = useDoor();
  const { accountId } = usePurse();
  return useMemo(() => {
    const { network, contract } = door.client;
    const keep =
      accountId === null
        ? null
        : new SealedKeep(localStorage, {
            ...{ network: network.name, contract, bounty, account: accountId },
          });
    return new BountyDesk({ client: door.client, bounty, account: accountId, keep });
  }, [door, bounty, accountId]);
}

export function BountyPage({ id }: { id: number }) {
  const { blobs } = useDoor();
  const { accountId } = usePurse();
  const say = texts().data;
  const desk = useDesk(id);
  const read = async (): Promise<Story | null> => {
    const standing = await desk.read();
    if (!standing) return null;
    const digest = standing.view.terms.instructions as Digest;
    return { ...standing, instructions: await blobs.read({ digest, as: 'text', parse }) };
  };
  const using = useReading<Story | null>(read, {
    key: `bounty ${id} ${accountId}`,
    everyMs: () => 5_000,
  });
  return (
    <Live title={say.deskOf(id)} using={using} missing={say.noSuchBounty}>
      {(story) => <Sections story={story} readNow={using.readNow} />}
    </Live>
  );
}

function parse(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes).slice(0, instructionsCharsMax);
}

function Sections({ story, readNow }: { story: Story; readNow: () => void }) {
  const say = texts().data;
  const { view } = story;
  const { terms } = view;
  return (
    <>
      <p class="crumbs">
        <a href="#/bounties">{texts().frame.bounties}</a> › {view.id}
      </p>
      <h1>
        {terms.title} <Badge state={view.phase} />
      </h1>
      <p class="lead">{explainBounty(view)}</p>
      <p>{explainPhase(view).now}</p>
      <p class="quiet">
        {say.prices({
          item: <Near yocto={terms.priceYocto} />,
          vote: <Near yocto={terms.reviewFeeYocto} />,
        })}{' '}
        ·{' '}
        <a href={hashOf({ page: 'proposal', id: view.proposal })}>
          {texts().figures.proposal(view.proposal)}
        </a>
        {terms.material === null ? null : (
          <>
            {' '}
            · {say.material}{' '}
            <a href={hashOf({ page: 'dataset', id: terms.material })}>{terms.material}</a>
          </>
        )}
      </p>
      <section aria-labelledby="instructions">
        <h2 id="instructions">{say.instructions}</h2>
        {story.instructions.why === null ? (
          <blockquote>{story.instructions.value}</blockquote>
        ) : (
          <p class="quiet wrap">
            {say.noInstructions} <span lang="en">{story.instructions.why}</span>
          </p>
        )}
        <p class="quiet">
          <DigestText digest={terms.instructions} />
        </p>
      </section>
      <BountyActs standing={story} readNow={readNow} />
      <Batches story={story} />
    </>
  );
}

function Batches({ story: { view, batches, contributors } }: { story: Story }) {
  const say = texts().data;
  if (batches.length === 0) return null;
  const numbered = batches.map((batch, number) => ({ ...batch, number })).reverse();
  return (
    <section aria-labelledby="batches">
      <h2 id="batches">{say.batches}</h2>
      <p class="quiet">{say.batchesAre}</p>
      <Paged items={numbered} label={say.pagesOfBatches}>
        {(some) => (
          <div class="scroll" tabIndex={0} role="region" aria-label={say.batchesTable}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{say.batches}</th>
                  <th scope="col">{say.by}</th>
                  <th scope="col" class="number">
                    {say.items}
                  </th>
                  <th scope="col" class="number">
                    {say.judged}
                  </th>
                  <th scope="col" class="number">
                    {say.acceptedItems}
                  </th>
                </tr>
              </thead>
              <tbody>
                {some.map(({ number, contributor, items, reviews, outcome }) => {
                  const by = contributors[contributor]?.account ?? '–';
                  const opened = reviews.filter(({ votes }) => votes !== null).length;
                  return (
                    <tr key={number}>
                      <th scope="row">{number}</th>
                      <td class="wrap">
                        <a href={hashOf({ page: 'person', account: by })}>{by}</a>
                      </td>
                      <td class="number">
                        {items ? groupThousands(`${items.length}`) : say.sealed}
                      </td>
                      <td class="number">{say.judgedOf({ opened, of: view.terms.reviewers })}</td>
                      <td class="number">
                        {outcome === null ? '–' : outcome.split('1').length - 1}
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        )}
      </Paged>
    </section>
  );
}
