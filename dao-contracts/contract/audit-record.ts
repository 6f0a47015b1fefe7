/**
 * How the audits of a claim are stored: each in lines (packed-record.ts), since the closing of a
 * round looks at the states of all and at no leaves.
 */
import type { Audit } from '../rules/run-state.js';
import { PackedList, yocto } from './packed-record.js';

export const auditList = new PackedList<Audit>({
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
  distance: 'leaves',
  potYocto: yocto,
});
