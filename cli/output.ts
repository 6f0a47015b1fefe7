/**
 * How data is printed: facts and tables for people, JSON for programs. A cell is one line, whatever
 * a stranger wrote into it.
 */
import { toWire } from '@commonweights/dao-contracts/client/money-fields.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { plainJson, plainText } from './inert-text.js';

export type Cell = string | number | bigint | boolean | null | undefined;

/** One label and value per line, values in one column. A `bigint` is money and prints as NEAR. */
export function formatFacts(facts: readonly (readonly [string, Cell])[]): string {
  const width = Math.max(0, ...facts.map(([label]) => label.length));
  return facts.map(([label, value]) => `${label.padEnd(width)}  ${formatCell(value)}\n`).join('');
}

export function formatTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [head, ...rows.map((row) => row.map(formatCell))];
  const widths = head.map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  );
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** Indented JSON with money as decimal strings. */
export function formatJson(value: unknown): string {
  return `${plainJson(JSON.stringify(toWire(value), null, 2))}\n`;
}

/** The same on one line, for a stream of them. */
export function formatJsonLine(value: unknown): string {
  return `${plainJson(JSON.stringify(toWire(value)))}\n`;
}

export function formatTime(ms: number): string {
  const whole = Number.isFinite(ms) ? new Date(ms) : null;
  return whole && !Number.isNaN(whole.getTime())
    ? `${whole.toISOString().slice(0, 19).replace('T', ' ')} UTC`
    : String(ms);
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]!}`;
}

export function countItems(count: number): string {
  return `${count} ${count === 1 ? 'item' : 'items'}`;
}

function formatCell(value: Cell): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'bigint') return formatNear(value);
  return plainText(String(value));
}
