/** What is disputed in a run, in sentences: who says what, who decides, what is at stake. */
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { seatName as nameOfSeat } from '@commonweights/dao-contracts/rules/seat-name.js';
import { shortDigest, shortNear } from './amounts.js';
import { formatSpan } from './times.js';

export type DisputeView = RunView['disputes'][number];

/** What the dispute is about, as a heading. */
export function subjectOfDispute(it: DisputeView, seats: readonly SeatView[]): string {
  switch (it.kind) {
    case 'audit':
      return `Segment ${it.segment} of ${seatName(it.seat!, seats)}, round ${it.round}`;
    case 'root':
      return `The root of round ${it.round}`;
    case 'update':
      return `The update of ${seatName(it.seat!, seats)} in round ${it.round}`;
  }
}

/** Who says what against what was claimed. */
export function explainDispute(it: DisputeView): string {
  const claimed = shortDigest(it.claimed);
  switch (it.kind) {
    case 'audit':
      return `The worker opened ${claimed}; the auditor ${it.plaintiff} does not confirm it.`;
    case 'root':
      return `${it.plaintiff} computed ${it.other === null ? 'another root' : shortDigest(it.other)} where most signed ${claimed}.`;
    case 'update':
      return `${it.plaintiff} says that ${claimed} cannot be fetched or decoded; its witnesses certified it.`;
  }
}

/** Who decides now, until when, and what happens then. */
export function explainStage(it: DisputeView, now: { nowMs: number }): string {
  const left = it.deadlineMs - now.nowMs;
  const until = left > 0 ? `${formatSpan(left)} left` : 'the time is over: the next tick ends it';
  const said = it.verdict === null ? '' : ` The last verdict was ${it.verdict} the claim.`;
  switch (it.stage) {
    case 'jury': {
      const answered = it.panel.filter((one) => one.answered).length;
      return it.panel.length === 0
        ? `A jury is drawn by the next tick.${said}`
        : `${answered} of ${it.panel.length} jurors have computed it again; ${until}.${said}`;
    }
    case 'window':
      return (
        `A jury decided ${it.verdict ?? 'nothing'}${it.verdict === null ? '' : ' the claim'}. ` +
        (it.appealYocto === null
          ? `Nobody can appeal; ${until}.`
          : `Who lost may appeal for ${shortNear(it.appealYocto)}; ${until}.`)
      );
    case 'dao':
      return `The members have the last word, by a proposal; ${until}.${said}`;
  }
}

export function seatName(seat: number, seats: readonly SeatView[]): string {
  const it = seats.find((one) => one.seat === seat);
  return it ? nameOfSeat(it) : `seat ${seat}`;
}
