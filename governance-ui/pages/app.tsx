/** The frame around every page: where one is, where one can go, and what it all is read from. */
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { addressOf } from '../engine/address.js';
import { AuditBench } from '../engine/audit-bench.js';
import { BenchContext, useBench } from '../parts/bench-context.js';
import { PurseProvider, usePurse } from '../parts/purse-context.js';
import type { Door } from '../reading/door.js';
import { openDoor } from '../reading/door.js';
import { DoorContext } from '../parts/door-context.js';
import { Announcer } from '../parts/copying.js';
import { LanguageSwitch, useLanguage } from '../parts/language-switch.js';
import { Trouble } from '../parts/trouble.js';
import { useReading } from '../parts/use-reading.js';
import { texts } from '../texts/language.js';
import type { Texts } from '../texts/texts.js';
import { ChosenNote } from '../parts/chosen-note.js';
import { Late } from '../parts/late.js';
import { ContributePage } from './contribute-page.js';
import { WalletPage } from './wallet-page.js';
import { BountiesPage } from './bounties-page.js';
import { BountyPage } from './bounty-page.js';
import { DatasetPage } from './dataset-page.js';
import { DatasetsPage } from './datasets-page.js';
import { LineagePage } from './lineage-page.js';
import { OverviewPage } from './overview-page.js';
import { PeoplePage } from './people-page.js';
import { PersonPage } from './person-page.js';
import { ListPage } from './list-page.js';
import { ProposalPage } from './proposal-page.js';
import { ProposePage } from './propose-page.js';
import { ReleasePage } from './release-page.js';
import { parseRoute, type Route } from './route.js';
import { RunPage } from './run-page.js';

const places = [
  { hash: '#/', name: 'overview', pages: ['overview'] },
  { hash: '#/runs', name: 'runs', pages: ['runs', 'run', 'rounds'] },
  { hash: '#/datasets', name: 'datasets', pages: ['datasets', 'dataset'] },
  { hash: '#/lineage', name: 'lineage', pages: ['lineage'] },
  { hash: '#/bounties', name: 'bounties', pages: ['bounties', 'bounty'] },
  { hash: '#/proposals', name: 'proposals', pages: ['proposals', 'proposal', 'propose'] },
  { hash: '#/releases', name: 'releases', pages: ['releases', 'release'] },
  { hash: '#/people', name: 'people', pages: ['people', 'person'] },
  { hash: '#/contribute', name: 'contribute', pages: ['contribute'] },
] as const satisfies readonly { hash: string; name: keyof Texts['frame']; pages: string[] }[];

