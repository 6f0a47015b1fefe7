/** What is disputed in a run, in sentences: who says what, who decides, what is at stake. */
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { seatName as nameOfSeat } from '@commonweights/dao-contracts/rules/seat-name.js';
import { texts } from '../texts/language.js';
import { groupThousands, shortDigest, shortNear } from './amounts.js';
import { formatSpan } from './times.js';

export type DisputeView = RunView['disputes'][number];

/** What the dispute is about, as a heading. */
export function subjectOfDispute(it: DisputeView, seats: readonly SeatView[]): string {
  const say = texts().run.dispute;
  switch (it.kind) {
    case 'audit':
      return say.segment({
        ...{ segment: it.segment!, who: seatName(it.seat!, seats), round: it.round },
      });
    case 'root':
      return say.root(it.round);
    case 'update':
      return say.update({ who: seatName(it.seat!, seats), round: it.round });
  }
}

/** Who says what against what was claimed. */
export function explainDispute(it: DisputeView): string {
  const say = texts().run.dispute;
  const claimed = shortDigest(it.claimed);
  const { plaintiff } = it;
  switch (it.kind) {
    case 'audit':
      return say.unconfirmed({ claimed, plaintiff });
    case 'root': {
      const other = it.other === null ? say.anotherRoot : shortDigest(it.other);
      return say.otherRoot({ plaintiff, other, claimed });
    }
    case 'update':
      return say.unfetchable({ plaintiff, claimed });
  }
}

/** Who decides now, until when, and what happens then. */
export function explainStage(it: DisputeView, now: { nowMs: number }): string {
  const say = texts().run.dispute;
  const left = it.deadlineMs - now.nowMs;
  const until = left > 0 ? say.left(formatSpan(left)) : say.over;
  const said = it.verdict === null ? '' : say.last[it.verdict];
  switch (it.stage) {
    case 'jury': {
      const answered = groupThousands(`${it.panel.filter((one) => one.answered).length}`);
      const panel = groupThousands(`${it.panel.length}`);
      return it.panel.length === 0 ? say.drawn(said) : say.jury({ answered, panel, until, said });
    }
    case 'window': {
      const decided = say.decided[it.verdict ?? 'nothing'];
      const appeal =
        it.appealYocto === null
          ? say.noAppeal(until)
          : say.appeal({ cost: shortNear(it.appealYocto), until });
      return say.both({ decided, appeal });
    }
    case 'dao':
      return say.dao({ until, said });
  }
}

export function seatName(seat: number, seats: readonly SeatView[]): string {
  const it = seats.find((one) => one.seat === seat);
  return it ? nameOfSeat(it) : texts().run.dispute.seat(seat);
}
