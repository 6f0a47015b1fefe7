/** Two charts side by side on logarithmic axes, as SVG text: lines over the number of workers. */
export interface Chart {
  title: string;
  unit: string;
  lines: readonly {
    name: string;
    colour: string;
    points: readonly { x: number; y: number }[];
  }[];
  /** A dashed line that nothing may cross. */
  limit: { y: number; name: string } | null;
}

const width = 520;
const height = 360;
const left = 70;
const right = 20;
const top = 50;
const bottom = 50;

export function drawCharts(charts: readonly Chart[]): string {
  const inner = charts.map((chart, i) => drawChart(chart, i * width)).join('\n');
  const size = `width="${charts.length * width}" height="${height}"`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12">\n` +
    `<rect width="100%" height="100%" fill="white"/>\n${inner}\n</svg>\n`
  );
}

function drawChart({ title, unit, lines, limit }: Chart, offset: number): string {
  const points = lines.flatMap((line) => line.points);
  const xs = axis(points.map(({ x }) => x));
  const ys = axis([...points.map(({ y }) => y), ...(limit ? [limit.y] : [])]);
  const x = (value: number) => left + xs.share(value) * (width - left - right);
  const y = (value: number) => height - bottom - ys.share(value) * (height - top - bottom);
  const parts = [text(left, 24, title, 'font-weight="bold"'), text(left, 40, unit, 'fill="#555"')];
  for (const tick of xs.ticks) {
    parts.push(rule(x(tick), top, x(tick), height - bottom));
    parts.push(text(x(tick), height - bottom + 18, brief(tick), 'text-anchor="middle"'));
  }
  for (const tick of ys.ticks) {
    parts.push(rule(left, y(tick), width - right, y(tick)));
    parts.push(text(left - 6, y(tick) + 4, brief(tick), 'text-anchor="end"'));
  }
  parts.push(text((left + width - right) / 2, height - 12, 'workers', 'text-anchor="middle"'));
  if (limit) {
    const at = y(limit.y);
    parts.push(
      `<path d="M${left} ${at}H${width - right}" stroke="#c00" stroke-dasharray="6 4"/>`,
      text(left + 6, at - 5, limit.name, 'fill="#c00"'),
    );
  }
  for (const { name, colour, points: line } of lines) {
    const path = line.map((point) => `${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`);
    parts.push(`<path d="M${path.join('L')}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const point of line) {
      parts.push(`<circle cx="${x(point.x)}" cy="${y(point.y)}" r="3" fill="${colour}"/>`);
    }
    const last = line.at(-1)!;
    const end = `fill="${colour}" text-anchor="end"`;
    parts.push(text(x(last.x) - 4, y(last.y) - 8, name, end));
  }
  return `<g transform="translate(${offset} 0)">\n${parts.join('\n')}\n</g>`;
}

/** Powers of ten around the values. */
function axis(values: readonly number[]) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  return { ticks, share: (value: number) => (Math.log10(value) - low) / (high - low) };
}

function rule(x1: number, y1: number, x2: number, y2: number): string {
  return `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="#ddd"/>`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${content}</text>`;
}

function brief(value: number): string {
  return value >= 1 ? value.toLocaleString('en') : String(value);
}