export function App() {
  useLanguage();
  const say = texts().frame;
  const route = useRoute();
  const opening = useReading<Door>(() => openDoor(document.baseURI, localStorage), {
    key: 'door',
    everyMs: () => null,
  });
  const main = useFocusOnArrival(location.hash);
  const door = opening.reading.value;
  const frame = (
    <>
      <a class="skip" href="#main" onClick={(event) => focusMain(event, main.current)}>
        {say.skip}
      </a>
      <header class="top">
        <a class="brand" href="#/">
          <Mark />
          Commonweights
        </a>
        <nav aria-label={say.pages}>
          <ul>
            {places.map(({ hash, name, pages }) => (
              <li key={hash}>
                <a href={hash} aria-current={isAt(pages, route) ? 'page' : undefined}>
                  {say[name]}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="own">
          {door ? <Own route={route} /> : null}
          <LanguageSwitch />
        </div>
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        {opening.reading.error ? <Trouble {...opening} what={say.networkFile} /> : null}
        {door ? <ChosenNote /> : null}
        {door ? <PageOf route={route} /> : null}
      </main>
      <footer class="bottom">{door ? <Source door={door} /> : null}</footer>
      <Announcer />
    </>
  );
  return door ? <Standing door={door}>{frame}</Standing> : frame;
}

/** What stays while pages come and go: whom one reads from, who signs, what this tab works on. */
function Standing({ door, children }: { door: Door; children: ComponentChildren }) {
  const bench = useMemo(() => new AuditBench(addressOf(door)), [door]);
  return (
    <DoorContext.Provider value={door}>
      <PurseProvider>
        <BenchContext.Provider value={bench}>{children}</BenchContext.Provider>
      </PurseProvider>
    </DoorContext.Provider>
  );
}

/** Who acts, and whether this tab is at work: one look from every page. */
function Own({ route }: { route: Route }) {
  const { accountId } = usePurse();
  const { stage } = useBench();
  return (
    <>
      {stage.kind === 'working' ? (
        <a href="#/contribute">
          <span aria-hidden="true">●</span> {texts().frame.auditing}
        </a>
      ) : null}
      <a href="#/wallet" aria-current={route.page === 'wallet' ? 'page' : undefined}>
        {accountId ?? texts().frame.wallet}
      </a>
    </>
  );
}

function isAt(pages: readonly string[], route: Route): boolean {
  return pages.includes(route.page);
}

function PageOf({ route }: { route: Route }) {
  switch (route.page) {
    case 'overview':
      return <OverviewPage />;
    case 'datasets':
      return <DatasetsPage />;
    case 'dataset':
      return <DatasetPage key={route.id} id={route.id} />;
    case 'bounty':
      return <BountyPage key={route.id} id={route.id} />;
    case 'lineage':
      return <LineagePage />;
    case 'bounties':
      return <BountiesPage />;
    case 'people':
      return <PeoplePage />;
    case 'person':
      return <PersonPage key={route.account} account={route.account} />;
    case 'contribute':
      return <ContributePage />;
    case 'found':
      return (
        <Late load={async () => (await import('./found-page.js')).FoundPage}>
          {(FoundPage) => <FoundPage />}
        </Late>
      );
    case 'wallet':
      return <WalletPage token={route.token} />;
    case 'runs':
    case 'proposals':
    case 'releases':
      return <ListPage key={route.page} list={route.page} />;
    case 'propose':
      return <ProposePage key={route.kind} kind={route.kind} />;
    case 'run':
      return <RunPage key={route.id} id={route.id} last={null} />;
    case 'rounds':
      return <RunPage key={`${route.id} ${route.last}`} id={route.id} last={route.last} />;
    case 'proposal':
      return <ProposalPage key={route.id} id={route.id} />;
    case 'release':
      return <ReleasePage key={route.id} id={route.id} />;
    case 'nowhere':
      return (
        <>
          <h1>{texts().frame.nowhere}</h1>
          <p>
            {texts().frame.nothingAt({
              place: <code>{route.hash}</code>,
              overview: (text) => <a href="#/">{text}</a>,
            })}
          </p>
        </>
      );
  }
}

/** Everything on the page is only as true as these two. */
function Source({ door }: { door: Door }) {
  const { network, contract } = door.client;
  const say = texts().frame;
  return (
    <p>
      {say.source({
        contract: <b>{contract}</b>,
        network: <b>{network.name}</b>,
        node: <span class="address">{network.rpcUrl}</span>,
        registry: <span class="address">{[door.registry, ...door.mirrors].join(', ')}</span>,
      })}
      {texts().common.gap}
      {network.name === 'localnet' ? say.local : null} <a href="#/found">{texts().founding.own}</a>
    </p>
  );
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect x="3" y="3" width="15" height="15" rx="5" />
      <rect x="14" y="14" width="15" height="15" rx="5" />
    </svg>
  );
}

function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return parseRoute(hash);
}

/** Moves the focus where the new page begins, so that a screen reader starts there. */
function useFocusOnArrival(hash: string) {
  const main = useRef<HTMLElement>(null);
  const arrived = useRef(false);
  useEffect(() => {
    if (arrived.current) {
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    arrived.current = true;
  }, [hash]);
  return main;
}

/** `#main` would be taken for a page. */
function focusMain(event: Event, main: HTMLElement | null): void {
  event.preventDefault();
  main?.focus();
}
