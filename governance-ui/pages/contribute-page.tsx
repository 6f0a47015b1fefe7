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
import { formatFixed } from '../words/amounts.js';
import { useReading } from '../parts/use-reading.js';
import { texts } from '../texts/language.js';
import { walletLink } from '../parts/wallet-link.js';

export function ContributePage() {
  const door = useDoor();
  const { accountId } = usePurse();
  const reader = useMemo(() => new PlacesReader(door.client), [door]);
  const using = useReading<Places | null>(() => reader.read(accountId), {
    key: `places ${accountId}`,
    everyMs: () => 3_000,
  });
  return (
    <Live title={texts().contribute.title} using={using}>
      {(places) => <Sections places={places} />}
    </Live>
  );
}

function Sections({ places }: { places: Places }) {
  const { stage, run } = useBench();
  const say = texts().contribute;
  const atWork = !['idle', 'testing', 'tested'].includes(stage.kind);
  // What failed or has ended can be begun again.
  const taken = ['working', 'pausing', 'paused'].includes(stage.kind);
  const others = places.candidates.filter((one) => !taken || one.run.id !== run);
  return (
    <>
      <h1>{say.heading}</h1>
      <p class="lead">{say.lead}</p>
      {atWork ? <AuditPanel /> : null}
      <section aria-labelledby="places">
        <h2 id="places">{taken ? say.others : say.runs}</h2>
        {others.length === 0 ? (
          <>
            <p class="quiet">{taken ? say.noOther : say.noRun}</p>
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
        {say.ownMachine((text) => (
          <a href="#/runs">{text}</a>
        ))}
      </p>
    </>
  );
}

function Offer({ candidate, places }: { candidate: Candidate; places: Places }) {
  const { run } = candidate;
  const say = texts().contribute;
  const { accountId } = usePurse();
  const { bench, stage, run: benchRun } = useBench();
  const place = placeFor(candidate, { account: accountId, balanceYocto: places.balanceYocto });
  const mine = benchRun === run.id ? stage : null;
  const busy = ['testing', 'working', 'pausing'].includes(stage.kind);
  return (
    <>
      <h3>
        <a href={`#/runs/${run.id}`}>{say.run(run.id)}</a>
      </h3>
      <RunProgress run={run} />
      <p class="quiet">
        {say.terms({
          fee: <Near yocto={run.terms.auditFeeYocto} />,
          stake: <Near yocto={run.terms.stakeYocto} />,
        })}
      </p>
      {place.kind === 'none' ? <p>{place.why}</p> : null}
      {place.kind === 'mine' ? (
        <p>{say.mine({ account: accountId!, seat: place.seat.seat })}</p>
      ) : null}
      {place.kind === 'none' ? null : (
        <>
          <p class="buttons">
            <button type="button" class="plain" disabled={busy} onClick={() => bench.test(run.id)}>
              {say.test(run.id)}
            </button>
          </p>
          <div role="status">
            {mine?.kind === 'testing' ? <p class="quiet">{say.testing}</p> : null}
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
      {texts().contribute.prospects({
        needed: formatFixed(it.neededSeconds, 1),
        given: formatFixed(it.givenSeconds, 0),
        pay: <Near yocto={it.payYocto} />,
        fees: <Near yocto={it.feesYocto} />,
        net: <Near yocto={it.netYocto} />,
        rounds: `${it.rounds}`,
        stake: <Near yocto={it.stakeYocto} />,
      })}
    </p>
  );
}

function Join({ candidate: { run }, isMine }: { candidate: Candidate; isMine: boolean }) {
  const { accountId } = usePurse();
  const { bench, stage } = useBench();
  const act = useAct();
  const say = texts().contribute;
  if (accountId === null) {
    return <p>{say.connect(walletLink)}</p>;
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
          {isMine ? say.goOnAs(accountId) : say.joinAs({ run: run.id, account: accountId })}
        </button>
      </p>
      <div role="status">
        <ActNote stage={act.stage} what={say.joining} />
      </div>
    </>
  );
}
