/** One proposal, with what is needed to say what it would change and whether its digest is true. */
import { digestOfAction, readMembers } from '@commonweights/dao-contracts/client/governance.js';
import type {
  AccountingView,
  MembersView,
  PolicyView,
  ProposalView,
  RunView,
} from '@commonweights/dao-contracts/client/views.js';
import type { Door } from './door.js';
import { readChainTimeMs } from './chain-time.js';
import type { BlobAnswer } from './blob-json.js';

export interface ProposalStory {
  readonly proposal: ProposalView;
  readonly policy: PolicyView;
  readonly members: MembersView;
  readonly accounting: AccountingView;
  /** The run that the action names. */
  readonly run: RunView | null;
  /** Whether the digest that votes name is the digest of the action shown, computed here. */
  readonly digestHolds: boolean;
  /** The proposer's own words: a claim like any other. */
  readonly description: BlobAnswer<string>;
  readonly nowMs: number;
}

const descriptionCharsMax = 4_000;

export async function readProposal(door: Door, id: number): Promise<ProposalStory | null> {
  const { client, blobs } = door;
  const proposal = await client.getProposal({ proposal: id });
  if (!proposal) return null;
  const { action } = proposal;
  const [policy, members, accounting, run, nowMs, described] = await Promise.all([
    client.getPolicy(),
    readMembers(client),
    client.getAccounting(),
    'run' in action ? client.getRun({ run: action.run }) : null,
    readChainTimeMs(client),
    blobs.readJson(proposal.description),
  ]);
  const text = described.value?.['text'];
  const description: BlobAnswer<string> =
    described.why !== null
      ? described
      : typeof text === 'string'
        ? { value: text.slice(0, descriptionCharsMax), why: null }
        : { value: null, why: 'NO_TEXT: the description holds no text' };
  const digestHolds = digestOfAction(action) === proposal.actionDigest;
  return { proposal, policy, members, accounting, run, nowMs, digestHolds, description };
}
