/** A state in one word, with a colour and a shape that say the same. */
import { texts } from '../texts/language.js';

const looks: Readonly<Record<string, 'good' | 'bad' | 'busy' | 'wait' | 'still'>> = {
  running: 'busy',
  enrolling: 'wait',
  paused: 'wait',
  completed: 'good',
  stopped: 'still',
  voting: 'busy',
  queued: 'wait',
  executed: 'good',
  rejected: 'bad',
  expired: 'still',
  cancelled: 'bad',
  published: 'good',
  revoked: 'bad',
  active: 'good',
  disputed: 'wait',
  submit: 'busy',
  reveal: 'busy',
  review: 'busy',
  tally: 'busy',
  pay: 'busy',
  closed: 'still',
  jury: 'busy',
  window: 'wait',
  dao: 'busy',
  withdrawn: 'bad',
  absent: 'wait',
  applied: 'wait',
  expelled: 'bad',
  left: 'still',
  final: 'good',
  provisional: 'wait',
  open: 'busy',
  rewound: 'bad',
  aborted: 'still',
  passed: 'good',
  failed: 'bad',
};

const shapes = { good: '✓', bad: '✕', busy: '●', wait: '◌', still: '–' } as const;

export function Badge({ state, title }: { state: string; title?: string }) {
  const look = looks[state] ?? 'still';
  return (
    <span class={`badge ${look}`} title={title}>
      <span aria-hidden="true">{shapes[look]}</span> {wordFor(state)}
    </span>
  );
}

/** A state that a newer contract knows is shown as it calls it. */
function wordFor(state: string): string {
  const { states } = texts();
  return state in states ? states[state as keyof typeof states] : state;
}
