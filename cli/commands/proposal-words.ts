/**
 * An action in words for a terminal, to the last digit. The words themselves are those of the pages
 * (`dao-contracts/client/action-words.ts`).
 */
import {
  describeAction as describe,
  effectsOfAction,
  type Figures,
} from '@commonweights/dao-contracts/client/action-words.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import type { Action } from '@commonweights/dao-contracts/client/views.js';

const exactly: Figures = {
  near: formatNear,
  digest: (digest) => digest,
  span: formatSpan,
  whole: (digits) => digits,
};

/** Enough of a digest for a list; the whole of it is shown with the proposal. */
const briefly: Figures = {
  ...exactly,
  digest: (digest) => `${digest.slice(0, 'sha256:'.length + 12)}…`,
};

/** The action in a few words. */
export function describeAction(action: Action): string {
  return describe(action, briefly);
}

/** What carrying it out would change; empty for what a table of differences tells. */
export async function readEffects(client: DaoClient, action: Action): Promise<string[]> {
  switch (action.kind) {
    case 'set-policy':
    case 'set-member':
    case 'set-members':
    case 'set-guardian':
      return [];
    default:
      return effectsOfAction(
        action,
        'run' in action ? await client.getRun({ run: action.run }) : null,
        exactly,
      );
  }
}

const units: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
  [1, 'ms'],
];

/** Exactly, in the largest unit that divides it. */
function formatSpan(ms: number): string {
  const [size, name] = units.find(([one]) => ms % one === 0)!;
  return `${ms / size}${name}`;
}
