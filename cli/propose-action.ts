/** Proposing an action that a command made: what it would change is shown, then it is submitted. */
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { fromWire } from '@commonweights/dao-contracts/client/money-fields.js';
import type { Action, ProposalView } from '@commonweights/dao-contracts/client/views.js';
import { describeAction } from './commands/proposal-words.js';
import { submitProposal } from './proposal-bond.js';
import { readDifferences } from './proposal-differences.js';
import type { Session } from './session.js';

export interface ProposeFlags {
  readonly description?: string;
  readonly dryRun?: boolean;
}

/** `facts`: lines to show before the differences. */
export async function proposeAction(
  session: Session,
  it: { action: Action; flags: ProposeFlags; facts?: string },
): Promise<void> {
  const { flags, facts = '' } = it;
  const action = fromWire(it.action) as ProposalView['action'];
  const differences = await readDifferences(session.reader(), { id: 0, action });
  const shown = `${facts}${differences.text}`;
  if (flags.dryRun) {
    session.print({ action, ...differences.data, proposal: null }, () => shown);
    return;
  }
  const client = await session.signer();
  const text = flags.description ?? describeAction(action);
  const store = await session.registryWriter();
  const description = await store.put(canonicalBytes({ text, title: text }));
  const proposal = await submitProposal(client, { action: it.action, description });
  session.print(
    { action, ...differences.data, proposal },
    () => `${shown}Proposal ${proposal}: vote with "commonweights proposal vote ${proposal} yes"\n`,
  );
}
