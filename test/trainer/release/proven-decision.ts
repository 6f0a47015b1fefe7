/**
 * A chain on which the small release's DAO logged its decision, with evidence of it as the embedded node
 * gives it. The DAO is a contract that logs what it is told, so that a test can have it decide anything.
 */
import type { Chain } from '@commonweights/dao-contracts/localnet/runtime/chain.js';
import { answer } from '@commonweights/dao-contracts/localnet/rpc/methods.js';
import { Parameters } from '@commonweights/dao-contracts/localnet/rpc/parameters.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { collectEvidence, readHead } from '@commonweights/trainer/release/collect-evidence.js';
import type { TrustedHead } from '@commonweights/trainer/release/decision-proof.js';
import type {
  EvidenceBundle,
  EvidenceEntry,
} from '@commonweights/trainer/release/evidence-bundle.js';
import type { ReleaseFacts } from '@commonweights/trainer/release/release-facts.js';
import { actions } from 'near-api-js';
import { ChainClient, near, openChain } from '../../dao-contracts/localnet/chain-client.js';
import { assemble, imports } from '../../dao-contracts/localnet/contracts.js';
import type { Small } from './small-release.js';

/** `say` logs its input; `say_and_fail` does too, and fails. */
const sayer = () =>
  assemble(`(module ${imports}
    (memory 1)
    (func $say (export "say")
      (call $input (i64.const 0)) (call $read_register (i64.const 0) (i64.const 1024))
      (call $log (call $register_len (i64.const 0)) (i64.const 1024)))
    (func (export "say_and_fail") (call $say) (call $panic (i64.const 1) (i64.const 1024))))`);

interface Said {
  readonly account?: string;
  readonly event: object;
  readonly fails?: boolean;
}

export interface DecidedChain {
  readonly chain: Chain;
  readonly dao: { readonly network: string; readonly contract: string };
  /** What the chain says of the release. */
  readonly facts: ReleaseFacts;
  /** Before everything, so that evidence has to lead on from it. */
  readonly early: TrustedHead;
  readonly ask: (method: string, params: object) => Promise<unknown>;
  /** Has an account log something; the transaction's hash. */
  say(it: Said): Promise<string>;
  collect(
    transaction: string,
    it?: { contract?: string; head?: string; proposal?: number },
  ): Promise<EvidenceEntry[]>;
  bundle(entries: readonly EvidenceEntry[]): EvidenceBundle;
  /** Time goes by, by so many blocks' heights. */
  pass(heights: number): Promise<void>;
  stop(): Promise<void>;
}

export const DAO = 'dao.local';

export async function decidedChain(small: Small): Promise<DecidedChain> {
  const chain = openChain();
  const client = new ChainClient(chain);
  for (const id of [DAO, 'eve.local']) {
    await client.createAccount(id, 100n * near);
    await client.send(id, id, [actions.deployContract(sayer())]);
  }
  const ask = async (method: string, params: object) => {
    chain.finalize();
    return answer(chain, method, new Parameters(params));
  };
  const early = await readHead(ask);
  const facts = { ...small.facts, contract: DAO };
  return {
    ...{ chain, ask, early, facts },
    dao: { network: 'localnet', contract: DAO },
    async say({ account = DAO, event, fails = false }) {
      const text = new TextEncoder().encode(`EVENT_JSON:${JSON.stringify(event)}`);
      const method = fails ? 'say_and_fail' : 'say';
      return (await client.call('local', account, method, text)).transaction.hash;
    },
    async collect(transaction, { contract = DAO, ...rest } = {}) {
      const manifest = small.built.digest;
      const { proposal } = facts.release!;
      const of = { ask, contract, manifest, proposal, transaction };
      return [...(await collectEvidence({ ...of, ...rest })).entries];
    },
    bundle: (entries) => ({ manifest: small.built.digest, entries }),
    async pass(heights) {
      chain.fastForward(10n ** 9n, heights);
      await client.send('local', DAO, [actions.transfer(1n)]);
    },
    stop: () => chain.stop(),
  };
}

/** Evidence of a decision, and of what is none. */
export interface DecisionProofs {
  readonly dao: DecidedChain['dao'];
  readonly facts: ReleaseFacts;
  readonly head: TrustedHead;
  /** Blocks of the same chain that the evidence does not begin at. */
  readonly otherHead: TrustedHead;
  readonly honest: readonly EvidenceEntry[];
  readonly byEve: readonly EvidenceEntry[];
  readonly failed: readonly EvidenceEntry[];
  readonly onAnother: readonly EvidenceEntry[];
  readonly revoked: readonly EvidenceEntry[];
  /** Cast before the decision. */
  readonly vote: readonly EvidenceEntry[];
  /** Like it, but on another proposal; and on this one when it was decided. */
  readonly staleVotes: readonly (readonly EvidenceEntry[])[];
  readonly voteByEve: readonly EvidenceEntry[];
  readonly failedVote: readonly EvidenceEntry[];
}

export async function decisionProofs(small: Small): Promise<DecisionProofs> {
  const it = await decidedChain(small);
  try {
    const { dao, facts, early } = it;
    const release = facts.release!;
    const other = digestOf(new Uint8Array([7]));
    const head = early.hash;
    const event = published(release);
    const collected = async (said: Said, proposal = release.proposal) =>
      it.collect(await it.say(said), { contract: said.account ?? DAO, head, proposal });
    const { proposal } = release;
    const vote = voted(proposal, 'ada.near', 'yes', '5');
    const next = proposal + 1;
    const onNext = await collected({ event: voted(next, 'ada.near', 'yes', '5') }, next);
    return {
      ...{ dao, facts, head: early },
      vote: await collected({ event: vote }),
      voteByEve: await collected({ account: 'eve.local', event: vote }),
      failedVote: await collected({ event: vote, fails: true }),
      honest: await collected({ event }),
      byEve: await collected({ account: 'eve.local', event }),
      failed: await collected({ event, fails: true }),
      onAnother: await collected({ event: published({ ...release, manifest: other }) }),
      revoked: await collected({ event: revoked(release.id, other) }),
      staleVotes: [onNext, await collected({ event: vote })],
      otherHead: await readHead(it.ask),
    };
  } finally {
    await it.stop();
  }
}

export function published(release: object): object {
  return { ...head, event: 'release_published', data: [release] };
}

export function attested(subject: Digest, by: string, purpose: string): object {
  return { ...head, event: 'attested', data: [{ subject, purpose, by }] };
}

export function voted(proposal: number, account: string, choice: string, weight: string): object {
  return { ...head, event: 'voted', data: [{ proposal, account, choice, weight }] };
}

export function revoked(release: number, reason: Digest): object {
  return { ...head, event: 'release_revoked', data: [{ release, reason }] };
}

const head = { standard: 'commonweights', version: '1.0.0' };
