/**
 * The lineage as a drawing and, beside it, as text: each ingredient with what is proven, attested
 * or only declared about it. The text is the same for those who do not see the drawing.
 */
import { useState } from 'preact/hooks';
import { claimsAbout, titleOfNode, type Standing } from '../reading/claims.js';
import type { LineageGraph, LineageNode } from '../reading/lineage-graph.js';
import { hashOf } from '../pages/route.js';
import { Badge } from '../parts/badge.js';
import { DigestOrText } from '../parts/digest.js';
import { shortDigest } from '../words/amounts.js';
import { texts } from '../texts/language.js';

const box = { width: 300, height: 74, across: 24, down: 56, margin: 8 };

interface Place {
  readonly x: number;
  readonly y: number;
}

export function LineagePicture({ graph }: { graph: LineageGraph }) {
  const say = texts().lineage;
  const places = placeNodes(graph);
  const widest = Math.max(1, ...graph.rows.map((row) => row.length));
  const width = widest * (box.width + box.across) - box.across + 2 * box.margin;
  const height = graph.rows.length * (box.height + box.down) - box.down + 2 * box.margin;
  const nodes = graph.rows.flat();
  const [zoom, setZoom] = useState(zooms.indexOf(100));
  const scale = zooms[zoom]! / 100;
  return (
    <div class="lineage">
      <div>
        <Zoom zoom={zoom} onZoom={setZoom} />
        <div class="scroll" tabIndex={0} role="region" aria-label={say.picture}>
          <svg
            class="lineage-picture"
            width={width * scale}
            height={height * scale}
            viewBox={`0 0 ${width} ${height}`}
            role="img"
            aria-label={say.pictureOf(`${nodes.length}`)}
          >
            <defs>
              <marker
                id="tip"
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="8"
                markerHeight="8"
                orient="auto"
              >
                <path class="tip" d="M0 0 8 4 0 8Z" />
              </marker>
            </defs>
            {graph.edges.map((edge) => {
              const from = places.get(edge.from);
              const to = places.get(edge.to);
              if (!from || !to) return null;
              const key = `${edge.from} ${edge.to}`;
              return <Arrow key={key} from={from} to={to} label={edge.label} />;
            })}
            {nodes.map((node) => (
              <Box key={node.key} node={node} at={places.get(node.key)!} />
            ))}
          </svg>
        </div>
      </div>
      <div>
        <ul class="standings">
          {(Object.keys(marks) as Standing[]).map((standing) => (
            <li key={standing}>
              <StandingMark standing={standing} />
              {texts().common.colon}
              {say.means[standing]}
            </li>
          ))}
        </ul>
        {graph.left > 0 ? (
          <p class="quiet">{say.left({ count: `${graph.left}`, one: graph.left === 1 })}</p>
        ) : null}
        {nodes.map((node) => (
          <Claims key={node.key} node={node} />
        ))}
      </div>
    </div>
  );
}

/** Per cent. */
const zooms = [25, 50, 75, 100, 150, 200, 300];

function Zoom({ zoom, onZoom }: { zoom: number; onZoom: (zoom: number) => void }) {
  const say = texts().lineage;
  return (
    <p class="buttons" role="group" aria-label={say.size}>
      <button
        type="button"
        class="plain"
        aria-label={say.smaller}
        disabled={zoom === 0}
        onClick={() => onZoom(zoom - 1)}
      >
        −
      </button>
      <span class="quiet" role="status">
        {zooms[zoom]} %
      </span>
      <button
        type="button"
        class="plain"
        aria-label={say.larger}
        disabled={zoom === zooms.length - 1}
        onClick={() => onZoom(zoom + 1)}
      >
        +
      </button>
    </p>
  );
}

function placeNodes(graph: LineageGraph): Map<string, Place> {
  const pitch = box.width + box.across;
  const places = new Map<string, Place>();
  graph.rows.forEach((row, down) => {
    row.forEach(({ key }, across) => {
      const x = box.margin + across * pitch;
      places.set(key, { x, y: box.margin + down * (box.height + box.down) });
    });
  });
  return places;
}

