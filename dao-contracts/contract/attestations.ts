/** Statements about digests: stored by subject, paid for by whoever brings them. */
import { near } from 'near-sdk-js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import {
  signerOf,
  type AttestationView,
  type SignedStatement,
  type Statement,
} from '../rules/attestation.js';
import { refuse } from '../rules/errors.js';
import { noMoney } from '../rules/totals.js';
import { caller, emit, nowMs, utf8 } from './call.js';
import { listIds } from './pages.js';
import { applyMoves, readJson, writeJson } from './records.js';
import { chargeStorage, storageUsed } from './storage-charge.js';

/** Refuse signatures with a high s: each has a twin that anybody can make. */
const lowOnly = 1;

export function attest(statement: Statement): void {
  const before = storageUsed();
  store(statement, caller());
  pay(before);
}

/** Returns the address that signed. */
export function attestEthereum(it: SignedStatement): string {
  const before = storageUsed();
  if (nowMs() > it.deadlineMs) {
    refuse('BAD_SIGNATURE', `this statement was good until ${it.deadlineMs} ms; sign a new one`);
  }
  const by = signerOf(it, near.currentAccountId(), {
    keccak256: near.keccak256,
    utf8,
    recover: (hash, signature, v) => near.ecrecover(hash, signature, v, lowOnly),
  });
  const key = `en:${by}`;
  const last = Number(near.storageRead(key) ?? '0');
  if (it.nonce <= last) {
    refuse('BAD_SIGNATURE', `${by} has used nonce ${last}; sign with a greater one`);
  }
  near.storageWrite(key, `${it.nonce}`);
  const { subject, purpose, evidence } = it;
  store({ subject, purpose, evidence }, by);
  pay(before);
  return by;
}

function store(statement: Statement, by: string): void {
  const { subject, purpose } = statement;
  const count = Number(near.storageRead(`e:${subject}`) ?? '0') + 1;
  near.storageWrite(`e:${subject}`, `${count}`);
  writeJson(`e:${subject}:${count}`, { ...statement, by, atMs: nowMs() });
  emit([{ event: 'attested', data: { subject, purpose, by } }]);
}

function pay(before: bigint): void {
  const moves = noMoney();
  chargeStorage(moves, { before, attachedYocto: near.attachedDeposit() });
  applyMoves(moves);
}

export function listAttestations(it: {
  subject: Digest;
  from: number;
  limit: number;
}): AttestationView[] {
  const count = Number(near.storageRead(`e:${it.subject}`) ?? '0');
  return listIds(it, count).map((id) => readJson<AttestationView>(`e:${it.subject}:${id}`)!);
}
