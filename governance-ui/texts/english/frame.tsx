/** What stands around every page. */
import type { ComponentChildren } from 'preact';

export const frame = {
  skip: 'Skip to the content',
  pages: 'Pages',
  overview: 'Overview',
  runs: 'Runs',
  datasets: 'Datasets',
  lineage: 'Lineage',
  bounties: 'Bounties',
  proposals: 'Proposals',
  releases: 'Releases',
  people: 'People',
  contribute: 'Contribute',
  wallet: 'Wallet',
  auditing: 'auditing',
  language: 'Language',
  loading: 'Loading this part of the page…',
  notLoaded: 'This part of the page could not be loaded',
  notLoadedRemedy:
    'The server of the page does not serve all of its files now. This is tried again by itself; if the server is back and this stays, load the page again: what you wrote is kept.',
  again: 'Try again',
  networkFile: 'The network file',
  nowhere: 'There is no such page',
  nothingAt: (it: { place: ComponentChildren; overview: (text: string) => ComponentChildren }) => (
    <>
      Nothing is at {it.place}. {it.overview('Go to the overview')}.
    </>
  ),
  source: (it: {
    contract: ComponentChildren;
    network: ComponentChildren;
    node: ComponentChildren;
    registry: ComponentChildren;
  }) => (
    <>
      Read by this page from contract {it.contract} on {it.network} at {it.node}; blobs from{' '}
      {it.registry}, each checked against its digest.
    </>
  ),
  local: 'A local network has no independent consensus.',
};
