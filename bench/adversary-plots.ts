/**
 * Two plots of measured rows as one SVG: detection against its formula with 95 % intervals, and
 * profit per seat against what honest work earns in the same seats.
 */
import type { Row } from '@commonweights/test/simulation/measure.js';

const width = 1_000;
const panel = { left: 250, right: 40, top: 60, size: 420 };
const rowHeight = 16;
const colours: Readonly<Record<Row['setting'], string>> = {
  main: '#1f5fa8',
  quarter: '#b5541c',
  large: '#3b7d3a',
  guarded: '#7a4fa0',
  distance: '#8a6d1a',
};

export function drawPlots(rows: readonly Row[]): string {
  const compared = rows.filter((row) => row.expected !== null && row.exposed > 0);
  const paid = rows.filter((row) => row.crewSeats > 0);
  const barsTop = panel.top + panel.size + 110;
  const height = barsTop + paid.length * rowHeight + 60;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
      `font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...legend(rows),
    ...drawDetection(compared),
    ...drawProfits(paid, barsTop),
    '</svg>\n',
  ].join('\n');
}

function legend(rows: readonly Row[]): string[] {
  const names = [...new Set(rows.map((row) => row.setting))];
  return names.flatMap((name, i) => [
    `<circle cx="${750 + 80 * i}" cy="24" r="5" fill="${colours[name]}"/>`,
    text(760 + 80 * i, 28, name),
  ]);
}

function drawDetection(rows: readonly Row[]): string[] {
  const { left, top, size } = panel;
  const x = (share: number) => left + share * size;
  const y = (share: number) => top + size - share * size;
  const out = [
    text(left, 30, 'Found per breach: measured (95 %) against the formula', 'bold'),
    `<rect x="${left}" y="${top}" width="${size}" height="${size}" fill="none" stroke="#999"/>`,
    line(x(0), y(0), x(1), y(1), '#999', '4 3'),
  ];
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    out.push(text(x(share) - 8, y(0) + 18, `${100 * share}%`));
    out.push(text(left - 40, y(share) + 4, `${100 * share}%`));
  }
  out.push(text(x(0.5) - 30, y(0) + 36, 'by the formula'));
  const labelled = new Map<string, number>();
  for (const row of rows) {
    const at = x(row.expected!);
    const colour = colours[row.setting];
    out.push(line(at, y(row.interval[0]), at, y(row.interval[1]), colour));
    const measured = y(row.detected / row.exposed);
    out.push(
      `<circle cx="${at.toFixed(1)}" cy="${measured.toFixed(1)}" r="3.5" fill="${colour}">` +
        `<title>${row.adversary}, ${row.setting}</title></circle>`,
    );
    const key = `${row.setting} ${row.expected!.toFixed(2)}`;
    labelled.set(key, (labelled.get(key) ?? 0) + 1);
  }
  let labelY = top + 14;
  for (const [key, count] of labelled) {
    const [setting, share] = key.split(' ') as [Row['setting'], string];
    const note = `${setting}: ${count} at ${(100 * Number(share)).toFixed(0)} %`;
    out.push(text(left + size + 30, labelY, note, 'normal', colours[setting]));
    labelY += 16;
  }
  return out;
}

function drawProfits(rows: readonly Row[], top: number): string[] {
  const { left, right } = panel;
  const values = rows.flatMap((row) => [row.crewProfit, row.sameSeatsProfit]);
  const low = Math.min(0, ...values);
  const high = Math.max(1, ...values);
  const x = (near: number) => left + ((near - low) / (high - low)) * (width - left - right);
  const bottom = top + rows.length * rowHeight;
  const out = [
    text(left, top - 20, 'NEAR per seat and run: bar, the adversary; tick, honest work', 'bold'),
    line(x(0), top - 6, x(0), bottom + 6, '#222'),
  ];
  rows.forEach((row, i) => {
    const y = top + i * rowHeight;
    const [from, to] = [x(Math.min(0, row.crewProfit)), x(Math.max(0, row.crewProfit))];
    const wide = Math.max(1, to - from).toFixed(1);
    out.push(
      `<rect x="${from.toFixed(1)}" y="${y + 2}" width="${wide}" height="${rowHeight - 5}" ` +
        `fill="${colours[row.setting]}"/>`,
      line(x(row.sameSeatsProfit), y, x(row.sameSeatsProfit), y + rowHeight - 1, '#222'),
      text(8, y + 12, `${row.adversary} (${row.setting})`),
      text(left - 44, y + 12, row.crewProfit.toFixed(1)),
    );
  });
  out.push(text(x(low), bottom + 24, low.toFixed(0)), text(x(0) - 3, bottom + 24, '0'));
  out.push(text(x(high) - 14, bottom + 24, high.toFixed(0)));
  return out;
}

function text(x: number, y: number, words: string, weight = 'normal', fill = '#222'): string {
  const style = `font-weight="${weight}" fill="${fill}"`;
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${style}>${words}</text>`;
}

function line(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  stroke: string,
  dashes = 'none',
): string {
  const [a, b, c, d] = [x1, y1, x2, y2].map((value) => value.toFixed(1));
  return (
    `<line x1="${a}" y1="${b}" x2="${c}" y2="${d}" stroke="${stroke}" ` +
    `stroke-dasharray="${dashes}"/>`
  );
}
