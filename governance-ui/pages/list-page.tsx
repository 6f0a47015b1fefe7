/** All runs, proposals or releases, newest first, a page at a time. */
import { useEffect, useState } from 'preact/hooks';
import { listPageItems, type ListName, type ListPart } from '../reading/overview.js';
import { useDoor } from '../parts/door-context.js';
import { Live } from '../parts/live.js';
import { ProposalList, ReleaseList, RunList } from '../parts/lists.js';
import { useReading } from '../parts/use-reading.js';
import { texts } from '../texts/language.js';
import { groupThousands } from '../words/amounts.js';
import { FilteredProposals, noFilter, ProposalFilters } from './proposal-filters.js';

export function ListPage({ list }: { list: ListName }) {
  const { overview } = useDoor();
  const [newer, setNewer] = useState(0);
  const [filter, setFilter] = useState(noFilter);
  const using = useReading<ListPart | null>(() => overview.page(list, newer), {
    key: `${list} ${newer}`,
    everyMs: () => 3_000,
  });
  useEffect(() => scrollTo(0, 0), [newer]);
  const title = texts().frame[list];
  const filtered = list === 'proposals' && filter !== noFilter;
  return (
    <Live title={title} using={using}>
      {(part) => (
        <>
          <h1>{title}</h1>
          {list === 'proposals' ? (
            <>
              <p>
                <a href="#/propose">{texts().create.title}</a>
              </p>
              <ProposalFilters filter={filter} onFilter={setFilter} />
            </>
          ) : null}
          {filtered ? (
            <FilteredProposals filter={filter} nowMs={part.nowMs} />
          ) : (
            <>
              <Entries part={part} />
              {part.count > listPageItems ? (
                <Pager count={part.count} newer={newer} onTurn={setNewer} />
              ) : null}
            </>
          )}
        </>
      )}
    </Live>
  );
}

function Entries({ part }: { part: ListPart }) {
  switch (part.list) {
    case 'runs':
      return <RunList heading="h2" runs={part.items} />;
    case 'proposals':
      return <ProposalList heading="h2" proposals={part.items} nowMs={part.nowMs} />;
    case 'releases':
      return <ReleaseList heading="h2" releases={part.items} nowMs={part.nowMs} />;
  }
}

function Pager(it: { count: number; newer: number; onTurn: (newer: number) => void }) {
  const say = texts().lists;
  const { count, newer, onTurn } = it;
  const last = Math.max(1, count - newer - listPageItems + 1);
  return (
    <nav class="buttons" aria-label={say.pages}>
      <button
        type="button"
        class="plain"
        disabled={newer === 0}
        onClick={() => onTurn(Math.max(0, newer - listPageItems))}
      >
        {say.newer}
      </button>
      <span class="quiet">
        {say.range({
          from: groupThousands(`${count - newer}`),
          to: groupThousands(`${last}`),
          count: groupThousands(`${count}`),
        })}
      </span>
      <button
        type="button"
        class="plain"
        disabled={last === 1}
        onClick={() => onTurn(newer + listPageItems)}
      >
        {say.older}
      </button>
    </nav>
  );
}
