/**
 * Gas of governance at few and at many members, on the embedded node:
 * `npx tsx bench/governance-gas.ts [members …]` (default: 10 10000). Nothing may loop over people, so
 * the columns must agree within a tenth or half a Tgas, or it fails. Members are made by the DAO's
 * own proposals.
 */
import { named, near, type Play } from '@commonweights/test/dao-contracts/contract/dao-driver.js';
import { findUneven } from '@commonweights/test/dao-contracts/contract/gas-law.js';
import {
  startLocalnetDao,
  type LocalnetDao,
} from '@commonweights/test/dao-contracts/contract/localnet-chain.js';

type Action = Parameters<Play['propose']>[0];

/** As many as one action takes. */
const membersPerCall = 25;
const asked = process.argv.slice(2).map(Number);
const sizes = asked.length > 0 ? asked : [10, 10_000];

const columns: Map<string, number>[] = [];
for (const size of sizes) columns.push(await measure(size));
const methods = [...columns[0]!.keys()];
console.log(
  `\nTgas, most of any call\n${row(
    'call',
    sizes.map((size) => `${size} members`),
  )}`,
);
for (const method of methods) {
  console.log(
    row(
      method,
      columns.map((column) => column.get(method)!.toFixed(2)),
    ),
  );
}

const uneven = columns.slice(1).flatMap((column) => findUneven(columns[0]!, column));
for (const sentence of uneven) console.error(`UNEVEN: ${sentence}`);
if (uneven.length > 0) process.exitCode = 1;

async function measure(size: number): Promise<Map<string, number>> {
  const dao = await startLocalnetDao([
    'ann.test',
    'bob.test',
    'cat.test',
    'late.test',
    'rich.test',
  ]);
  const { chain, gasOf } = dao;
  await chain.call('rich.test', 'deposit', {}, { depositYocto: 90n * near });
  // The founders keep a quorum: newcomers weigh little.
  await decide(dao, { kind: 'set-member', account: 'ann.test', weight: `${10 ** 9}` });
  await chain.forward(60_000);
  for (let from = 4; from <= size; from += membersPerCall) {
    const count = Math.min(membersPerCall, size - from + 1);
    const members = Array.from({ length: count }, (_, i) => ({
      account: `member-${from + i}.test`,
      weight: '1',
    }));
    await decide(dao, { kind: 'set-members', members });
    const tgas = (Number(gasOf.at(-2)!.gas) / 1e12).toFixed(2);
    if (from % 500 === 4) process.stderr.write(`${from} members; ${count} more: ${tgas} Tgas\n`);
  }
  const { count } = await chain.view<{ count: number }>('get_members', { limit: 1 });
  if (count !== Math.max(3, size)) throw new Error(`${count} members instead of ${size}`);
  await chain.forward(60_000);

  const marks = new Map<string, number>();
  const mark = async (name: string, act: () => Promise<unknown>) => {
    const at = gasOf.length;
    await act();
    const most = Math.max(...gasOf.slice(at).map(({ gas }) => Number(gas) / 1e12));
    marks.set(name, Math.max(most, marks.get(name) ?? 0));
  };
  const depositYocto = near / 2n;
  await mark('delegate', () =>
    chain.call('bob.test', 'delegate', { to: 'cat.test' }, { depositYocto }),
  );
  await chain.forward(60_000);
  const pay: Action = { kind: 'transfer', to: 'late.test', amountYocto: '1' };
  let proposal = 0;
  await mark('propose', async () => (proposal = await propose(dao, pay)));
  await mark('vote', () => vote(dao, 'ann.test', proposal));
  await mark('vote of a delegate', () => vote(dao, 'cat.test', proposal));
  await mark('vote of its delegator', () => vote(dao, 'bob.test', proposal));
  await chain.forward(90_000);
  await mark('execute transfer', () => chain.call('cat.test', 'execute', { proposal }));
  const join: Action = { kind: 'set-member', account: 'late.test', weight: '1' };
  if (size < 10_000) proposal = await decide(dao, join, (act) => mark('execute set-member', act));
  else {
    const leave: Action = { kind: 'set-member', account: 'member-5.test', weight: '0' };
    await decide(dao, leave);
    await decide(dao, join, (act) => mark('execute set-member', act));
  }
  await mark('undelegate', () => chain.call('bob.test', 'undelegate', {}, { depositYocto }));
  await dao.stop();
  return marks;
}

async function propose({ chain }: LocalnetDao, action: Action): Promise<number> {
  const it = { depositYocto: 2n * near };
  return (await chain.call(
    'ann.test',
    'propose',
    { action, description: named('why') },
    it,
  )) as number;
}

async function vote({ chain }: LocalnetDao, account: string, proposal: number): Promise<void> {
  const view = await chain.view<{ actionDigest: string }>('get_proposal', { proposal });
  await chain.call(account, 'vote', { proposal, choice: 'yes', action: view.actionDigest });
}

async function decide(
  dao: LocalnetDao,
  action: Action,
  executing: (act: () => Promise<unknown>) => Promise<void> = async (act) => void (await act()),
): Promise<number> {
  const proposal = await propose(dao, action);
  await vote(dao, 'ann.test', proposal);
  await dao.chain.forward(90_000);
  await executing(() => dao.chain.call('cat.test', 'execute', { proposal }));
  await dao.chain.call('ann.test', 'claim', {});
  return proposal;
}

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(24) + cells.map((cell) => cell.padStart(16)).join('');
}
