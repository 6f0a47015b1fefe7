/** Contribute from this tab: audit other people's work, and be paid for it. */
import { placeFor, tabWorker, type Candidate } from '../reading/audit-place.js';
import { useMemo } from 'preact/hooks';
import { PlacesReader, type Places } from '../reading/contribute.js';
import { grantWorkerKey } from '../wallet/worker-key.js';
import { ActNote, useAct } from '../parts/use-act.js';
import { AuditPanel } from '../parts/audit-panel.js';
import { useBench } from '../parts/bench-context.js';
import { Command } from '../parts/command.js';
import { useDoor } from '../parts/door-context.js';
import { Live } from '../parts/live.js';
import { RunProgress } from '../parts/lists.js';
import { Near } from '../parts/near.js';
import { usePurse } from '../parts/purse-context.js';
import { useReading } from '../parts/use-reading.js';

export function ContributePage() {
  const door = useDoor();
  const { accountId } = usePurse();
  const reader = useMemo(() => new PlacesReader(door.client), [door]);
  const using = useReading<Places | null>(() => reader.read(accountId), {
    key: `places ${accountId}`,
    everyMs: () => 3_000,
  });
  return (
    <Live title="Contribute" using={using}>
      {(places) => <Sections places={places} />}
    </Live>
  );
}

function Sections({ places }: { places: Places }) {
  const { stage, run } = useBench();
  const atWork = !['idle', 'testing', 'tested'].includes(stage.kind);
  // What failed or has ended can be begun again.
  const taken = ['working', 'pausing', 'paused'].includes(stage.kind);
  const others = places.candidates.filter((one) => !taken || one.run.id !== run);
  return (
    <>
      <h1>Contribute from this tab</h1>
      <p class="lead">
        Trainers are paid for work that survived an audit, and auditors for the audits. This tab can
        be one: it computes pieces of other people’s work again, on the same engine, and says what
        it found.
      </p>
      {atWork ? <AuditPanel /> : null}
      <section aria-labelledby="places">
        <h2 id="places">{taken ? 'Other runs' : 'Runs'}</h2>
        {others.length === 0 ? (
          <>
            <p class="quiet">
              {taken
                ? 'No other run is going on.'
                : 'No run is going on, so nobody wants an auditor. One begins as a proposal:'}
            </p>
            {taken ? null : <Command text="npx commonweights run propose --help" />}
          </>
        ) : (
          <ul class="cards">
            {others.map((candidate) => (
              <li class="card" key={candidate.run.id}>
                <Offer candidate={candidate} places={places} />
              </li>
            ))}
          </ul>
        )}
      </section>
      <p class="quiet">
        To train, or to audit larger models, use a machine of your own:{' '}
        <a href="#/runs">each run</a> shows the command.
      </p>
    </>
  );
}

function Offer({ candidate, places }: { candidate: Candidate; places: Places }) {
  const { run } = candidate;
  const { accountId } = usePurse();
  const { bench, stage, run: benchRun } = useBench();
  const place = placeFor(candidate, { account: accountId, balanceYocto: places.balanceYocto });
  const mine = benchRun === run.id ? stage : null;
  const busy = ['testing', 'working', 'pausing'].includes(stage.kind);
  return (
    <>
      <h3>
        <a href={`#/runs/${run.id}`}>Run {run.id}</a>
      </h3>
      <RunProgress run={run} />
      <p class="quiet">
        <Near yocto={run.terms.auditFeeYocto} /> for an audit ·{' '}
        <Near yocto={run.terms.stakeYocto} /> of stake, lost for audits that a jury finds wrong
      </p>
      {place.kind === 'none' ? <p>{place.why}</p> : null}
      {place.kind === 'mine' ? (
        <p>
          {accountId} has seat {place.seat.seat} in it, for a tab: a stake hangs on its being there.
        </p>
      ) : null}
      {place.kind === 'none' ? null : (
        <>
          <p class="buttons">
            <button type="button" class="plain" disabled={busy} onClick={() => bench.test(run.id)}>
              Test this tab for run {run.id}
            </button>
          </p>
          <div role="status">
            {mine?.kind === 'testing' ? (
              <p class="quiet">Loading the engine and the run, and taking some steps twice…</p>
            ) : null}
            {mine?.kind === 'tested' ? <Prospects prospects={mine.prospects} /> : null}
          </div>
          {mine?.kind === 'tested' || place.kind === 'mine' ? (
            <Join candidate={candidate} isMine={place.kind === 'mine'} />
          ) : null}
        </>
      )}
    </>
  );
}

type Tested = Extract<ReturnType<typeof useBench>['stage'], { kind: 'tested' }>;

function Prospects({ prospects: it }: Pick<Tested, 'prospects'>) {
  return (
    <p>
      It can: an audit takes it about {it.neededSeconds.toFixed(1)} s of the{' '}
      {it.givenSeconds.toFixed(0)} s given. A round would bring about <Near yocto={it.payYocto} />,
      less <Near yocto={it.feesYocto} /> of fees: <Near yocto={it.netYocto} /> over the {it.rounds}{' '}
      rounds to come. It stakes <Near yocto={it.stakeYocto} /> until the run ends.
    </p>
  );
}

function Join({ candidate: { run }, isMine }: { candidate: Candidate; isMine: boolean }) {
  const { accountId } = usePurse();
  const { bench, stage } = useBench();
  const act = useAct();
  if (accountId === null) {
    return (
      <p>
        <a href="#/wallet">Connect a wallet</a> to join: it stakes, and gives this tab a key that
        can only work.
      </p>
    );
  }
  const join = () =>
    act.run(async (client) => {
      const key = await grantWorkerKey(client, localStorage);
      if (!isMine) {
        await client.enrol({
          ...{ run: run.id, worker: tabWorker, role: 'auditor' },
          depositYocto: run.terms.stakeYocto,
        });
      }
      bench.work(run.id, key);
    });
  const busy = act.busy || ['testing', 'working', 'pausing'].includes(stage.kind);
  return (
    <>
      <p class="buttons">
        <button type="button" class="plain" disabled={busy} onClick={() => void join()}>
          {isMine ? `Go on as ${accountId}` : `Join run ${run.id} as ${accountId}`}
        </button>
      </p>
      <div role="status">
        <ActNote stage={act.stage} what="Joining" />
      </div>
    </>
  );
}
