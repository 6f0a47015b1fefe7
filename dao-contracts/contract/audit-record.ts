/**
 * How the audits of a claim are stored: each in lines (packed-record.ts), since the closing of a
 * round looks at the states of all and at no leaves.
 */
import type { Audit } from '../rules/run-state.js';
import { PackedRecord, yocto } from './packed-record.js';

const audits = new PackedRecord<Audit>({
  round: 'state',
  seat: 'state',
  segment: 'state',
  auditor: 'state',
  replaced: 'state',
  state: 'state',
  sinceMs: 'state',
  deadlineMs: 'state',
  answered: 'state',
  decoy: 'state',
  right: 'state',
  queued: 'state',
  startLeaf: 'leaves',
  answer: 'leaves',
  openedLeaf: 'leaves',
  // The last of its line: audits stored before there was a tolerance class have none.
  distance: 'leaves',
  potYocto: yocto,
});

export function parseAudits(text: string): Audit[] {
  if (text === '') return [];
  const lines = text.split('\n');
  const found: Audit[] = [];
  for (let from = 0; from < lines.length; from += audits.length) {
    found.push(audits.unpack(lines, from));
  }
  return found;
}

export function formatAudits(list: readonly Audit[]): string {
  const lines: string[] = [];
  for (const audit of list) audits.pack(audit, lines);
  return lines.join('\n');
}

/** Whether this is another list than the one that was read, of `count` audits, if one was. */
export function areAuditsChanged(list: readonly Audit[], count: number | undefined): boolean {
  return list.length !== count || list.some((audit) => audits.isChanged(audit));
}
