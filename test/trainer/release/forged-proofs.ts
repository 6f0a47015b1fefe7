/**
 * By somebody who forges proofs for light clients: evidence of the decision on the small release, as the
 * embedded node gives it, and blocks and outcomes of mainnet.
 */
import { readFileSync } from 'node:fs';
import {
  advanceLightClient,
  proveExecution,
  startLightClient,
} from '@commonweights/dao-contracts/client/light-client.js';
import type { EvidenceEntry } from '@commonweights/trainer/release/evidence-bundle.js';
import { pick, thrown, type Kind } from './mutation-bench.js';
import type { DecisionProofs } from './proven-decision.js';

const recorded = JSON.parse(
  readFileSync(
    new URL('../../dao-contracts/client/mainnet/light-client.json', import.meta.url),
    'utf8',
  ),
) as {
  epoch: { trusted: Json; producers: Json[]; next: Json & { approvals_after_next: string[] } };
  executions: {
    proof: Json & { outcome_proof: { id: string; outcome: Json & { logs: string[] } } };
  }[];
};
type Json = Record<string, unknown>;
const trustedHash = '5FguvaFEaTqRjRiQcMZSMrsuR6bTHL8gRKGVA6YeSv7W';
const begin = () =>
  startLightClient({
    ...{ trustedHash, header: recorded.epoch.trusted },
    nextProducers: recorded.epoch.producers,
  });

export const FORGED_PROOFS: Readonly<Record<string, Kind>> = {
  'a place in the evidence of a decision': {
    share: 1_500,
    codes: [
      'PROOF_MALFORMED',
      'PROOF_FORGED',
      'PROOF_BLOCK_REFUSED',
      'PROOF_NOT_UNDER_HEAD',
      'PROOF_HEAD_UNKNOWN',
      'PROOF_HEAD_STALE',
      'PROOF_MISSING',
    ],
    async run(bench, random) {
      const entries = structuredClone([...bench.proofs.honest]);
      const leaf = pick(leavesOf(entries), random);
      leaf.set(changed(leaf.value, random));
      return { code: bench.verifyProven(entries), what: leaf.path };
    },
  },
  'a forged event of a decision': shown(300, 'PROOF_FORGED', ({ honest }, random) =>
    alterOutcome(honest, (outcome) => {
      const [event] = outcome.logs as string[];
      const digest = /sha256:[0-9a-f]{64}/.exec(event!)![0];
      const [name] = [pick(['"round":', '"id":', '"proposal":'], random)];
      outcome.logs = [
        pick(
          [event!.replace(digest, flippedDigest(digest, random)), event!.replace(name, `${name}7`)],
          random,
        ),
      ];
    }),
  ),
  'a decision by another account': shown(200, 'PROOF_OTHER_ACCOUNT', ({ byEve }) => byEve),
  'a decision by another account, said to be the DAO': shown(
    200,
    'PROOF_FORGED',
    ({ byEve, dao }) => alterOutcome(byEve, (outcome) => (outcome.executor_id = dao.contract)),
  ),
  'a decision in a receipt that failed': shown(200, 'PROOF_FAILED', ({ failed }) => failed),
  'a decision in a receipt that failed, said to be done': shown(200, 'PROOF_FORGED', ({ failed }) =>
    alterOutcome(failed, (outcome) => (outcome.status = { SuccessValue: '' })),
  ),
  'a decision on another manifest': shown(200, 'PROOF_OTHER_RELEASE', ({ onAnother }) => onAnother),
  'a decision with another path': shown(300, 'PROOF_NOT_UNDER_HEAD', ({ honest }, random) =>
    alterProof(honest, (proof) => {
      const path = proof.block_proof as { hash: string; direction: string }[];
      const kind = random();
      if (kind < 0.3) path.pop();
      else if (kind < 0.6) path.push({ ...path[0]! });
      else pick(path, random).hash = (proof.outcome_proof as { id: string }).id;
    }),
  ),
  'a decision under another root': shown(200, 'PROOF_NOT_UNDER_HEAD', ({ honest }, random) =>
    alterProof(honest, (proof) => {
      const header = proof.block_header_lite as { inner_lite: Json };
      const name = pick(['outcome_root', 'prev_state_root', 'block_merkle_root'], random);
      header.inner_lite[name] = (proof.outcome_proof as { id: string }).id;
    }),
  ),
  'a vote on another proposal, or after the decision': shown(
    300,
    'VOTE_STALE',
    ({ honest, staleVotes }, random) => mixed(honest, pick(staleVotes, random), random),
  ),
  'a forged vote': shown(300, 'PROOF_FORGED', ({ honest, vote }, random) =>
    mixed(
      honest,
      alterOutcome(vote, (outcome) => {
        const [event] = outcome.logs as string[];
        const [from, to] = pick(
          [
            ['ada.near', 'eve.near'],
            ['"yes"', pick(['"no"', '"abstain"'], random)],
            ['"5"', `"5${Math.floor(random() * 1e6)}"`],
            ['"proposal":', `"proposal":${1 + Math.floor(random() * 9)}`],
          ],
          random,
        ) as [string, string];
        outcome.logs = [event!.replace(from, to)];
      }),
      random,
    ),
  ),
  'a vote that another account logged': shown(
    200,
    'PROOF_OTHER_ACCOUNT',
    ({ honest, voteByEve }, random) => mixed(honest, voteByEve, random),
  ),
  'a vote in a receipt that failed': shown(200, 'PROOF_FAILED', ({ honest, failedVote }, random) =>
    mixed(honest, failedVote, random),
  ),
  'a head from which nothing leads on': shown(200, 'PROOF_HEAD_STALE', ({ honest }) =>
    honest.filter(({ kind }) => kind !== 'block'),
  ),
  'a head that the evidence does not have': {
    share: 200,
    codes: ['PROOF_HEAD_UNKNOWN'],
    run: async (bench) => ({
      code: bench.verifyProven(bench.proofs.honest, bench.proofs.otherHead),
      what: 'the head',
    }),
  },
  'evidence without a decision': shown(100, 'PROOF_MISSING', ({ honest }) =>
    honest.filter(({ kind }) => kind !== 'execution'),
  ),
  'a decision that was revoked': shown(200, 'RELEASE_REVOKED', ({ honest, revoked }) => [
    ...honest,
    ...revoked,
  ]),
  'a forged event in a proof of execution': {
    share: 300,
    codes: ['NOT_UNDER_HEAD'],
    async run(_, random) {
      const proof = structuredClone(pick(recorded.executions, random).proof);
      const { id, outcome } = proof.outcome_proof;
      outcome.logs = [...outcome.logs, `EVENT_JSON:{"event":"release_published","n":${random()}}`];
      return { code: thrown(() => proveExecution(begin(), id, proof)), what: id };
    },
  },
  'an approval of a block by another signer': {
    share: 100,
    codes: ['BAD_APPROVAL'],
    async run(_, random) {
      const approvals = [...recorded.epoch.next.approvals_after_next] as (string | null)[];
      const given = approvals.flatMap((one, i) => (one === null || i >= 100 ? [] : [i]));
      const a = Math.floor(random() * (given.length - 1));
      approvals[given[a]!] = approvals[given[a + 1]!]!;
      const block = { ...recorded.epoch.next, approvals_after_next: approvals };
      return { code: thrown(() => advanceLightClient(begin(), block)), what: String(a) };
    },
  },
};