function Arrow({ from, to, label }: { from: Place; to: Place; label: string }) {
  const x1 = from.x + box.width / 2;
  const y1 = from.y + box.height;
  const x2 = to.x + box.width / 2;
  const y2 = to.y;
  const middle = (y1 + y2) / 2;
  const words = wordsOf(label);
  return (
    <g class="arrow">
      <path
        d={`M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2 - 2}`}
        marker-end="url(#tip)"
      />
      <text x={(x1 + x2) / 2 + 10} y={middle + 4}>
        {words}
        <title>{label}</title>
      </text>
    </g>
  );
}

/** What was done on the way: a transform's digest, or one of two words. */
function wordsOf(label: string): string {
  const { transform, edges } = texts().lineage;
  if (label.startsWith('sha256:')) return transform(shortDigest(label));
  return label === 'voted for' ? edges.votedFor : edges.trainedOn;
}

function Box({ node, at }: { node: LineageNode; at: Place }) {
  const { title, detail } = titleOfNode(node);
  const state = stateOf(node);
  const told = state ? `${texts().states[state]} · ${detail}` : detail;
  const digest = digestOfNode(node);
  return (
    <g class={`box ${node.kind} ${stateOf(node)}`} transform={`translate(${at.x} ${at.y})`}>
      <rect width={box.width} height={box.height} rx="10" />
      <text class="title" x="14" y="24">
        {cut(title, 34)}
        <title>{title}</title>
      </text>
      <text class="detail" x="14" y="43">
        {cut(told, 44)}
        <title>{told}</title>
      </text>
      <text class="hash" x="14" y="61">
        {digest ? shortDigest(digest) : ''}
        {digest ? <title>{digest}</title> : null}
      </text>
    </g>
  );
}

function Claims({ node }: { node: LineageNode }) {
  const { title, detail } = titleOfNode(node);
  const href = hrefOf(node);
  const state = stateOf(node);
  return (
    <section class="ingredient" aria-label={title}>
      <h3>
        {href ? <a href={href}>{title}</a> : title} {state ? <Badge state={state} /> : null}
      </h3>
      <p class="quiet">
        {node.kind === 'dataset'
          ? texts().lineage.datasetTitled({ title: node.dataset.title, detail })
          : detail}
      </p>
      <ul class="claims">
        {claimsAbout(node).map((claim) => (
          <li key={`${claim.what} ${claim.value}`}>
            <StandingMark standing={claim.standing} />{' '}
            <span class="wrap">
              {claim.what}
              {texts().common.colon}
              <DigestOrText text={claim.value} />
              {claim.note ? <span class="quiet"> {texts().lineage.note(claim.note)}</span> : null}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const marks: Readonly<Record<Standing, string>> = { proven: '●', attested: '◐', declared: '○' };

function StandingMark({ standing }: { standing: Standing }) {
  return (
    <span class={`standing ${standing}`}>
      <span aria-hidden="true">{marks[standing]}</span> {texts().lineage.standings[standing]}
    </span>
  );
}

function stateOf(node: LineageNode): keyof ReturnType<typeof texts>['states'] | '' {
  switch (node.kind) {
    case 'dataset':
      return node.dataset.status;
    case 'run':
      return node.run.status;
    case 'release':
      return node.release.status;
    case 'unknown':
      return '';
  }
}

function digestOfNode(node: LineageNode): string | null {
  switch (node.kind) {
    case 'dataset':
      return node.dataset.manifest;
    case 'run':
      return node.run.finalRoot;
    case 'release':
      return node.release.manifest;
    case 'unknown':
      return null;
  }
}

function hrefOf(node: LineageNode): string | null {
  if (node.kind === 'dataset') return hashOf({ page: 'dataset', id: node.dataset.id });
  if (node.kind === 'run') return `#/runs/${node.run.id}`;
  if (node.kind === 'release') return `#/releases/${node.release.id}`;
  return null;
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
