/**
 * The worth of a worker with error bars: over H, over k, and with the exchange hidden behind the next
 * round. Dashed: what the study was asked to reach.
 */
import type { StudyRow } from './learning-report.js';

interface Point {
  readonly x: number;
  readonly worth: number;
  /** Standard error; 0 where there is one seed. */
  readonly error: number;
}

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly Point[];
}

interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
  readonly ticks: readonly number[];
}

const width = 420;
const height = 360;
const plot = { left: 50, right: 20, top: 60, bottom: 50 };
const worthMax = 1.1;
const asked = [
  { worth: 0.6, name: '0.6 at 50×' },
  { worth: 0.3, name: '0.3 at 200×' },
];

export function drawStudy(rows: readonly StudyRow[]): string {
  const panels = [overH(rows), overK(rows), overWorkers(rows)];
  const size = `${panels.length * width} ${height}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}" font-family="sans-serif" ` +
    `font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n` +
    `${panels.map((panel, i) => drawPanel(panel, i * width)).join('\n')}\n</svg>\n`
  );
}

const colours = { dense: '#777777', fifty: '#1f5fa8', twoHundred: '#b5541c' };

/** Rows that differ from the usual in `of` alone. */
function lineOf(
  rows: readonly StudyRow[],
  it: {
    name: string;
    colour: string;
    isOne: (row: StudyRow) => boolean;
    of: (row: StudyRow) => number;
  },
): Line {
  const points = rows.filter(it.isOne).map((row) => ({
    x: it.of(row),
    worth: row.worth.mean,
    error: row.worth.count > 1 ? row.worth.error : 0,
  }));
  return { ...it, points: points.sort((a, b) => a.x - b.x) };
}

const k = (row: StudyRow): number =>
  row.cell.outer?.kind === 'sparseloco' ? row.cell.outer.k : NaN;
const isPlain = ({ cell: { outer, peak, overlap } }: StudyRow): boolean =>
  overlap === undefined &&
  peak === 8e-3 &&
  outer?.learningRate === 1 &&
  (outer.kind !== 'sparseloco' || outer.feedbackDecay === 0.95);
const isUsual = (row: StudyRow, but: 'H' | 'workers'): boolean =>
  isPlain(row) &&
  row.cell.steps === 640 &&
  (but === 'H' || row.cell.innerSteps === 16) &&
  (but === 'workers' || row.cell.workers === 4);

function overH(rows: readonly StudyRow[]): Panel {
  const of = (row: StudyRow) => row.cell.innerSteps!;
  const momentum = (row: StudyRow) =>
    row.cell.outer?.kind === 'diloco' && row.cell.outer.momentum === 0.3;
  const lines = [
    { name: 'diloco, int8: 4×', colour: colours.dense, isOne: momentum },
    {
      name: 'sparseloco, k = 432: 52×',
      colour: colours.fifty,
      isOne: (row: StudyRow) => k(row) === 432,
    },
    {
      name: 'sparseloco, k = 64: 218×',
      colour: colours.twoHundred,
      isOne: (row: StudyRow) => k(row) === 64,
    },
  ].map((it) => lineOf(rows, { ...it, of, isOne: (row) => isUsual(row, 'H') && it.isOne(row) }));
  return {
    ...{ title: 'Worth of a worker', unit: 'over H, the steps between exchanges; 4 workers' },
    ...{ lines, ticks: [4, 8, 16, 32] },
  };
}

function overK(rows: readonly StudyRow[]): Panel {
  const line = lineOf(rows, {
    ...{ name: 'sparseloco, H = 16', colour: colours.fifty, of: k },
    isOne: (row) => isUsual(row, 'H') && row.cell.innerSteps === 16 && k(row) > 0,
  });
  return {
    ...{ title: 'What is sent', unit: 'over k of 4,096 elements; H = 16, 4 workers' },
    ...{ lines: [line], ticks: [16, 64, 128, 256, 432] },
  };
}

function overWorkers(rows: readonly StudyRow[]): Panel {
  const of = (row: StudyRow) => row.cell.workers;
  const lines = [
    { name: 'k = 432', colour: colours.fifty, wanted: 432 },
    { name: 'k = 64', colour: colours.twoHundred, wanted: 64 },
  ].map(({ wanted, ...it }) =>
    lineOf(rows, { ...it, of, isOne: (row) => isUsual(row, 'workers') && k(row) === wanted }),
  );
  return {
    ...{ title: 'Workers', unit: 'each against ddp of as many; H = 16' },
    ...{ lines, ticks: [2, 4, 8] },
  };
}

function drawPanel({ title, unit, lines, ticks }: Panel, offset: number): string {
  const low = Math.log2(Math.min(...ticks));
  const high = Math.log2(Math.max(...ticks));
  const room = width - plot.left - plot.right - 40;
  const x = (value: number) => plot.left + 20 + ((Math.log2(value) - low) / (high - low)) * room;
  const y = (worth: number) =>
    height - plot.bottom - (worth / worthMax) * (height - plot.top - plot.bottom);
  const parts = [
    text(plot.left, 22, title, 'font-weight="bold"'),
    text(plot.left, 40, unit, 'fill="#555"'),
  ];
  for (const worth of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
    parts.push(rule(plot.left, y(worth), width - plot.right, y(worth), '#ddd'));
    parts.push(text(plot.left - 6, y(worth) + 4, worth.toFixed(1), 'text-anchor="end"'));
  }
  for (const tick of ticks) {
    parts.push(text(x(tick), height - plot.bottom + 18, `${tick}`, 'text-anchor="middle"'));
  }
  for (const { worth, name } of asked) {
    const dashed = 'stroke-dasharray="6 4"';
    parts.push(rule(plot.left, y(worth), width - plot.right, y(worth), '#c00', dashed));
    parts.push(text(width - plot.right, y(worth) - 4, name, 'fill="#c00" text-anchor="end"'));
  }
  lines.forEach((line, i) => parts.push(...drawLine(line, { x, y, nameY: 58 + 15 * i })));
  return `<g transform="translate(${offset} 0)">\n${parts.join('\n')}\n</g>`;
}

function drawLine(
  { name, colour, points }: Line,
  it: { x: (value: number) => number; y: (worth: number) => number; nameY: number },
): string[] {
  if (points.length === 0) return [];
  const { x, y, nameY } = it;
  const path = points.map((one) => `${x(one.x).toFixed(1)} ${y(one.worth).toFixed(1)}`);
  return [
    text(plot.left + 8, nameY, name, `fill="${colour}"`),
    `<path d="M${path.join('L')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...points.flatMap((one) => [
      rule(x(one.x), y(one.worth - one.error), x(one.x), y(one.worth + one.error), colour),
      `<circle cx="${x(one.x).toFixed(1)}" cy="${y(one.worth).toFixed(1)}" r="3.5" fill="${colour}"/>`,
    ]),
  ];
}

function rule(x1: number, y1: number, x2: number, y2: number, stroke: string, more = ''): string {
  const [a, b, c, d] = [x1, y1, x2, y2].map((value) => value.toFixed(1));
  return `<line x1="${a}" y1="${b}" x2="${c}" y2="${d}" stroke="${stroke}" ${more}/>`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${content}</text>`;
}
