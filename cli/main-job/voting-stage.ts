/** What every decision of the DAO goes through: votes, the end of voting, the timelock, execution. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { CommandLine } from './command-line.js';

/** Returns the id of the run or release that the proposal made. */
export async function decide(it: {
  cli: CommandLine;
  client: DaoClient;
  proposal: number;
  voters: readonly string[];
  fastForward(ms: number): Promise<void>;
  tell(line: string): void;
}): Promise<number> {
  const { cli, client, proposal } = it;
  for (const voter of it.voters) {
    await cli.run(['proposal', 'vote', `${proposal}`, 'yes', '--account', voter]);
  }
  const view = await client.getProposal({ proposal });
  if (!view) throw new Error(`NO_SUCH_PROPOSAL: ${proposal}`);
  it.tell('the local clock moves past the vote and the timelock');
  await it.fastForward(view.executableAtMs - view.createdAtMs + 1000);
  await cli.run(['proposal', 'execute', `${proposal}`, '--account', it.voters[0]!]);
  const done = await client.getProposal({ proposal });
  if (done?.status !== 'executed' || done.created === null) {
    throw new Error(`NOT_EXECUTED: proposal ${proposal} is ${done?.status}; see proposal show`);
  }
  return done.created;
}
