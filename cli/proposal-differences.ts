/** What a proposal would change, told against what holds now: read from the chain, not believed. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import {
  readDatasetEffects,
  type DatasetEffects,
} from '@commonweights/dao-contracts/client/dataset-effects.js';
import { readPolicyEffects } from '@commonweights/dao-contracts/client/policy-effects.js';
import type { ProposalView } from '@commonweights/dao-contracts/client/views.js';
import { formatFacts, formatTable, formatTime } from './output.js';
import { describeEffects, formatDuration } from './policy-words.js';

export interface Differences {
  /** For programs, beside the proposal's own fields. */
  readonly data: Record<string, unknown>;
  /** For people; empty, or lines and a blank one. */
  readonly text: string;
}

/** `id`: of the proposal, which is not told about itself; 0 before it is made. */
export async function readDifferences(
  client: DaoClient,
  view: Pick<ProposalView, 'id' | 'action'>,
): Promise<Differences> {
  const { action } = view;
  switch (action.kind) {
    case 'set-policy': {
      const effects = await readPolicyEffects(client, { proposal: view.id, next: action.policy });
      return { data: { effects }, text: `${describeEffects(effects)}\n` };
    }
    case 'set-member':
      return compareMembers(client, [action]);
    case 'set-members':
      return compareMembers(client, action.members);
    case 'set-guardian': {
      const { guardian, guardianUntilMs } = await client.getPolicy();
      const before =
        guardian === null ? 'nobody' : `${guardian} until ${formatTime(guardianUntilMs)}`;
      const after = action.account ?? 'nobody';
      const term = action.account === null ? '' : ` for ${formatDuration(action.termMs)}`;
      const text = `${formatTable(['', 'now', 'would be'], [['guardian', before, after + term]])}\n`;
      return { data: { guardian: { before: guardian, after: action.account } }, text };
    }
    case 'resolve-dataset-dispute': {
      const effects = await readDatasetEffects(client, action.dataset);
      return { data: { effects }, text: `${describeDataEffects(effects)}\n` };
    }
    default:
      return { data: {}, text: '' };
  }
}

/** What hangs on a dataset, for whoever decides about it. */
export function describeDataEffects(effects: DatasetEffects): string {
  const { descendants, liveRuns, releases } = effects;
  return formatFacts([
    ['descends from it', descendants.join(', ') || null],
    ['live runs on it', liveRuns.join(', ') || null],
    [
      'releases of it',
      releases.map(({ title, version }) => `${title} ${version}`).join(', ') || null,
    ],
  ]);
}

async function compareMembers(
  client: DaoClient,
  members: readonly { account: string; weight: string }[],
): Promise<Differences> {
  const { totalWeight } = await client.getMembers({ limit: 1 });
  const changes = await Promise.all(
    members.map(async ({ account, weight }) => {
      const before = (await client.getStanding({ account })).weight;
      return { account, before, after: weight };
    }),
  );
  const total = changes.reduce(
    (sum, { before, after }) => sum - BigInt(before) + BigInt(after),
    BigInt(totalWeight),
  );
  const rows = changes.map(({ account, before, after }) => [account, before, after]);
  const table = formatTable(
    ['weight of', 'now', 'would be'],
    [...rows, ['everybody', totalWeight, `${total}`]],
  );
  return { data: { members: changes }, text: `${table}\n` };
}

/** How far the vote is from its quorum. */
export function describeQuorum(view: ProposalView): string {
  const voted = BigInt(view.yes) + BigInt(view.no) + BigInt(view.abstain);
  const share = (BigInt(view.quorumBps) * BigInt(view.totalWeight) + 9_999n) / 10_000n;
  const late = view.extended ? ', reached late: voting was made longer' : '';
  return `${voted} of ${share} needed${late}`;
}
