/** One dataset: its record and who stands for each part of it, what it earns, who disputes it and why. */
import type { DatasetDisputeView } from '@commonweights/dao-contracts/client/views.js';
import { Badge } from '../parts/badge.js';
import { DaoCommand } from '../parts/dao-command.js';
import { DisputeActs, PublisherActs } from '../parts/dataset-acts.js';
import { DigestText } from '../parts/digest.js';
import { useDoor } from '../parts/door-context.js';
import { EvidenceText } from '../parts/evidence-text.js';
import { Live } from '../parts/live.js';
import { Near } from '../parts/near.js';
import { Paged } from '../parts/paged.js';
import { usePurse } from '../parts/purse-context.js';
import { SharesTable } from '../parts/shares-table.js';
import { ChainTime } from '../parts/time.js';
import { ActNote, useAct } from '../parts/use-act.js';
import { useReading } from '../parts/use-reading.js';
import { readDataset, type DatasetStory, type RunShare } from '../reading/dataset.js';
import { texts } from '../texts/language.js';
import { formatBps, formatBytes, groupThousands } from '../words/amounts.js';
import { hashOf } from './route.js';

export function DatasetPage({ id }: { id: string }) {
  const { client } = useDoor();
  const { accountId } = usePurse();
  const using = useReading<DatasetStory | null>(
    () => readDataset(client, { id, account: accountId }),
    { key: `dataset ${id} ${accountId}`, everyMs: () => 10_000 },
  );
  return (
    <Live title={id} using={using} missing={texts().data.noSuchDataset}>
      {(story) => <Sections story={story} readNow={using.readNow} />}
    </Live>
  );
}

interface Told {
  readonly story: DatasetStory;
}

function Sections({ story, readNow }: Told & { readNow: () => void }) {
  const say = texts().data;
  const { dataset } = story;
  return (
    <>
      <p class="crumbs">
        <a href="#/datasets">{say.datasets}</a> › {dataset.id}
      </p>
      <h1>
        {dataset.id} <Badge state={dataset.status} />
      </h1>
      <p class="lead">{dataset.title}</p>
      <Record story={story} />
      <Disputes story={story} readNow={readNow} />
      <Contributors story={story} />
      <Earnings story={story} readNow={readNow} />
      <section aria-labelledby="opt-out">
        <h2 id="opt-out">{say.optOut}</h2>
        <p class={dataset.optOut === null ? 'quiet' : ''}>
          {dataset.optOut === null
            ? say.noOptOut
            : say.optOutIs(<DigestText digest={dataset.optOut} />)}
        </p>
      </section>
      <PublisherActs story={story} readNow={readNow} />
      <Effects story={story} />
    </>
  );
}

