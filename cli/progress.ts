/**
 * Progress of one long step: a bar that is redrawn in a terminal, plain lines now and then in a log
 * file (where a redrawn bar would be thousands of lines). It goes to standard error, so that what a
 * command prints for programs stays clean.
 */
import { openTextStream, type TextStream } from './terminal.js';

export interface Progress {
  /** `done` in units of `total`, or just counted when there is no total. */
  update(done: number, note?: string): void;
  /** The step is over; `note` says what came out of it. */
  finish(note?: string): void;
  fail(note: string): void;
}

export interface ProgressOptions {
  readonly total?: number;
  /** What is counted: `rounds`, `MB`. */
  readonly unit?: string;
  /** Says how long it will still take, at the pace so far; needs a total. */
  readonly timeLeft?: boolean;
  /** What an earlier process had done. */
  readonly doneBefore?: number;
  readonly stream?: TextStream;
  readonly now?: () => number;
}

const barCells = 24;
/** A pace is known after this. */
const paceAfterMs = 2_000;
/** A terminal is redrawn at most this often. */
const redrawMs = 80;
/** A log gets a line when this much time passed … */
const lineEveryMs = 5_000;
/** … or when this much more was done, but not more often than once a second. */
const lineEveryShare = 0.1;
const lineAtLeastMs = 1_000;

export function startProgress(label: string, options: ProgressOptions = {}): Progress {
  const stream = options.stream ?? openTextStream(process.stderr);
  const now = options.now ?? Date.now;
  const startedMs = now();
  const terminal = stream.isTTY;
  let shownMs = -Infinity;
  let shownShare = 0;
  let over = false;

  const share = (done: number) =>
    options.total ? Math.min(1, Math.max(0, done / options.total)) : null;
  const left = (done: number): string => {
    const { total, timeLeft, doneBefore = 0 } = options;
    const tookMs = now() - startedMs;
    if (!timeLeft || !total || done <= doneBefore || tookMs < paceAfterMs) return '';
    return `, ${roughTime((tookMs * Math.max(0, total - done)) / (done - doneBefore))} left`;
  };
  const seconds = () => `${((now() - startedMs) / 1000).toFixed(1)} s`;

  const draw = (text: string) => {
    const width = (stream.columns ?? 100) - 1;
    stream.redraw(text.length > width ? `${text.slice(0, width - 1)}…` : text);
  };
  const end = (mark: string, note: string) => {
    if (over) return;
    over = true;
    const text = `${mark} ${label}${note ? `: ${note}` : ''} (${seconds()})`;
    if (!terminal) return stream.writeLine(text);
    stream.redraw(text);
    stream.write('\n');
  };

  if (terminal) draw(`  ${label} …`);
  else stream.writeLine(`  ${label} …`);

  return {
    update(done, note) {
      if (over) return;
      const part = share(done);
      const sinceMs = now() - shownMs;
      if (terminal) {
        if (sinceMs < redrawMs && part !== 1) return;
        draw(
          `  ${part === null ? '' : `${bar(part)} `}${label}${facts(done, part, options, note)}${left(done)}`,
        );
        shownMs = now();
        return;
      }
      if (shownMs === -Infinity) shownMs = startedMs;
      const waitedMs = now() - shownMs;
      const gained = part === null ? 0 : part - shownShare;
      const due =
        waitedMs >= lineEveryMs || (gained >= lineEveryShare && waitedMs >= lineAtLeastMs);
      if (!due) return;
      shownMs = now();
      shownShare = part ?? 0;
      stream.writeLine(`  ${label}${facts(done, part, options, note)}${left(done)} (${seconds()})`);
    },
    finish: (note = '') => end('✓', note),
    fail: (note) => end('✗', note),
  };
}

/** As much as can be known. */
function roughTime(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

function bar(part: number): string {
  const full = Math.round(part * barCells);
  return `[${'#'.repeat(full)}${'.'.repeat(barCells - full)}]`;
}

function facts(done: number, part: number | null, options: ProgressOptions, note?: string): string {
  const unit = options.unit ? ` ${options.unit}` : '';
  const count = options.total ? `${count1(done)} of ${count1(options.total)}` : count1(done);
  const percent = part === null ? '' : `${Math.floor(part * 100)} %, `;
  return ` ${percent}${count}${unit}${note ? `, ${note}` : ''}`;
}

function count1(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
