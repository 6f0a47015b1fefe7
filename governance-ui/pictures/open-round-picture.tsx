/** The open round as a table that reads like a diagram: who has done what, who is waited for. */
import { seatName } from '@commonweights/dao-contracts/rules/seat-name.js';
import type { AuditView, RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { Badge } from '../parts/badge.js';
import { DigestText } from '../parts/digest.js';
import { Paged } from '../parts/paged.js';
import { formatSpan } from '../words/times.js';

type OpenRound = NonNullable<RunView['open']>;

const phases = [
  { phase: 'train', acts: 'committed', what: 'train and commit to an update' },
  { phase: 'reveal', acts: 'revealed', what: 'publish the update' },
  { phase: 'certify', acts: 'certified', what: 'say whose updates one could fetch' },
  { phase: 'aggregate', acts: 'submitted', what: 'sum them up, name the new root' },
] as const;

export function OpenRoundPicture(it: {
  run: RunView;
  open: OpenRound;
  seats: readonly SeatView[];
}) {
  const { open, run } = it;
  const current = phases.findIndex(({ phase }) => phase === open.phase);
  const left = open.deadlineMs - run.nowMs;
  return (
    <>
      <p>
        Round {open.round} is in its phase <b>{open.phase}</b>.{' '}
        {left > 0
          ? `It goes on when everybody has acted, at the latest in ${formatSpan(left)} by the chain's clock.`
          : 'Its deadline has passed; anybody may move it on.'}{' '}
        It started from root <DigestText digest={open.startRoot} />.
        {open.localReset ? ' Everybody starts it with empty optimizer state.' : ''}
      </p>
      <Paged items={open.slices} label="Pages of the trainers">
        {(slices) => (
          <div
            class="scroll"
            tabIndex={0}
            role="region"
            aria-label="Who has acted in the open round"
          >
            <table class="phases">
              <thead>
                <tr>
                  <th scope="col">Trainer</th>
                  <th scope="col" class="number">
                    Slice
                  </th>
                  {phases.map(({ phase, what }, index) => (
                    <th
                      scope="col"
                      key={phase}
                      class={index === current ? 'now' : index < current ? 'past' : 'ahead'}
                      aria-current={index === current ? 'step' : undefined}
                    >
                      {phase}
                      <span class="quiet">{what}</span>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {slices.map(({ seat, slice }) => (
                  <tr key={seat}>
                    <th scope="row">
                      <SeatName seat={seat} seats={it.seats} />
                    </th>
                    <td class="number">{slice}</td>
                    {phases.map(({ phase, acts }, index) => {
                      const done = open[acts].includes(seat);
                      return (
                        <td key={phase}>
                          <Cell
                            state={
                              done
                                ? 'done'
                                : index === current
                                  ? 'now'
                                  : index < current
                                    ? 'missed'
                                    : 'ahead'
                            }
                          />
                        </td>
                      );
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Paged>
    </>
  );
}

const cells = {
  done: { sign: '✓', text: 'done' },
  now: { sign: '…', text: 'working' },
  missed: { sign: '–', text: 'not done' },
  ahead: { sign: '·', text: 'later' },
} as const;

function Cell({ state }: { state: keyof typeof cells }) {
  const { sign, text } = cells[state];
  return (
    <span class={`cell ${state}`}>
      <span aria-hidden="true">{sign}</span>{' '}
      {state === 'ahead' ? <span class="hidden">{text}</span> : text}
    </span>
  );
}

export function SeatName({ seat, seats }: { seat: number; seats: readonly SeatView[] }) {
  const who = seats.find((one) => one.seat === seat);
  return (
    <span class="seat">
      <span class="seat-number">{seat}</span> {who ? seatName(who) : 'unknown'}
    </span>
  );
}

const auditSteps = [
  { state: 'material', who: 'worker', what: 'hands over its snapshot' },
  { state: 'answer', who: 'auditor', what: 'repeats the segment' },
  { state: 'opening', who: 'worker', what: 'opens its own result' },
  { state: 'measure', who: 'auditor', what: 'says how far the two are apart' },
  { state: 'uncover', who: 'worker', what: 'says whether it was a decoy' },
  { state: 'disputed', who: 'jury', what: 'repeats it too' },
] as const;

/** Not every audit comes to these. */
const shownOnlyNow: readonly string[] = ['measure', 'uncover', 'disputed'];

export function AuditList(it: { run: RunView; seats: readonly SeatView[] }) {
  const { audits, nowMs } = it.run;
  if (audits.length === 0) {
    return (
      <p class="quiet">No audit is open. They are drawn when a round has a provisional root.</p>
    );
  }
  const sorted = [...audits].sort((a, b) => a.round - b.round || a.seat - b.seat);
  return (
    <Paged items={sorted} label="Pages of the audits">
      {(some) => (
        <ul class="audits">
          {some.map((audit) => (
            <li key={`${audit.round} ${audit.seat} ${audit.segment}`}>
              <div class="audit-head">
                <span>
                  round {audit.round}, segment {audit.segment} of{' '}
                  <SeatName seat={audit.seat} seats={it.seats} />
                </span>
                <span class="quiet">
                  audited by <SeatName seat={audit.auditor} seats={it.seats} />
                </span>
                {audit.state === 'passed' || audit.state === 'failed' ? (
                  <Badge state={audit.state} />
                ) : null}
              </div>
              <AuditSteps audit={audit} nowMs={nowMs} />
            </li>
          ))}
        </ul>
      )}
    </Paged>
  );
}

function AuditSteps({ audit, nowMs }: { audit: AuditView; nowMs: number }) {
  const closed = audit.state === 'passed' || audit.state === 'failed';
  if (closed) return null;
  const at = auditSteps.findIndex(({ state }) => state === audit.state);
  const left = audit.deadlineMs - nowMs;
  return (
    <ol class="steps">
      {auditSteps.map(({ state, who, what }, index) =>
        shownOnlyNow.includes(state) && audit.state !== state ? null : (
          <li
            key={state}
            class={index < at ? 'past' : index === at ? 'now' : 'ahead'}
            aria-current={index === at ? 'step' : undefined}
          >
            {who} {what}
            {index === at ? (
              <span class="quiet"> ({left > 0 ? `${formatSpan(left)} left` : 'overdue'})</span>
            ) : null}
          </li>
        ),
      )}
    </ol>
  );
}
