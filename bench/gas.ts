/**
 * Gas of the contract's calls, as the embedded node's machine meters them: `npm run bench -- gas`
 * plays runs of 5, of 16 and of 63 workers (`[workers …]` for others, `--only 'by distance'`): plain, with three audits a
 * claim, by distance, and with a quarter of them convicted at once (`--cheats 62`: as many); then
 * compares a DAO of 10 with one of 10,000 members, datasets and proposals, and round 10 of a run
 * with round 200. Printed: Tgas of the receipt, loading included, and the ratio. Fails where a call costs
 * more at many than at few (gas-law.ts). Minutes.
 */
import { parseArgs } from 'node:util';
import { runsPageItemsMax } from '@commonweights/dao-contracts/rules/limits.js';
import {
  dataset,
  members,
  near,
  Play,
  policy,
} from '@commonweights/test/dao-contracts/contract/dao-driver.js';
import { findUneven } from '@commonweights/test/dao-contracts/contract/gas-law.js';
import { VmChain } from '@commonweights/test/dao-contracts/contract/vm-chain.js';
import {
  compareToBounds,
  day,
  fundedPlay,
  playCohort,
  variants,
} from '@commonweights/test/dao-contracts/contract/gas-cohort.js';

type Action = Parameters<Play['propose']>[0];

/** As many as one action takes. */
const membersPerCall = 25;
const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, cheats: { type: 'string' } },
});
const asked = positionals.map(Number);
for (const workers of asked.length > 0 ? asked : [5, 16, 63]) {
  const chosen = Object.keys(variants).filter((one) => !flags.only || one === flags.only);
  const cheats = Number(flags.cheats ?? Math.ceil(workers / 4));
  if (!flags.cheats) {
    for (const what of chosen as (keyof typeof variants)[]) await showCohort(workers, { what });
  }
  if (!flags.only) await showCohort(workers, { what: 'plain', cheats });
}
if (asked.length === 0 && !flags.cheats) {
  compare('most Tgas of a call, by members, datasets and proposals', [
    await playDao(10),
    await playDao(10_000),
  ]);
  compare('most Tgas of a call in a round of five workers', await playRounds([10, 200]));
}

interface Column {
  title: string;
  tgas: Map<string, number>;
}

async function showCohort(
  workers: number,
  { what, cheats = 1 }: { what: keyof typeof variants; cheats?: number },
): Promise<void> {
  const chain = await playCohort(workers, { changes: variants[what], cheats });
  const head = row('method', ['calls', 'least', 'median', 'most']);
  const played = `${workers} workers, ${what}, ${cheats} convicted`;
  console.log(`\n${played}, ${chain.code.bytes.length} bytes of code, Tgas\n${head}`);
  const methods = [...new Set(chain.calls.map(({ method }) => method))].sort();
  for (const method of methods) {
    const its = chain.calls.filter((one) => one.method === method).map(({ gas }) => gas / 1e12);
    its.sort((a, b) => a - b);
    const shown = [its[0]!, its[its.length >> 1]!, its[its.length - 1]!];
    console.log(row(method, [`${its.length}`, ...shown.map((tgas) => tgas.toFixed(2))]));
  }
  const page = runsPageItemsMax * mostOf(chain, 0).get('get_run')!;
  console.log(
    `a page of ${runsPageItemsMax} such runs takes a view ${page.toFixed(0)} Tgas at most`,
  );
  console.log(`\n${row('execution', ['most', 'bound', 'ratio'])}`);
  for (const { method, tgas, boundTgas } of compareToBounds(chain.calls)) {
    const cells = [tgas, boundTgas, tgas / boundTgas].map((value) => value.toFixed(2));
    console.log(row(method, cells));
  }
}

