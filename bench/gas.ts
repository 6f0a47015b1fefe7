/**
 * Gas of every call of the DAO contract, on the embedded node: a whole run with a convicted cheat,
 * for a small and a full cohort. `npx tsx bench/gas.ts [workers …]` (default: 5 16). Printed: the
 * contract's own execution in Tgas, least, median and most over all calls of a method.
 */
import { near, Play, terms } from '@commonweights/test/dao-contracts/contract/dao-driver.js';
import { startLocalnetDao } from '@commonweights/test/dao-contracts/contract/localnet-chain.js';

const cohorts = process.argv.slice(2).map(Number);
for (const workers of cohorts.length > 0 ? cohorts : [5, 16]) await measure(workers);

async function measure(workers: number): Promise<void> {
  const names = Array.from({ length: workers }, (_, i) => `w${i}.test`);
  const voters = ['ann.test', 'bob.test', 'cat.test'];
  const dao = await startLocalnetDao([...voters, ...names, 'audit.test']);
  const play = new Play(dao.chain);
  const stakeYocto = `${4n * near}`;
  // Every call is a block of a second: the deadlines must not pass by themselves.
  const day = 24 * 3_600_000;
  const deadlinesMs = {
    enrol: day,
    train: day,
    reveal: day,
    certify: day,
    aggregate: day,
    audit: day,
  };
  await play.fund({ rounds: 2, maxWorkers: workers, maxAuditors: 1, stakeYocto, deadlinesMs });
  await play.enrol(names);
  await play.round();
  await play.round({ cheats: [(await play.seats())[0]!.account] });
  while ((await play.view()).status === 'running') {
    await play.audit();
    if ((await play.view()).open) await play.round();
  }
  await dao.chain.call(names[1]!, 'claim', {});
  print(
    dao.gasOf,
    `${workers} workers, ${terms.segments} segments, ${dao.codeBytes} bytes of code`,
  );
  await dao.stop();
}

function print(records: readonly { method: string; gas: bigint }[], title: string): void {
  const byMethod = new Map<string, number[]>();
  for (const { method, gas } of records) {
    byMethod.set(method, [...(byMethod.get(method) ?? []), Number(gas) / 1e12]);
  }
  console.log(`\n${title}\n${row('method', 'calls', 'least', 'median', 'most')}`);
  for (const [method, tgas] of [...byMethod].sort(([a], [b]) => (a < b ? -1 : 1))) {
    tgas.sort((a, b) => a - b);
    const [least, median, most] = [0, tgas.length >> 1, tgas.length - 1].map((i) =>
      tgas[i]!.toFixed(2),
    );
    console.log(row(method, `${tgas.length}`, least!, median!, most!));
  }
}

function row(method: string, ...cells: string[]): string {
  return method.padEnd(20) + cells.map((cell) => cell.padStart(9)).join('');
}
