/**
 * A run's loss curve, measured by whoever looks: each point is a state of the run, evaluated in this page
 * by the run's own engine. The chain keeps no losses, and what a trainer says of its own is no measure.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { addressOf } from '../engine/address.js';
import { LossDesk } from '../engine/loss-desk.js';
import { lossPoints, nextPoint, type LossPoint } from '../reading/loss-points.js';
import type { RunStory } from '../reading/run.js';
import { LossCurve, type Measured } from '../pictures/loss-curve.js';
import { texts } from '../texts/language.js';
import { DigestText } from './digest.js';
import { useDoor } from './door-context.js';
import { Figure } from './figure.js';
import { Paged } from './paged.js';

interface Found {
  readonly loss: number;
  readonly sequences: number;
  readonly engine: string;
}

/** What was measured of this run since the page was opened; a state's loss never changes. */
function useLosses(spec: Digest, points: readonly LossPoint[]) {
  const door = useDoor();
  const [found, setFound] = useState<ReadonlyMap<Digest, Found>>(new Map());
  const [missing, setMissing] = useState<ReadonlyMap<Digest, string>>(new Map());
  const [isAtWork, setAtWork] = useState(false);
  const [measuring, setMeasuring] = useState<LossPoint | null>(null);
  const desk = useRef<LossDesk | null>(null);
  const close = () => {
    desk.current?.close();
    desk.current = null;
  };
  useEffect(() => close, []);
  const next = isAtWork
    ? nextPoint(points, ({ root }) => found.has(root) || missing.has(root))
    : null;
  useEffect(() => {
    if (measuring || next === null) return;
    const mine = (desk.current ??= new LossDesk(addressOf(door)));
    setMeasuring(next);
    void mine.measure({ spec, root: next.root }).then((answer) => {
      if (desk.current !== mine) return;
      setMeasuring(null);
      if (answer.kind === 'measured') {
        setFound((before) => new Map([...before, [answer.root, answer]]));
      } else {
        setMissing((before) => new Map([...before, [answer.root, answer.why]]));
        // What kept one state from being measured keeps the others from it too, unless it was not there.
        if (!answer.why.startsWith('BLOB_')) setAtWork(false);
      }
    });
  }, [measuring, next?.root]);
  return {
    ...{ found, missing, isAtWork, measuring },
    start: () => {
      setMissing(new Map());
      setAtWork(true);
    },
    stop: () => {
      setAtWork(false);
      close();
      setMeasuring(null);
    },
  };
}

export function LossHere({ story }: { story: RunStory }) {
  const say = texts().figures;
  const { run, records, firstRound } = story;
  const points = lossPoints(run, records, firstRound === 1);
  const losses = useLosses(run.terms.spec, points);
  const measured = points.flatMap((point): Measured[] => {
    const found = losses.found.get(point.root);
    return found ? [{ ...point, ...found }] : [];
  });
  const last = measured.at(-1);
  const why = [...losses.missing.values()].at(-1);
  if (points.length === 0) return null;
  return (
    <section aria-labelledby="loss">
      <h2 id="loss">{say.loss}</h2>
      <p class="quiet">{say.lossIs}</p>
      <p class="buttons">
        <button type="button" class="plain" onClick={losses.isAtWork ? losses.stop : losses.start}>
          {losses.isAtWork ? say.stopMeasuring : say.measure}
        </button>
        <span class="quiet" role="status">
          {losses.measuring
            ? say.measuring({
                round: losses.measuring.round,
                done: measured.length,
                of: points.length,
              })
            : losses.isAtWork
              ? say.measuredAll(measured.length)
              : null}
        </span>
      </p>
      {why === undefined ? null : (
        <p class="trouble wrap">
          {say.notMeasured} <span lang="en">{why}</span>
        </p>
      )}
      {measured.length > 1 ? <LossCurve points={measured} /> : null}
      {last ? (
        <div class="facts figures">
          <Figure
            name={say.lossAfter(last.round)}
            value={<span title={`${last.loss}`}>{last.loss.toFixed(4)}</span>}
          >
            {() => (
              <>
                <p>{say.lossBehind({ sequences: last.sequences, engine: last.engine })}</p>
                <Paged items={[...measured].reverse()} label={say.measuredStates}>
                  {(some) => <States points={some} />}
                </Paged>
              </>
            )}
          </Figure>
        </div>
      ) : null}
    </section>
  );
}

function States({ points }: { points: readonly Measured[] }) {
  const say = texts().figures;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={say.measuredStates}>
      <table>
        <thead>
          <tr>
            <th scope="col">{say.afterRound}</th>
            <th scope="col">{say.stateRoot}</th>
            <th scope="col" class="number">
              {say.natsPerToken}
            </th>
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={point.root}>
              <th scope="row">{point.round}</th>
              <td>
                <DigestText digest={point.root} />
              </td>
              <td class="number">{point.loss}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