function Record({ story: { dataset, nowMs } }: Told) {
  const say = texts().data;
  const standing = (text: string) => <span class="quiet"> · {text}</span>;
  return (
    <section aria-labelledby="record">
      <h2 id="record">{say.record}</h2>
      <dl class="pairs">
        <dt>{say.size}</dt>
        <dd>
          {say.sizeOf({
            items: groupThousands(`${dataset.items}`),
            bytes: formatBytes(dataset.bytes),
          })}
        </dd>
        <dt>{say.licenceConcluded}</dt>
        <dd>
          <b>{dataset.licenceConcluded}</b>
          {standing(say.concluded)} · {say.evidence} <DigestText digest={dataset.evidence} />
        </dd>
        <dt>{say.licenceDeclared}</dt>
        <dd>
          {dataset.licenceDeclared}
          {standing(say.declared)}
        </dd>
        <dt>{say.source}</dt>
        <dd class="wrap">
          {dataset.source}
          {standing(say.declared)}
        </dd>
        <dt>{say.collected}</dt>
        <dd>
          {dataset.collectedAt}
          {standing(say.declared)}
        </dd>
        <dt>{say.registered}</dt>
        <dd>
          {say.registeredBy({
            who: (
              <a href={hashOf({ page: 'person', account: dataset.publisher })}>
                {dataset.publisher}
              </a>
            ),
            when: <ChainTime atMs={dataset.registeredAtMs} nowMs={nowMs} />,
          })}
        </dd>
        <dt>{say.parents}</dt>
        <dd>
          {dataset.parents.length === 0 ? say.raw : null}
          {dataset.parents.map(({ dataset: parent, transform }, index) => (
            <>
              {index > 0 ? texts().common.and : ''}
              {say.byTransform({
                parent: <a href={hashOf({ page: 'dataset', id: parent })}>{parent}</a>,
                transform: <DigestText digest={transform} />,
              })}
            </>
          ))}
        </dd>
        {dataset.bounty === null ? null : (
          <>
            <dt>{say.ofBounty}</dt>
            <dd>
              <a href={hashOf({ page: 'bounty', id: dataset.bounty })}>
                {say.bounty(dataset.bounty)}
              </a>
            </dd>
          </>
        )}
        <dt>{say.manifest}</dt>
        <dd>
          <DigestText digest={dataset.manifest} />
        </dd>
        <dt>{say.itemsRoot}</dt>
        <dd>
          <DigestText digest={dataset.itemsRoot} />
          {standing(say.itemsRootIs)}
        </dd>
      </dl>
      <p class="quiet">{say.verifyIt}</p>
      <DaoCommand words={`dataset verify ${dataset.id} --reproduce`} />
    </section>
  );
}

function Contributors({ story: { dataset } }: Told) {
  const say = texts().data;
  const { contributors } = dataset;
  return (
    <section aria-labelledby="contributors">
      <h2 id="contributors">{say.contributors}</h2>
      {contributors.length === 0 ? (
        <p class="quiet">{say.noContributors}</p>
      ) : (
        <>
          <p class="quiet">{say.contributorsAre(dataset.approved)}</p>
          <Paged items={contributors} label={say.contributors}>
            {(some) => (
              <SharesTable
                rows={some.map(({ account, weightBps }) => ({ account, shareBps: weightBps }))}
              />
            )}
          </Paged>
        </>
      )}
    </section>
  );
}

