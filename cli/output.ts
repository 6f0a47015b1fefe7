/**
 * How data is printed: facts and tables for people, JSON for programs. Titles and names come from a
 * public chain, where anybody can write them, so control characters never reach the terminal.
 */
import { toWire } from '@commonweights/dao-contracts/client/money-fields.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';

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
  return `${JSON.stringify(toWire(value), null, 2)}\n`;
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

/** Text with everything taken out that could move a cursor or turn the direction of writing. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '�');
}

function formatCell(value: Cell): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'bigint') return formatNear(value);
  return plainText(String(value));
}
