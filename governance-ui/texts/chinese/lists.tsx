/** 列表中的训练、发布与提案，以及投票的进展。 */
import type { Texts } from '../texts.js';

export const lists: Texts['lists'] = {
  noRuns: '还没有。训练从一个提案开始：',
  noReleases: '还没有表决通过的检查点。',
  noProposals: '还没有任何提案。',
  noneOfThese: '其中没有这种类型和状态的提案。',
  run: (id) => `训练 ${id}`,
  onData: ({ data, proposer }) => `数据：${data} · 提议人：${proposer}`,
  roundsOf: (run) => `训练 ${run} 的轮次`,
  final: ({ final, rounds }) => `${rounds}中已有 ${final} 轮定案`,
  open: ({ round, phase }) => `第 ${round} 轮进行中，阶段：${phase}`,
  phases: { train: '训练', reveal: '揭示', certify: '见证', aggregate: '聚合' },
  madeOf: ({ manifest, run, round, when }) => (
    <>
      清单 {manifest} · 训练 {run} 第 {round} 轮 · {when}
    </>
  ),
  votingEnds: ({ proposer, when }) => (
    <>
      提议人：{proposer} · 投票截止：{when}
    </>
  ),
  votingEnded: ({ proposer, when }) => (
    <>
      提议人：{proposer} · 投票已于 {when}结束
    </>
  ),
  votes: ({ spoken, total, quorum }) => `投票：${spoken}，总权重 ${total}；法定人数 ${quorum}`,
  choices: { yes: '赞成', no: '反对', abstain: '弃权' },
  cast: {
    yes: (weight) => `赞成 ${weight}`,
    no: (weight) => `反对 ${weight}`,
    abstain: (weight) => `弃权 ${weight}`,
  },
  quorumReached: '已达法定人数',
  noQuorum: '未达法定人数',
  ofWeight: ({ total, quorum, share }) => `总权重 ${total} · ${quorum}（${share}）`,
  pages: '列表分页',
  newer: '较新',
  older: '较早',
  range: ({ from, to, count }) => `第 ${from} 至 ${to} 项，共 ${count} 项`,
  filters: {
    title: '显示',
    state: '状态',
    kind: '类型',
    all: '全部',
    open: '投票中或等待执行',
    mine: '提议人',
    mineHint: '一个账户；留空表示任何人。',
    found: ({ shown, read }) => `在已读取的最近 ${read} 个提案中找到 ${shown} 个。`,
    more: '继续查看更早的',
  },
};
