/** Every dataset that was registered, newest first, a page at a time. */
import { useMemo, useState } from 'preact/hooks';
import { pageItemsMax } from '@commonweights/dao-contracts/rules/limits.js';
import type { DatasetView } from '@commonweights/dao-contracts/client/views.js';
import { Badge } from '../parts/badge.js';
import { Command } from '../parts/command.js';
import { useDoor } from '../parts/door-context.js';
import { Live } from '../parts/live.js';
import { Pager } from '../parts/paged.js';
import { useReading } from '../parts/use-reading.js';
import { TailReader, type Tail } from '../reading/tail-reader.js';
import { texts } from '../texts/language.js';
import { formatBytes, groupThousands } from '../words/amounts.js';
import { hashOf } from './route.js';

const shown = 50;

export function DatasetsPage() {
  const { client } = useDoor();
  const say = texts().data;
  const [newer, setNewer] = useState(0);
  const tail = useMemo(
    () => new TailReader((page) => client.listDatasets(page), pageItemsMax),
    [client],
  );
  const using = useReading<Tail<DatasetView> | null>(() => tail.read({ limit: shown, newer }), {
    key: `datasets ${newer}`,
    everyMs: () => 5_000,
  });
  return (
    <Live title={say.datasets} using={using}>
      {({ items, count }) => (
        <>
          <h1>{say.datasets}</h1>
          <p class="lead">
            {say.datasetsAre} <a href="#/lineage">{say.lineage}</a>
          </p>
          {count === 0 ? (
            <>
              <p class="quiet">{say.none}</p>
              <Command text="npx commonweights dataset add --help" />
            </>
          ) : (
            <DatasetTable datasets={items} />
          )}
          {count > shown ? (
            <Pager
              label={say.pagesOfDatasets}
              text={say.listed({
                from: groupThousands(`${count - newer}`),
                to: groupThousands(`${count - newer - items.length + 1}`),
                count: groupThousands(`${count}`),
              })}
              names={{ back: say.newer, forth: say.older }}
              back={newer > 0 ? () => setNewer(Math.max(0, newer - shown)) : null}
              forth={newer + items.length < count ? () => setNewer(newer + shown) : null}
            />
          ) : null}
        </>
      )}
    </Live>
  );
}

function DatasetTable({ datasets }: { datasets: readonly DatasetView[] }) {
  const say = texts().data;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={say.datasets}>
      <table>
        <thead>
          <tr>
            <th scope="col">{say.dataset}</th>
            <th scope="col">{say.status}</th>
            <th scope="col">{say.licence}</th>
            <th scope="col" class="number">
              {say.size}
            </th>
            <th scope="col">{say.parents}</th>
          </tr>
        </thead>
        <tbody>
          {datasets.map((it) => (
            <tr key={it.id}>
              <th scope="row" class="wrap">
                <a href={hashOf({ page: 'dataset', id: it.id })}>{it.id}</a>
                <br />
                <span class="quiet">{it.title}</span>
              </th>
              <td>
                <Badge state={it.status} />
                {it.approved ? (
                  <>
                    {' '}
                    <span class="quiet" title={say.approvedIs}>
                      {say.approved}
                    </span>
                  </>
                ) : null}
              </td>
              <td>{it.licenceConcluded}</td>
              <td class="number">
                {say.sizeOf({
                  items: groupThousands(`${it.items}`),
                  bytes: formatBytes(it.bytes),
                })}
              </td>
              <td class="wrap">
                {it.parents.map(({ dataset }, index) => (
                  <>
                    {index > 0 ? ', ' : ''}
                    <a href={hashOf({ page: 'dataset', id: dataset })}>{dataset}</a>
                  </>
                ))}
                {it.parents.length === 0 ? '–' : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
