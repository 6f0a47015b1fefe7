/**
 * Where a call's gas goes, function by function: `npm run bench -- gas-profile [workers [method …]]`
 * builds the contract with every function of the rules and of the shell wrapped in one that asks
 * the machine what was burnt, and plays two rounds. Printed for the dearest call of each method:
 * calls, Tgas with what a function called, Tgas without. The asking itself costs about 0.01 Tgas
 * a call: read proportions, not sums.
 */
import type { SourceEdit } from '@commonweights/dao-contracts/toolchain/snapshot/bundle-contract.js';
import { playCohort } from '@commonweights/test/dao-contracts/contract/gas-cohort.js';

const [workers = '63', ...asked] = process.argv.slice(2);

const exported = /^(?:export )?function (\w+)/gm;

/** Asking is not allowed in views, so it begins where calls alone come by. */
const roots = ['commandRun', 'propose', 'vote'];

/** Methods that the machine wraps, in place. */
const wrap: SourceEdit = ({ path, text }) => {
  if (!/dao-contracts\/(rules|contract)\//.test(path)) return text;
  const names = [...text.matchAll(exported)].map(([, name]) => name!);
  const wrapped = names
    .filter((name) => !/dao\.ts$/.test(path) && name !== 'unreachable')
    .map((name) => `${name} = cwProfiled('${name}', ${name});`);
  const profiler = `
    globalThis.cwProfile ??= { open: [], rows: new Map(), on: false };
    function cwProfiled(name, f) {
      const root = ${JSON.stringify(roots)}.includes(name);
      return function (...args) {
        const profile = globalThis.cwProfile;
        if (!profile.on && !root) return f.apply(this, args);
        profile.on = true;
        const { open, rows } = profile;
        const from = Number(env.used_gas());
        if (root) rows.set('(before)', { calls: 1, all: from, self: from });
        const frame = { inner: 0 };
        open.push(frame);
        try {
          return f.apply(this, args);
        } finally {
          open.pop();
          const all = Number(env.used_gas()) - from;
          const row = rows.get(name) ?? { calls: 0, all: 0, self: 0 };
          row.calls++;
          row.all += all;
          row.self += all - frame.inner;
          rows.set(name, row);
          if (open.length > 0) open[open.length - 1].inner += all;
          if (root) {
            const list = [...rows].map(([n, r]) => [n, r.calls, r.all, r.self]);
            env.log('PROFILE:' + JSON.stringify(list));
          }
        }
      };
    }`;
  return `${text}\n${profiler}\n${wrapped.join('\n')}`;
};

const chain = await playCohort(Number(workers), { edit: wrap });
const methods = asked.length > 0 ? asked : [...new Set(chain.calls.map(({ method }) => method))];
for (const method of methods) {
  const its = chain.calls.filter((one) => one.method === method && !one.view);
  its.sort((a, b) => b.gas - a.gas);
  const most = its[0];
  const line = most?.logs.find((log) => log.startsWith('PROFILE:'));
  if (!most || !line) continue;
  console.log(`\n${method}: ${(most.gas / 1e12).toFixed(2)} Tgas`);
  const rows = JSON.parse(line.slice('PROFILE:'.length)) as [string, number, number, number][];
  rows.sort((a, b) => b[3] - a[3]);
  for (const [name, calls, all, self] of rows.slice(0, 25)) {
    const cells = [calls, (all / 1e12).toFixed(3), (self / 1e12).toFixed(3)];
    console.log(name.padEnd(28) + cells.map((cell) => String(cell).padStart(10)).join(''));
  }
}
