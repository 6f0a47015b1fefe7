/**
 * The rounds of a run as a chain of roots: final ones in a line, cancelled ones below it, each
 * hanging from the root that it started from. To the right is newer.
 */
import { useEffect, useRef } from 'preact/hooks';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { RoundLink } from '../reading/round-chain.js';
import { shortDigest } from '../words/amounts.js';
import { texts } from '../texts/language.js';

const box = { width: 124, height: 86, gap: 34, startWidth: 116 };
const upper = 10;
const lower = upper + box.height + 38;

interface Placed {
  readonly link: RoundLink;
  readonly x: number;
  readonly y: number;
  /** Where its arrow comes from. */
  readonly from: { readonly x: number; readonly y: number; readonly lower: boolean };
}

const signs = {
  final: '✓',
  rewound: '↶',
  aborted: '✕',
  rewind: '⤺',
  provisional: '◌',
  open: '●',
} as const;

export function RoundChainPicture(it: {
  links: readonly RoundLink[];
  /** Root that the first shown round started from. */
  startRoot: Digest;
  startName: string;
}) {
  const placed = placeRounds(it.links);
  const width = box.startWidth + it.links.length * (box.width + box.gap) + 20;
  const height = placed.some(({ y }) => y === lower)
    ? lower + box.height + 10
    : upper + box.height + 10;
  const frame = useNewestInView(it.links.length);
  const say = texts().run.chain;
  const { states, common } = texts();
  const spoken = it.links
    .map(({ round, state }) => say.spokenRound({ round, state: states[state] }))
    .join(common.and);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={say.picture} ref={frame}>
      <svg
        class="round-chain"
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={say.spoken(spoken || common.none)}
      >
        <g class="round start" transform={`translate(2 ${upper + 18})`}>
          <rect width={box.startWidth - 4} height={box.height - 36} rx="25" />
          <text class="title" x={(box.startWidth - 4) / 2} y="21">
            {it.startName}
          </text>
          <text class="hash" x={(box.startWidth - 4) / 2} y="38">
            {shortDigest(it.startRoot)}
            <title>{it.startRoot}</title>
          </text>
        </g>
        {placed.map((one) => (
          <Link key={one.link.round} one={one} />
        ))}
        {placed.map((one) => (
          <Round key={one.link.round} one={one} />
        ))}
      </svg>
    </div>
  );
}

/** Law: an arrow starts at the newest earlier round that has the root, else at the beginning. */
function placeRounds(links: readonly RoundLink[]): Placed[] {
  const placed: Placed[] = [];
  links.forEach((link, index) => {
    const cancelled = link.state === 'rewound' || link.state === 'aborted';
    const source = placed.findLast((one) => one.link.root === link.startRoot);
    const middle = box.height / 2;
    placed.push({
      link,
      x: box.startWidth + box.gap + index * (box.width + box.gap),
      y: cancelled ? lower : upper,
      from: source
        ? { x: source.x + box.width, y: source.y + middle, lower: source.y === lower }
        : { x: box.startWidth - 2, y: upper + middle, lower: false },
    });
  });
  return placed;
}

function Link({ one }: { one: Placed }) {
  const { from, x } = one;
  const y = one.y + box.height / 2;
  // Down, or straight on: a cancelled round hangs from the line, it is not part of it.
  const bend = from.x + box.gap / 2;
  const path =
    from.y === y
      ? `M${from.x} ${y}H${x}`
      : `M${from.x} ${from.y}H${bend - 8}Q${bend} ${from.y} ${bend} ${from.y + Math.sign(y - from.y) * 8}V${y - Math.sign(y - from.y) * 8}Q${bend} ${y} ${bend + 8} ${y}H${x}`;
  return <path class={`link ${one.link.state}`} d={path} />;
}

function Round({ one: { link, x, y } }: { one: Placed }) {
  const say = texts().run.chain;
  return (
    <g class={`round ${link.state}`} transform={`translate(${x} ${y})`}>
      <rect width={box.width} height={box.height} rx="10" />
      <text class="title" x="12" y="22">
        {say.round(link.round)}
      </text>
      <text class="state" x="12" y="40">
        {signs[link.state]} {texts().states[link.state]}
      </text>
      <text class="hash" x="12" y="57">
        {link.root ? shortDigest(link.root) : say.noRoot}
        <title>{link.root ?? say.gaveNoRoot}</title>
      </text>
      {link.claims.slice(0, 9).map((claim, index) => (
        <g key={claim.seat} class={`claim ${claim.included ? claim.verdict : 'out'}`}>
          <circle cx={17 + index * 12} cy="71" r="4.5" />
          {claim.verdict === 'failed' ? (
            <path d={`M${14.5 + index * 12} 68.5l5 5m0-5l-5 5`} />
          ) : null}
          <title>
            {say.seat({
              seat: claim.seat,
              account: claim.account ? say.account(claim.account) : '',
              verdict: texts().run.verdicts[claim.included ? claim.verdict : 'out'],
            })}
          </title>
        </g>
      ))}
    </g>
  );
}

/** Scrolls to the newest round when there is another one, as long as nobody scrolled back. */
function useNewestInView(rounds: number) {
  const frame = useRef<HTMLDivElement>(null);
  const end = useRef(0);
  useEffect(() => {
    const it = frame.current;
    if (!it) return;
    const most = it.scrollWidth - it.clientWidth;
    if (it.scrollLeft >= end.current - 40) it.scrollLeft = most;
    end.current = most;
  }, [rounds]);
  return frame;
}