function Earnings({ story: { shares, dataset }, readNow }: Told & { readNow: () => void }) {
  const say = texts().data;
  const { accountId } = usePurse();
  return (
    <section aria-labelledby="earns">
      <h2 id="earns">{say.earns}</h2>
      {shares.length === 0 ? (
        <p class="quiet">{say.noShares}</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label={say.earnsTable}>
          <table>
            <thead>
              <tr>
                <th scope="col">{say.run}</th>
                <th scope="col">{say.standing}</th>
                <th scope="col" class="number">
                  {say.share}
                </th>
                <th scope="col" class="number">
                  {say.earned}
                </th>
                <th scope="col" class="number">
                  {say.taken}
                </th>
                {accountId === null ? null : <th scope="col">{say.yours(accountId)}</th>}
              </tr>
            </thead>
            <tbody>
              {shares.map((share) => (
                <tr key={share.run}>
                  <th scope="row">
                    <a href={hashOf({ page: 'run', id: share.run })}>{share.run}</a>
                  </th>
                  <td>{share.standing}</td>
                  <td class="number">{formatBps(share.weightBps)}</td>
                  <td class="number">
                    {say.earnedIs({
                      rounds: groupThousands(`${share.rounds}`),
                      each: <Near yocto={share.perRoundYocto} />,
                      earned: <Near yocto={share.accruedYocto} />,
                    })}
                  </td>
                  <td class="number">
                    <Near yocto={share.takenYocto} />
                  </td>
                  {accountId === null ? null : (
                    <td>
                      <Take share={share} dataset={dataset.id} readNow={readNow} />
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Take(it: { share: RunShare; dataset: string; readNow: () => void }) {
  const say = texts().data;
  const act = useAct();
  const { run, own, standing } = it.share;
  if (!own) return <>–</>;
  const take = async () => {
    await act.run((client) => client.claimDataShare({ run, dataset: it.dataset }));
    it.readNow();
  };
  return (
    <>
      <button
        type="button"
        class="plain"
        disabled={own.dueYocto === 0n || standing !== 'due' || act.busy}
        onClick={() => void take()}
      >
        {say.take(<Near yocto={own.dueYocto} />)}
      </button>
      <div role="status">
        <ActNote stage={act.stage} what={say.taking} />
      </div>
    </>
  );
}

function Disputes({ story, readNow }: Told & { readNow: () => void }) {
  const say = texts().data;
  const { disputes } = story;
  const last = disputes[0];
  return (
    <section aria-labelledby="disputes">
      <h2 id="disputes">{say.disputes}</h2>
      {last === undefined ? <p class="quiet">{say.noDisputes}</p> : null}
      {last ? (
        <Paged items={disputes} label={say.disputes}>
          {(some) => (
            <ul class="audits">
              {some.map((one) => (
                <li key={one.dispute}>
                  <Dispute dispute={one} nowMs={story.nowMs} />
                </li>
              ))}
            </ul>
          )}
        </Paged>
      ) : null}
      {last?.verdict === null ? <p class="quiet">{say.whileOpen}</p> : null}
      <DisputeActs story={story} readNow={readNow} />
    </section>
  );
}

function Dispute({ dispute: it, nowMs }: { dispute: DatasetDisputeView; nowMs: number }) {
  const say = texts().data;
  return (
    <>
      <div class="audit-head">
        <h3>{say.disputeN(it.dispute)}</h3>
        <Badge state={it.verdict ?? 'open'} />
      </div>
      <p>
        {say.disputeBy({
          who: <a href={hashOf({ page: 'person', account: it.by })}>{it.by}</a>,
          when: <ChainTime atMs={it.openedAtMs} nowMs={nowMs} />,
          bond: <Near yocto={it.bondYocto} />,
        })}
        {it.closedAtMs === null ? null : (
          <>; {say.closedAt(<ChainTime atMs={it.closedAtMs} nowMs={nowMs} />)}</>
        )}
      </p>
      <EvidenceText digest={it.evidence} />
    </>
  );
}

function Effects({ story: { effects } }: Told) {
  const say = texts().data;
  const { descendants, liveRuns, releases } = effects;
  const isNothing = descendants.length + liveRuns.length + releases.length === 0;
  return (
    <section aria-labelledby="effects">
      <h2 id="effects">{say.effects}</h2>
      {isNothing ? <p class="quiet">{say.noEffects}</p> : null}
      <dl class="pairs">
        <Linked
          name={say.descendants}
          links={descendants.map((id) => [hashOf({ page: 'dataset', id }), id])}
        />
        <Linked
          name={say.liveRuns}
          links={liveRuns.map((id) => [hashOf({ page: 'run', id }), `${id}`])}
        />
        <Linked
          name={say.releases}
          links={releases.map((it) => [
            hashOf({ page: 'release', id: it.id }),
            `${it.title} ${it.version}`,
          ])}
        />
      </dl>
    </section>
  );
}

/** Anybody can make more of it. */
const linksMax = 30;

function Linked(it: { name: string; links: readonly (readonly [string, string])[] }) {
  if (it.links.length === 0) return null;
  const more = it.links.length - linksMax;
  return (
    <>
      <dt>{it.name}</dt>
      <dd class="wrap">
        {it.links.slice(0, linksMax).map(([hash, text], index) => (
          <>
            {index > 0 ? texts().common.and : ''}
            <a href={hash}>{text}</a>
          </>
        ))}
        {more > 0 ? ` +${groupThousands(`${more}`)}` : null}
      </dd>
    </>
  );
}
