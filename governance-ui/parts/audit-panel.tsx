/** A tab at work as auditor: what it is doing, what it has earned, and how to pause it. */
import { explainWorkFailure, sayEvent } from '../words/audit-work.js';
import { ActNote, useAct } from './use-act.js';
import { Badge } from './badge.js';
import { useBench } from './bench-context.js';
import { Near } from './near.js';
import { texts } from '../texts/language.js';

export function AuditPanel() {
  const { bench, run, stage, status, events, hindrance } = useBench();
  const say = texts().contribute.panel;
  const said = events.map(sayEvent).filter((one): one is string => one !== null);
  return (
    <section class="talk" aria-labelledby="bench">
      <h2 id="bench">
        {say.title(<a href={`#/runs/${run}`}>{say.run(run ?? 0)}</a>)}{' '}
        <StageBadge stage={stage.kind} />
      </h2>
      <div role="status">
        <StageNote />
        {hindrance && stage.kind === 'working' ? (
          <p class="trouble wrap">
            {say.hindered} <span lang="en">{hindrance}</span>
          </p>
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
            {say.pause}
          </button>
          <button
            type="button"
            class="plain"
            disabled={stage.kind !== 'paused'}
            onClick={() => bench.resume()}
          >
            {say.goOn}
          </button>
        </p>
      ) : null}
      {status?.seat ? (
        <p>
          {say.seat({
            seat: status.seat.seat,
            state: texts().states[status.seat.status],
            audits: `${status.seat.auditsRight}`,
            slashed:
              status.seat.slashedYocto > 0n
                ? say.slashed(<Near yocto={status.seat.slashedYocto} />)
                : null,
          })}
        </p>
      ) : null}
      {status && status.sums.length > 0 ? <Earnings /> : null}
      {said.length > 0 ? (
        <>
          <h3>{say.did}</h3>
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
  const say = texts().contribute.panel;
  switch (stage.kind) {
    case 'working': {
      const now = events.map(sayEvent).find((one) => one !== null);
      return <p>{now ?? <Doing text={status?.doing ?? null} />}</p>;
    }
    case 'pausing':
      return <p>{say.pausing}</p>;
    case 'paused':
      return <p>{say.paused}</p>;
    case 'ended':
      return (
        <p>
          {say.done} <span lang="en">{stage.because}</span>
        </p>
      );
    case 'failed': {
      const { title, remedy } = explainWorkFailure(stage.why);
      return (
        <div class="trouble">
          <h3>{title}</h3>
          <p>{remedy}</p>
          <p class="quiet wrap" lang="en">
            {stage.why}
          </p>
        </div>
      );
    }
    default:
      return null;
  }
}

/** What the worker says of itself is English. */
function Doing({ text }: { text: string | null }) {
  return text === null ? <>{texts().contribute.panel.loading}</> : <span lang="en">{text}</span>;
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
  const say = texts().contribute.panel;
  const act = useAct();
  const claimable = status!.sums.find(({ name }) => name === 'to claim')?.yocto ?? 0n;
  const shown = status!.sums.filter(({ name }) => !['pending', 'submitted'].includes(name));
  return (
    <>
      <h3>{say.earnings}</h3>
      <dl class="terms">
        {shown.map(({ name, yocto, formula }) => (
          <div key={name}>
            <dt>{say.sums[name]}</dt>
            <dd>
              <b>
                <Near yocto={yocto} />
              </b>{' '}
              <span class="quiet" lang="en">
                {formula}
              </span>
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
          {say.claim(<Near yocto={claimable} />)}
        </button>
      </p>
      <div role="status">
        <ActNote stage={act.stage} what={say.claiming} />
      </div>
    </>
  );
}
