/**
 * Loss by round, as lines in the page itself: a curve has some dozens of points, each of which took an
 * evaluation, so it needs no canvas and no chart library, and is drawn in the page's own colours.
 */
import { useState } from 'preact/hooks';
import type { LossPoint } from '../reading/loss-points.js';
import { texts } from '../texts/language.js';
import { ticksBetween } from './ticks.js';

export interface Measured extends LossPoint {
  readonly loss: number;
  readonly sequences: number;
  readonly engine: string;
}

const size = { width: 720, height: 260, left: 58, right: 14, top: 14, bottom: 34 };

export function LossCurve({ points }: { points: readonly Measured[] }) {
  const say = texts().figures;
  const [near, setNear] = useState<Measured | null>(null);
  const losses = points.map(({ loss }) => loss);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const margin = (high - low) * 0.08 || 0.1;
  const [first, last] = [points[0]!.round, points.at(-1)!.round];
  const innerWidth = size.width - size.left - size.right;
  const innerHeight = size.height - size.top - size.bottom;
  const x = (round: number) =>
    size.left + (innerWidth * (round - first)) / Math.max(1, last - first);
  const y = (loss: number) =>
    size.top + (innerHeight * (high + margin - loss)) / (high - low + 2 * margin);
  const path = points
    .map(
      ({ round, loss }, at) =>
        `${at === 0 ? 'M' : 'L'}${x(round).toFixed(1)} ${y(loss).toFixed(1)}`,
    )
    .join('');
  const find = (event: PointerEvent) => {
    const box = (event.currentTarget as SVGElement).getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * size.width;
    const distance = ({ round }: Measured) => Math.abs(x(round) - at);
    setNear(points.reduce((best, one) => (distance(one) < distance(best) ? one : best)));
  };
  const spoken = say.curveSpoken({
    ...{ first, last, from: losses[0]!.toFixed(3), to: losses.at(-1)!.toFixed(3) },
  });
  return (
    <svg
      class="loss-curve"
      viewBox={`0 0 ${size.width} ${size.height}`}
      role="img"
      aria-label={spoken}
      onPointerMove={find}
      onPointerLeave={() => setNear(null)}
    >
      {ticksBetween(low - margin, high + margin, 5).map((loss) => (
        <g key={loss}>
          <path class="grid" d={`M${size.left} ${y(loss)}H${size.width - size.right}`} />
          <text class="tick" x={size.left - 8} y={y(loss) + 4} text-anchor="end">
            {loss}
          </text>
        </g>
      ))}
      {ticksBetween(first, last, 8)
        .filter(Number.isInteger)
        .map((round) => (
          <text
            key={round}
            class="tick"
            x={x(round)}
            y={size.height - size.bottom + 18}
            text-anchor="middle"
          >
            {round}
          </text>
        ))}
      <path class="curve" d={path} />
      {points.map((point) => (
        <circle key={point.root} cx={x(point.round)} cy={y(point.loss)} r="3" />
      ))}
      {near ? (
        <g class="near-point">
          <path class="grid" d={`M${x(near.round)} ${size.top}V${size.height - size.bottom}`} />
          <circle cx={x(near.round)} cy={y(near.loss)} r="5" />
          <text
            x={Math.min(Math.max(x(near.round), size.left + 70), size.width - 90)}
            y={size.top + 6}
            text-anchor="middle"
          >
            {say.curvePoint({ round: near.round, loss: near.loss.toFixed(4) })}
          </text>
        </g>
      ) : null}
    </svg>
  );
}
