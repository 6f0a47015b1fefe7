/** Runs, releases and proposals in lists, and how a vote stands. */
import type { ComponentChildren } from 'preact';

export const lists = {
  noRuns: 'None yet. A run begins as a proposal:',
  noReleases: 'No checkpoint was voted for yet.',
  noProposals: 'Nothing was proposed yet.',
  noneOfThese: 'None of these is of that kind and state.',
  run: (id: number) => `Run ${id}`,
  onData: (it: { data: string; proposer: string }) => `on ${it.data} · proposed by ${it.proposer}`,
  roundsOf: (run: number) => `Rounds of run ${run}`,
  final: (it: { final: string; rounds: string }) => `${it.final} of ${it.rounds} final`,
  open: (it: { round: number; phase: string }) => `round ${it.round} is open, phase ${it.phase}`,
  phases: { train: 'train', reveal: 'reveal', certify: 'certify', aggregate: 'aggregate' },
  madeOf: (it: {
    manifest: ComponentChildren;
    run: number;
    round: number;
    when: ComponentChildren;
  }) => (
    <>
      manifest {it.manifest} · run {it.run}, round {it.round} · {it.when}
    </>
  ),
  votingEnds: (it: { proposer: string; when: ComponentChildren }) => (
    <>
      by {it.proposer} · voting ends {it.when}
    </>
  ),
  votingEnded: (it: { proposer: string; when: ComponentChildren }) => (
    <>
      by {it.proposer} · voting ended {it.when}
    </>
  ),
  votes: (it: { spoken: string; total: string; quorum: string }) =>
    `Votes: ${it.spoken}, of ${it.total}; quorum ${it.quorum}`,
  choices: { yes: 'yes', no: 'no', abstain: 'abstain' },
  cast: {
    yes: (weight: string) => `${weight} yes`,
    no: (weight: string) => `${weight} no`,
    abstain: (weight: string) => `${weight} abstain`,
  },
  quorumReached: 'quorum reached',
  noQuorum: 'no quorum yet',
  ofWeight: (it: { total: string; quorum: string; share: string }) =>
    `of ${it.total} · ${it.quorum} (${it.share})`,
  pages: 'Pages of the list',
  newer: 'Newer',
  older: 'Older',
  range: (it: { from: string; to: string; count: string }) =>
    `${it.from} to ${it.to} of ${it.count}`,
  filters: {
    title: 'Show',
    state: 'State',
    kind: 'Kind',
    all: 'all',
    open: 'open to votes or waiting',
    mine: 'Proposed by',
    mineHint: 'An account; empty: anybody.',
    found: (it: { shown: string; read: string }) =>
      `${it.shown} found among the newest ${it.read} that were read.`,
    more: 'Look through older ones',
  },
};
