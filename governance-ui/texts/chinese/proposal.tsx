/** 单个提案：它会做什么、投票进展如何、可以做些什么。 */
import type { Texts } from '../texts.js';

export const proposal: Texts['proposal'] = {
  title: (id) => `提案 ${id}`,
  missing: 'DAO 没有这个提案。',
  would: '它会做什么',
  asked: '它要求做什么',
  closed: '提案已结束；以下说明以现状为准。',
  treasury: (holds) => <>金库现有 {holds}。</>,
  treasuryAfter: ({ holds, takes, after }) => (
    <>
      金库现有 {holds}；此提案支出 {takes}，之后剩余 {after}。
    </>
  ),
  treasuryShort: ({ holds, takes }) => (
    <>
      金库现有 {holds}，而此提案需要 {takes}：除非有人再存入，否则无法执行。
    </>
  ),
  differs: '会有哪些不同',
  rule: '规则',
  now: '现在',
  next: '将变为',
  affects: '受影响的进行中提案',
  affectsNone: '没有其他进行中的提案。',
  keeps: ({ rule, before, after }) => `仍按${rule} ${before}，而不是 ${after}`,
  stopped: '将无法再执行：',
  freed: '将可以重新执行，而现在会被拒绝：',
  replaces: '如果在它之后执行，将替换这份政策',
  same: '两种政策下相同',
  affectedBy: ({ link, state, facts }) => (
    <>
      {link}（{state}）：{facts}
    </>
  ),
  vote: '投票',
  progress: '投票进展',
  quorum: '法定人数',
  quorumOf: ({ voted, needed, share }) => `已投 ${voted}，需要 ${needed}（占全部权重的 ${share}）`,
  quorumMissing: (missing) => `还需要 ${missing} 的权重投票，弃权也算`,
  quorumThere: '已达到',
  quorumLate: '法定人数较晚达到，投票因此延长过一次。',
  approval: '通过比例',
  approvalOf: ({ share, needed }) =>
    `赞成占赞成与反对之和的 ${share}；需要赞成多于反对，并至少达到 ${needed}`,
  approvalNone: (needed) => `还没有人赞成或反对；需要赞成多于反对，并至少达到 ${needed}`,
  wouldPass: '按目前情况会通过。',
  wouldFail: '按目前情况会被否决。',
  stages: {
    made: '提出',
    ends: '投票结束',
    timelock: '时间锁结束',
    expires: '过期',
  },
  madeBy: (link) => <>它已执行，并产生了{link}。</>,
  made: {
    run: (id) => `训练 ${id}`,
    release: (id) => `发布 ${id}`,
    bounty: (id) => `悬赏 ${id}`,
    number: (id) => `编号 ${id}`,
  },
  inTimelock: (span) => `它已通过，还要在时间锁中等待 ${span}。之后任何人都可以执行。`,
  ready: '它已通过，时间锁已结束。任何人都可以执行：',
  readyUntil: (span) => `如果 ${span}内没有人执行，它会过期。`,
  settle: {
    rejected: '它被否决了。任何人都可以结清押金：',
    expired: '它已过期。任何人都可以结清押金：',
  },
  over: (state) => `它${state}；没有什么要做的了。`,
  words: (proposer) => `${proposer} 的说明`,
  noWords: '无法显示这段文字：',
  text: '文字',
  bond: ({ amount, state }) => (
    <>
      押金 {amount}，{state}
    </>
  ),
  bonds: { held: '冻结中', returned: '已退回', forfeited: '已没收' },
  exactly: '确切内容',
  digestHolds: (digest) => <>投票所指的摘要是 {digest}。本页面用下面的操作重新计算过：两者一致。</>,
  digestFails: (digest) => <>下面的操作与投票所指的摘要 {digest} 不符。请不要投票，并告知 DAO。</>,
  action: '将被执行的操作',
  here: {
    connect: (link) => <>成员可以在这里用{link('钱包')}投票，也可以用命令行：</>,
    as: (account) => `以 ${account} 的名义投票`,
    choose: { yes: '投赞成票', no: '投反对票', abstain: '弃权' },
    your: '你的投票',
    voted: {
      yes: ({ account, weight, share, of }) =>
        `${account} 已投赞成票，权重 ${weight}（${share}）${of}。投票不可更改。`,
      no: ({ account, weight, share, of }) =>
        `${account} 已投反对票，权重 ${weight}（${share}）${of}。投票不可更改。`,
      abstain: ({ account, weight, share, of }) =>
        `${account} 已弃权，权重 ${weight}（${share}）${of}。投票不可更改。`,
    },
    ofOthers: (weight) => `，其中 ${weight} 来自他人委托`,
    noWeight: (account) => `${account} 目前没有投票权重。`,
    weighs: ({ account, weight, of }) =>
      `${account} 还没有投票。它现在的权重是 ${weight}${of}；计票时取提案提出前一个投票周期以来的最小值。`,
    weighsExactly: ({ account, weight, of }) =>
      `${account} 还没有投票。它的一票权重为 ${weight}${of}：在记录权重之前它就一直持有。`,
    snapshot: (time) => `权重记录于 ${time}。`,
    delegated: ({ account, to }) => `除非 ${account} 自己投票，否则由 ${to} 代为投票。`,
    wrongDigest: '本页面发现显示的操作并不是投票所指的那一个：不应签署。',
    execute: (account) => `以 ${account} 的名义执行`,
    executing: '执行',
    cancel: (account) => `以监护人 ${account} 的名义取消`,
    cancelling: '取消',
    guardianMay: ({ guardian, until }) =>
      `${guardian} 是任期到 ${until} 的监护人，可以在等待期间取消它：每个操作只能取消一次，此外不能做任何事。`,
    guardianNone: '没有监护人，所以没有人可以取消它。',
    guardianOver: (guardian) => `监护人 ${guardian} 的任期已结束。`,
    guardianItself: '它决定监护人本身，监护人对此没有发言权。',
    notGuardian: (account) => `${account} 不是监护人。`,
  },
};