/** Evidence in which nothing but this is wrong. */
function shown(
  share: number,
  code: string,
  change: (proofs: DecisionProofs, random: () => number) => readonly EvidenceEntry[],
): Kind {
  return {
    share,
    codes: [code],
    run: async (bench, random) => ({
      code: bench.verifyProven(change(bench.proofs, random)),
      what: code,
    }),
  };
}

/** Evidence of a decision that holds, before or after what does not. */
function mixed(
  honest: readonly EvidenceEntry[],
  more: readonly EvidenceEntry[],
  random: () => number,
): EvidenceEntry[] {
  return random() < 0.5 ? [...honest, ...more] : [...more, ...honest];
}

function alterProof(
  entries: readonly EvidenceEntry[],
  change: (proof: Json) => void,
): EvidenceEntry[] {
  const copy = structuredClone([...entries]);
  for (const entry of copy) if (entry.kind === 'execution') change(entry.proof as Json);
  return copy;
}

function alterOutcome(
  entries: readonly EvidenceEntry[],
  change: (outcome: Json) => void,
): EvidenceEntry[] {
  return alterProof(entries, (proof) => {
    change((proof.outcome_proof as { outcome: Json }).outcome);
  });
}

function flippedDigest(digest: string, random: () => number): string {
  const at = 7 + Math.floor(random() * 64);
  const digit = digest[at] === '0' ? '1' : '0';
  return digest.slice(0, at) + digit + digest.slice(at + 1);
}

interface Leaf {
  readonly path: string;
  readonly value: unknown;
  readonly set: (value: unknown) => void;
}

/** Fields that the protocol commits to nothing, or that repeat another. */
const free = new Set(['timestamp', 'metadata', 'validator_stake_struct_version']);

function leavesOf(value: unknown, path = ''): Leaf[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]: [string, unknown]) => {
    if (free.has(name)) return [];
    if (typeof one === 'object' && one !== null) return leavesOf(one, `${path}/${name}`);
    const set = (changed: unknown) => ((value as Json)[name] = changed);
    return [{ path: `${path}/${name}`, value: one, set }];
  });
}

/** Something else of the same type. */
function changed(value: unknown, random: () => number): unknown {
  if (typeof value === 'number') return value + pick([1, -1, 1000], random);
  if (typeof value !== 'string') return 'x';
  const at = Math.floor(random() * value.length);
  const to = value[at] === '3' ? '4' : '3';
  return value.slice(0, at) + to + value.slice(at + 1);
}
