/** What a chain tells of a release beyond the facts that verdicts need: how was voted, what it cost. */
import { readMembers } from '@commonweights/dao-contracts/client/governance.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { ReleaseStory } from './explanation.js';
import type { ReleaseFacts } from './release-facts.js';

/** Asked one by one; of a larger DAO the tally tells. */
const membersAsked = 100;

/** Null where the chain knows of no such release. Errors: those of the node. */
export async function readReleaseStory(
  client: DaoClient,
  { release }: Pick<ReleaseFacts, 'release'>,
): Promise<ReleaseStory | null> {
  if (!release) return null;
  const run = await client.getRun({ run: release.run });
  const { proposal } = release;
  return {
    proposal: await client.getProposal({ proposal }),
    votes: await readVotes(client, proposal),
    funding: run && (await client.getProposal({ proposal: run.proposal })),
    paidYocto: run?.paidYocto ?? 0n,
    budgetYocto: run?.budgetYocto ?? 0n,
  };
}

async function readVotes(client: DaoClient, proposal: number): Promise<ReleaseStory['votes']> {
  const { members } = await readMembers(client);
  const asked = members.slice(0, membersAsked);
  const ballots = asked.map(({ account }) => client.getBallot({ proposal, account }));
  return (await Promise.all(ballots)).filter(({ choice }) => choice !== null);
}
