/** docs/gas.md: what every method of the contract costs, measured, and how it is compared. */
import { notPlayed, playEveryMethod } from './every-method.js';

interface MethodCost {
  method: string;
  calls: number;
  /** Most of any call, in units of 10^12 gas. */
  teraGas: number;
  /** Most that any call added. */
  storageBytes: number;
  view: boolean;
}

export interface Measured {
  codeBytes: number;
  costs: MethodCost[];
}

/** A method may cost so much more, or less, before its row must change. */
const driftPercentMax = 3;
/** Of a row of a few bytes every byte is more than that. */
const driftBytesFree = 8;

/** Errors: throws where a method of the contract is neither played nor excepted. */
export async function measureMethods(): Promise<Measured> {
  const { calls, methods, codeBytes } = await playEveryMethod();
  const missing = methods.filter(
    (method) => !(method in notPlayed) && !calls.some((call) => call.method === method),
  );
  if (missing.length > 0) {
    throw new Error(
      `NOT_PLAYED: ${missing.join(', ')}; call it in test/dao-contracts/contract/every-method.ts`,
    );
  }
  const costs = methods.flatMap((method) => {
    const its = calls.filter((call) => call.method === method);
    if (its.length === 0) return [];
    return {
      method,
      calls: its.length,
      teraGas: Math.max(...its.map(({ gas }) => gas)) / 1e12,
      storageBytes: Math.max(...its.map(({ storageBytes }) => storageBytes)),
      view: its[0]!.view,
    };
  });
  return { codeBytes, costs };
}

export function formatGasTable({ codeBytes, costs }: Measured): string {
  const rows = (views: boolean) =>
    costs
      .filter(({ view }) => view === views)
      .map(({ method, calls, teraGas, storageBytes }) => {
        const stored = views ? '' : ` ${storageBytes} |`;
        return `| \`${method}\` | ${calls} | ${teraGas.toFixed(2)} |${stored}`;
      });
  return `# What calls cost

Made by \`npm run bench -- gas-table --write\`; do not edit. \`test/docs/gas-table.test.ts\` fails when
a method costs over ${driftPercentMax} % more or less than its row says, or has none. The play behind it is
\`test/dao-contracts/contract/every-method.ts\`: three voters, runs of four and five trainers with an
auditor, a cheat, an appeal, two challenges, a bounty. \`npm run bench -- gas\` shows how calls of a run grow with
its seats, \`npm run bench -- governance-gas\` that calls of governance do not grow with the members.

Tgas are the most that any call of the method burnt on the machine of the embedded node: the
receipt's fee and the action's (0.89 Tgas together), loading the contract's ${codeBytes.toLocaleString('en-US')} bytes
(${((codeBytes * 1_089_295) / 1e12).toFixed(2)} Tgas), execution. What a transaction costs on its way, and what follows in other
receipts, is not in it. Bytes are the most that any call added to what the contract stores.

| call | calls | Tgas | bytes |
| --- | ---: | ---: | ---: |
${rows(false).join('\n')}

Not in the table: ${Object.entries(notPlayed)
    .map(([method, why]) => `\`${method}\`, ${why}`)
    .join('; ')}.

Views cost their caller nothing; the same gas is burnt when a contract calls them.

| view | calls | Tgas |
| --- | ---: | ---: |
${rows(true).join('\n')}
`;
}

/** What the table says of each method. */
export function parseGasTable(
  text: string,
): Map<string, Pick<MethodCost, 'teraGas' | 'storageBytes'>> {
  const rows = text.matchAll(/^\| `(\w+)` \| \d+ \| ([\d.]+) \|(?: (-?\d+) \|)?$/gm);
  return new Map(
    [...rows].map(([, method, tgas, bytes]) => [
      method!,
      { teraGas: Number(tgas), storageBytes: Number(bytes ?? 0) },
    ]),
  );
}

/**
 * One sentence for each method that has no row, outgrew it, or fell below it: a row that is never
 * taken down would let what was saved be lost again unseen.
 */
export function findDrift(table: string, { costs }: Measured): string[] {
  const rows = parseGasTable(table);
  return costs.flatMap(({ method, teraGas, storageBytes }) => {
    const row = rows.get(method);
    if (!row) return [`${method} has no row`];
    const found: string[] = [];
    // The table rounds to a hundredth.
    if (isApart(teraGas, row.teraGas, 0.005)) {
      found.push(`${method} burns ${teraGas.toFixed(2)} Tgas instead of ${row.teraGas}`);
    }
    if (isApart(storageBytes, row.storageBytes, driftBytesFree)) {
      found.push(`${method} stores ${storageBytes} bytes instead of ${row.storageBytes}`);
    }
    return found;
  });
}

function isApart(measured: number, written: number, free: number): boolean {
  const allowed = Math.max(free, (Math.abs(written) * driftPercentMax) / 100);
  return Math.abs(measured - written) > allowed;
}
