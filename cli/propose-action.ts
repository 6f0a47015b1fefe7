/**
 * Proposing an action that a command made: what it would change is read from the chain and shown,
 * then it is submitted, or not (`--dry-run`). The one way to the vote, whatever the command.
 */
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { fromWire } from '@commonweights/dao-contracts/client/money-fields.js';
import type { Action, ProposalView } from '@commonweights/dao-contracts/client/views.js';
import type { Command } from 'commander';
import { describeAction, readEffects } from './commands/proposal-words.js';
import { submitProposal } from './proposal-bond.js';
import { readDifferences } from './proposal-differences.js';
import type { Session } from './session.js';

export interface ProposeFlags {
  readonly description?: string;
  readonly dryRun?: boolean;
}

/** The flags of every command that proposes. */
export function withProposeFlags(command: Command): Command {
  return command
    .option('--description <text>', 'why, for the voters')
    .option('--dry-run', 'show what it would change, propose nothing');
}

/** `facts`: lines to show before what it would change. */
export async function proposeAction(
  session: Session,
  it: { action: Action; flags: ProposeFlags; facts?: string },
): Promise<void> {
  const { flags, facts = '' } = it;
  const action = fromWire(it.action) as ProposalView['action'];
  const what = describeAction(action);
  const client = session.reader();
  const [effects, differences] = [
    await readEffects(client, action),
    await readDifferences(client, { id: 0, action }),
  ];
  const words = effects.map((one) => `- ${one}\n`).join('');
  const shown = `${facts}${words}${words === '' ? '' : '\n'}${differences.text}`;
  const told = { action, words: effects, ...differences.data };
  if (flags.dryRun) {
    session.print({ ...told, proposal: null }, () => `${shown}It would ask to ${what}.\n`);
    return;
  }
  const signer = await session.signer();
  const store = await session.registryWriter();
  const text = flags.description ?? what;
  const description = await store.put(canonicalBytes({ text, title: what }));
  const proposal = await submitProposal(signer, { action: it.action, description });
  const { bondYocto } = await client.getPolicy();
  session.print(
    { ...told, proposal },
    () =>
      `${shown}Proposal ${proposal}: vote with "commonweights proposal vote ${proposal} yes"\n` +
      `It asks to ${what}; its bond is ${formatNear(bondYocto)}.\n`,
  );
}