async function playDao(size: number): Promise<Column> {
  const chain = await VmChain.start({ members, policy, guardian: 'guard.test' });
  const play = new Play(chain);
  await chain.call('ann.test', 'deposit', {}, { depositYocto: 100_000n * near });
  // The founders keep a quorum: newcomers weigh little.
  await play.decide({ kind: 'set-member', account: 'ann.test', weight: `${10 ** 9}` });
  await chain.forward(policy.votingPeriodMs);
  // One joins later, and 10,000 are all there can be.
  for (let from = members.length; from < size - 1; from += membersPerCall) {
    const count = Math.min(membersPerCall, size - 1 - from);
    const added = Array.from({ length: count }, (_, i) => `member-${from + i}.test`);
    const action: Action = {
      kind: 'set-members',
      members: added.map((account) => ({ account, weight: '1' })),
    };
    await decide(chain, play, action);
  }
  const pay: Action = { kind: 'transfer', to: 'late.test', amountYocto: '1' };
  for (let id = await play.propose(pay); id < size; id = await play.propose(pay)) {
    if (id % policy.liveProposalsMax === 0) await chain.forward(policy.votingPeriodMs);
  }
  for (let i = 0; i < size; i++) {
    const record = { ...dataset, id: `data-${String(i).padStart(5, '0')}@1`, title: 'Speeches' };
    await chain.call('ann.test', 'register_dataset', { record }, { depositYocto: near });
  }
  await chain.forward(day);
  // The next proposal of an account forgets those of its own that ended, eight at most.
  await decide(chain, play, pay);
  const from = chain.calls.length;
  await chain.call('bob.test', 'delegate', { to: 'cat.test' }, { depositYocto: near / 2n });
  await chain.forward(policy.votingPeriodMs);
  await decide(chain, play, pay);
  await decide(chain, play, { kind: 'set-member', account: 'late.test', weight: '5' });
  const record = { ...dataset, id: 'data-last@1' };
  await chain.call('ann.test', 'register_dataset', { record }, { depositYocto: near });
  await chain.call('bob.test', 'undelegate', {}, { depositYocto: near / 2n });
  for (const list of ['get_members', 'list_datasets']) {
    await chain.view(list, { from: 0, limit: 10 });
  }
  // The last ones: alike in both, while the first of many are those that made members.
  await chain.view('list_proposals', { from: size - 5, limit: 5 });
  return { title: `${size}`, tgas: mostOf(chain, from) };
}

async function decide(chain: VmChain, play: Play, action: Action): Promise<void> {
  const proposal = await play.propose(action);
  const { actionDigest } = await chain.view<{ actionDigest: string }>('get_proposal', { proposal });
  const ballot = { proposal, choice: 'yes', action: actionDigest };
  await chain.call('ann.test', 'vote', ballot);
  await chain.forward(policy.votingPeriodMs + policy.timelockMs);
  await chain.call('cat.test', 'execute', { proposal });
  await chain.call('ann.test', 'claim', {});
}

async function playRounds(rounds: readonly [number, number]): Promise<Column[]> {
  const chain = await VmChain.start();
  const play = await fundedPlay(chain, { workers: 5, rounds: rounds[1] + 1 });
  const columns: Column[] = [];
  for (let round = 1; round <= rounds[1]; round++) {
    const from = chain.calls.length;
    await play.round();
    await play.audit();
    if (rounds.includes(round)) columns.push({ title: `${round}`, tgas: mostOf(chain, from) });
  }
  return columns;
}

function mostOf(chain: VmChain, from: number): Map<string, number> {
  const most = new Map<string, number>();
  for (const { method, gas } of chain.calls.slice(from)) {
    most.set(method, Math.max(gas / 1e12, most.get(method) ?? 0));
  }
  return most;
}

function compare(title: string, columns: readonly Column[]): void {
  const [few, many] = columns;
  console.log(`\n${title}\n${row('method', [few!.title, many!.title, 'ratio'])}`);
  for (const [method, tgas] of [...few!.tgas].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const other = many!.tgas.get(method) ?? NaN;
    const cells = [tgas, other, other / tgas].map((value) => value.toFixed(2));
    console.log(row(method, cells));
  }
  const uneven = findUneven(few!.tgas, many!.tgas);
  for (const sentence of uneven) console.error(`UNEVEN: ${sentence}`);
  if (uneven.length > 0) process.exitCode = 1;
}

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(20) + cells.map((cell) => cell.padStart(9)).join('');
}
