/** The kinds of proposals in the order in which a chooser shows them. */
import type { Action } from '@commonweights/dao-contracts/rules/actions.js';

export type ActionKind = Action['kind'];

export const kindGroups = {
  training: [
    ...(['fund-run', 'amend-run', 'pause-run', 'resume-run'] as const),
    ...(['stop-run', 'rewind-run', 'resolve-dispute'] as const),
  ],
  releases: ['publish-release', 'revoke-release'],
  data: ['open-bounty', 'approve-dataset', 'resolve-dataset-dispute'],
  money: ['transfer', 'transfer-token'],
  people: ['set-member', 'set-members', 'set-guardian', 'set-policy', 'upgrade'],
} as const satisfies Readonly<Record<string, readonly ActionKind[]>>;

type Listed = (typeof kindGroups)[keyof typeof kindGroups][number];
/** Does not compile when the contract learns an action that nobody can propose here. */
type All = ActionKind extends Listed ? readonly Listed[] : never;
const listed: All = Object.values(kindGroups).flat();

export function isActionKind(text: string): text is ActionKind {
  return (listed as readonly string[]).includes(text);
}
