/** The open round as a table that reads like a diagram: who has done what, who is waited for. */
import { seatName } from '@commonweights/dao-contracts/rules/seat-name.js';
import type { AuditView, RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { Badge } from '../parts/badge.js';
import { DigestText } from '../parts/digest.js';
import { Paged } from '../parts/paged.js';
import { formatSpan } from '../words/times.js';
import { texts } from '../texts/language.js';

type OpenRound = NonNullable<RunView['open']>;

const phases = [
  { phase: 'train', acts: 'committed' },
  { phase: 'reveal', acts: 'revealed' },
  { phase: 'certify', acts: 'certified' },
  { phase: 'aggregate', acts: 'submitted' },
] as const;

export function OpenRoundPicture(it: {
  run: RunView;
  open: OpenRound;
  seats: readonly SeatView[];
}) {
  const { open, run } = it;
  const say = texts().run.round;
  const names = texts().lists.phases;
  const current = phases.findIndex(({ phase }) => phase === open.phase);
  const left = open.deadlineMs - run.nowMs;
  return (
    <>
      <p>
        {say.inPhase({ round: open.round, phase: <b>{names[open.phase]}</b> })}{' '}
        {left > 0 ? say.goesOn(formatSpan(left)) : say.overdue}{' '}
        {say.startedFrom(<DigestText digest={open.startRoot} />)} {open.localReset ? say.reset : ''}
      </p>
      <Paged items={open.slices} label={say.pages}>
        {(slices) => (
          <div class="scroll" tabIndex={0} role="region" aria-label={say.whoActed}>
            <table class="phases">
              <thead>
                <tr>
                  <th scope="col">{say.trainer}</th>
                  <th scope="col" class="number">
                    {say.slice}
                  </th>
                  {phases.map(({ phase }, index) => (
                    <th
                      scope="col"
                      key={phase}
                      class={index === current ? 'now' : index < current ? 'past' : 'ahead'}
                      aria-current={index === current ? 'step' : undefined}
                    >
                      {names[phase]}
                      <span class="quiet">{say.phases[phase]}</span>
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
  done: '✓',
  now: '…',
  missed: '–',
  ahead: '·',
} as const;

function Cell({ state }: { state: keyof typeof cells }) {
  const text = texts().run.round.cells[state];
  return (
    <span class={`cell ${state}`}>
      <span aria-hidden="true">{cells[state]}</span>{' '}
      {state === 'ahead' ? <span class="hidden">{text}</span> : text}
    </span>
  );
}

export function SeatName({ seat, seats }: { seat: number; seats: readonly SeatView[] }) {
  const who = seats.find((one) => one.seat === seat);
  return (
    <span class="seat">
      <span class="seat-number">{seat}</span> {who ? seatName(who) : texts().run.round.unknown}
    </span>
  );
}

const auditSteps = [
  { state: 'material', who: 'worker' },
  { state: 'answer', who: 'auditor' },
  { state: 'opening', who: 'worker' },
  { state: 'measure', who: 'auditor' },
  { state: 'uncover', who: 'worker' },
  { state: 'disputed', who: 'jury' },
] as const;

/** Not every audit comes to these. */
const shownOnlyNow: readonly string[] = ['measure', 'uncover', 'disputed'];

export function AuditList(it: { run: RunView; seats: readonly SeatView[] }) {
  const { audits, nowMs } = it.run;
  const say = texts().run.audit;
  if (audits.length === 0) {
    return <p class="quiet">{say.none}</p>;
  }
  const sorted = [...audits].sort((a, b) => a.round - b.round || a.seat - b.seat);
  return (
    <Paged items={sorted} label={say.pages}>
      {(some) => (
        <ul class="audits">
          {some.map((audit) => (
            <li key={`${audit.round} ${audit.seat} ${audit.segment}`}>
              <div class="audit-head">
                <span>
                  {say.of({
                    ...{ round: audit.round, segment: audit.segment },
                    seat: <SeatName seat={audit.seat} seats={it.seats} />,
                  })}
                </span>
                <span class="quiet">
                  {say.by(<SeatName seat={audit.auditor} seats={it.seats} />)}
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
  const say = texts().run.audit;
  const closed = audit.state === 'passed' || audit.state === 'failed';
  if (closed) return null;
  const at = auditSteps.findIndex(({ state }) => state === audit.state);
  const left = audit.deadlineMs - nowMs;
  return (
    <ol class="steps">
      {auditSteps.map(({ state, who }, index) =>
        shownOnlyNow.includes(state) && audit.state !== state ? null : (
          <li
            key={state}
            class={index < at ? 'past' : index === at ? 'now' : 'ahead'}
            aria-current={index === at ? 'step' : undefined}
          >
            {say.step({ who: say.who[who], what: say.steps[state] })}
            {index === at ? (
              <span class="quiet"> ({left > 0 ? say.left(formatSpan(left)) : say.overdue})</span>
            ) : null}
          </li>
        ),
      )}
    </ol>
  );
}
