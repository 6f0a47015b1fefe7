/** All runs, proposals or releases, newest first. */
import { readOverview, type Overview } from '../reading/overview.js';
import { newestMax } from '../reading/door.js';
import { useDoor } from '../parts/door-context.js';
import { Live } from '../parts/live.js';
import { ProposalList, ReleaseList, RunList } from '../parts/lists.js';
import { useReading } from '../parts/use-reading.js';

const titles = { runs: 'Runs', proposals: 'Proposals', releases: 'Releases' } as const;

export function ListPage({ list }: { list: keyof typeof titles }) {
  const { client } = useDoor();
  const using = useReading<Overview | null>(() => readOverview(client), {
    key: 'overview',
    everyMs: () => 3_000,
  });
  return (
    <Live title={titles[list]} using={using}>
      {(it) => (
        <>
          <h1>{titles[list]}</h1>
          {list === 'runs' ? <RunList heading="h2" runs={it.runs.slice(0, newestMax)} /> : null}
          {list === 'proposals' ? (
            <ProposalList
              heading="h2"
              proposals={it.proposals.slice(0, newestMax)}
              nowMs={it.nowMs}
            />
          ) : null}
          {list === 'releases' ? (
            <ReleaseList heading="h2" releases={it.releases.slice(0, newestMax)} nowMs={it.nowMs} />
          ) : null}
          {it[list].length > newestMax ? (
            <p class="quiet">The newest {newestMax}; the command line lists all.</p>
          ) : null}
        </>
      )}
    </Live>
  );
}
