/**
 * Chain facts kept as a file, for verifying offline. Reading one checks its form only: it is worth
 * what its keeper is worth, so it belongs to the verifier and never comes out of a release.
 *
 * Law: `decodeEvidence(JSON.parse(JSON.stringify(facts)))` equals the facts.
 */
import { isDigest } from '@commonweights/dataset-registry/digest/digest.js';
import { seatsMax } from '@commonweights/dao-contracts/rules/limits.js';
import type { AttestationView, Purpose } from '@commonweights/dao-contracts/rules/attestation.js';
import type { DatasetView, ReleaseView } from '@commonweights/dao-contracts/rules/views.js';
import { ATTESTATIONS_MAX, DATASETS_MAX } from './limits.js';
import type { ReleaseFacts, RunFacts } from './release-facts.js';
import type { RosterFacts } from './roster-facts.js';

const PURPOSES: readonly Purpose[] = ['endorses', 'evaluates', 'reproduces', 'disputes'];
/** Licences of a policy. */
const LICENCES_MAX = 1_000;

/** Error: `BAD_EVIDENCE`. */
export function decodeEvidence(value: unknown): ReleaseFacts {
  const facts = object(value, 'it');
  const { network, contract, height, release, run, datasets, licences } = facts;
  // Kept before these were part of it: nobody asked.
  const { attestations = null, standings = {} } = facts;
  if (height !== null) count(height, 'height');
  return {
    network: text(network, 'network'),
    contract: text(contract, 'contract'),
    height: height as number | null,
    release: release === null ? null : decodeRelease(release),
    run: run === null ? null : decodeRun(run),
    datasets: list(datasets, 'datasets', DATASETS_MAX).map(decodeDataset),
    licences: list(licences, 'licences', LICENCES_MAX).map((one) => text(one, 'a licence')),
    attestations:
      attestations === null
        ? null
        : list(attestations, 'attestations', ATTESTATIONS_MAX).map((one) =>
            decodeAttestation(one, release),
          ),
    standings: decodeStandings(standings),
  };
}

function decodeAttestation(value: unknown, release: unknown): AttestationView {
  const one = object(value, 'an attestation');
  const { by, purpose, subject, evidence, atMs } = one;
  text(by, 'attestation.by');
  digest(subject, 'attestation.subject');
  if (evidence !== null) digest(evidence, 'attestation.evidence');
  count(atMs, 'attestation.atMs');
  if (!PURPOSES.includes(purpose as Purpose)) throw bad('the purpose of an attestation is unknown');
  // What was said of something else says nothing of this.
  if (release !== null && subject !== object(release, 'release').manifest) {
    throw bad('an attestation is about something else');
  }
  return value as AttestationView;
}

function decodeStandings(value: unknown): ReleaseFacts['standings'] {
  const standings = object(value, 'standings');
  list(Object.keys(standings), 'standings', ATTESTATIONS_MAX);
  for (const one of Object.values(standings)) {
    const standing = object(one, 'a standing');
    text(standing.standing, 'standing.standing');
    for (const name of ['verifiedRounds', 'auditsRight', 'slashes']) {
      count(standing[name], `standing.${name}`);
    }
  }
  return standings as ReleaseFacts['standings'];
}

/** Error: `BAD_EVIDENCE`. */
export function decodeRelease(value: unknown): ReleaseView {
  const release = object(value, 'release');
  for (const name of ['id', 'proposal', 'run', 'round', 'publishedAtMs']) {
    count(release[name], `release.${name}`);
  }
  for (const name of ['logHead', 'spec', 'root', 'manifest', 'evaluation']) {
    digest(release[name], `release.${name}`);
  }
  text(release.title, 'release.title');
  text(release.version, 'release.version');
  if (release.status !== 'published' && release.status !== 'revoked') {
    throw bad('release.status is neither "published" nor "revoked"');
  }
  return value as ReleaseView;
}

function decodeRun(value: unknown): RunFacts {
  const run = object(value, 'run');
  count(run.id, 'run.id');
  for (const name of ['program', 'fingerprint', 'tokenizer', 'initialRoot']) {
    digest(run[name], `run.${name}`);
  }
  for (const id of list(run.datasets, 'run.datasets', DATASETS_MAX)) text(id, 'a dataset id');
  // Kept before the roster was part of it: nobody asked.
  const { roster = null } = run;
  return { ...(value as RunFacts), roster: roster === null ? null : decodeRoster(roster) };
}

function decodeRoster(value: unknown): RosterFacts {
  const roster = object(value, 'run.roster');
  for (const name of ['amended', 'isWhole']) {
    if (typeof roster[name] !== 'boolean') throw bad(`run.roster.${name} is not yes or no`);
  }
  list(roster.seats, 'run.roster.seats', seatsMax).forEach((one, i) => {
    const seat = object(one, 'a seat');
    if (seat.seat !== i) throw bad('the seats of run.roster are not numbered in order');
    text(seat.account, 'seat.account');
    text(seat.status, 'seat.status');
    count(seat.verifiedRounds, 'seat.verifiedRounds');
    if (seat.role !== 'trainer' && seat.role !== 'auditor') throw bad('seat.role is no role');
    if (!/^\d{1,40}$/.test(text(seat.earnedYocto, 'seat.earnedYocto'))) {
      throw bad('seat.earnedYocto is no amount');
    }
  });
  return value as RosterFacts;
}

function decodeDataset(value: unknown): DatasetView {
  const dataset = object(value, 'a dataset');
  text(dataset.id, 'dataset.id');
  const { status } = dataset;
  if (status !== 'active' && status !== 'disputed' && status !== 'withdrawn') {
    throw bad(`the status of ${String(dataset.id)} is unknown`);
  }
  return value as DatasetView;
}

function object(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw bad(`${name} is not an object`);
}

function list(value: unknown, name: string, max: number): unknown[] {
  if (Array.isArray(value) && value.length <= max) return value;
  throw bad(`${name} is no list of at most ${max}`);
}

function text(value: unknown, name: string): string {
  if (typeof value === 'string' && value.length > 0) return value;
  throw bad(`${name} is not text`);
}

function count(value: unknown, name: string): void {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw bad(`${name} is not a count`);
}

function digest(value: unknown, name: string): void {
  if (!isDigest(value)) throw bad(`${name} is not a digest`);
}

function bad(facts: string): Error {
  return new Error(`BAD_EVIDENCE: ${facts}; read the facts from a node again`);
}
