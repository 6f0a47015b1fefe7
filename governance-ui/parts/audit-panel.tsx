/** A tab at work as auditor: what it is doing, what it has earned, and how to pause it. */
import { explainWorkFailure, sayEvent } from '../words/audit-work.js';
import { ActNote, useAct } from './use-act.js';
import { Badge } from './badge.js';
import { useBench } from './bench-context.js';
import { Near } from './near.js';

export function AuditPanel() {
  const { bench, run, stage, status, events, hindrance } = useBench();
  const said = events.map(sayEvent).filter((one): one is string => one !== null);
  return (
    <section class="talk" aria-labelledby="bench">
      <h2 id="bench">
        This tab in <a href={`#/runs/${run}`}>run {run}</a> <StageBadge stage={stage.kind} />
      </h2>
      <div role="status">
        <StageNote />
        {hindrance && stage.kind === 'working' ? (
          <p class="trouble wrap">It is hindered, waits and goes on by itself: {hindrance}</p>
        ) : null}
      </div>
      {stage.kind === 'working' || stage.kind === 'pausing' || stage.kind === 'paused' ? (
        <p class="buttons">
          <button
            type="button"
            class="plain"
            disabled={stage.kind !== 'working'}
            onClick={() => bench.pause()}
          >
            Pause
          </button>
          <button
            type="button"
            class="plain"
            disabled={stage.kind !== 'paused'}
            onClick={() => bench.resume()}
          >
            Go on
          </button>
        </p>
      ) : null}
      {status?.seat ? (
        <p>
          Seat {status.seat.seat}, {status.seat.status}: {status.seat.auditsRight} audits right
          {status.seat.slashedYocto > 0n ? (
            <>
              , <Near yocto={status.seat.slashedYocto} /> slashed
            </>
          ) : null}
          .
        </p>
      ) : null}
      {status && status.sums.length > 0 ? <Earnings /> : null}
      {said.length > 0 ? (
        <>
          <h3>What it did</h3>
          <ol class="events" reversed>
            {said.slice(0, 12).map((text, index) => (
              <li key={`${said.length - index} ${text}`}>{text}</li>
            ))}
          </ol>
        </>
      ) : null}
    </section>
  );
}

function StageNote() {
  const { stage, status, events } = useBench();
  switch (stage.kind) {
    case 'working': {
      const now = events.map(sayEvent).find((one) => one !== null);
      return <p>{now ?? status?.doing ?? 'It loads the engine and the run…'}</p>;
    }
    case 'pausing':
      return <p>It finishes what it is doing, then pauses.</p>;
    case 'paused':
      return (
        <p>
          Paused. An audit that is drawn for it now waits until its deadline, and whoever stays away
          longer loses the seat: go on in time.
        </p>
      );
    case 'ended':
      return <p>It is done: {stage.because}.</p>;
    case 'failed': {
      const { title, remedy } = explainWorkFailure(stage.why);
      return (
        <div class="trouble">
          <h3>{title}</h3>
          <p>{remedy}</p>
          <p class="quiet wrap">{stage.why}</p>
        </div>
      );
    }
    default:
      return null;
  }
}

const badges: Readonly<Record<string, string>> = {
  working: 'running',
  pausing: 'paused',
  paused: 'paused',
  ended: 'completed',
  failed: 'failed',
};

function StageBadge({ stage }: { stage: string }) {
  const state = badges[stage];
  return state ? <Badge state={state} /> : null;
}

function Earnings() {
  const { status } = useBench();
  const act = useAct();
  const claimable = status!.sums.find(({ name }) => name === 'to claim')?.yocto ?? 0n;
  const shown = status!.sums.filter(({ name }) => !['pending', 'submitted'].includes(name));
  return (
    <>
      <h3>Earnings</h3>
      <dl class="terms">
        {shown.map(({ name, yocto, formula }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <b>
                <Near yocto={yocto} />
              </b>{' '}
              <span class="quiet">{formula}</span>
            </dd>
          </div>
        ))}
      </dl>
      <p class="buttons">
        <button
          type="button"
          class="plain"
          disabled={claimable === 0n || act.busy}
          onClick={() => void act.run((client) => client.claim())}
        >
          Claim <Near yocto={claimable} />
        </button>
      </p>
      <div role="status">
        <ActNote stage={act.stage} what="Claiming" />
      </div>
    </>
  );
}
