/** 单次训练：进展、轮次、参与者、审计与争议。 */
import type { Texts } from '../texts.js';

export const run: Texts['run'] = {
  title: (id) => `训练 ${id}`,
  missing: 'DAO 没有这次训练。',
  open: '进行中的轮次',
  audits: '审计',
  disputes: '争议',
  seats: '席位',
  releasedAs: (releases) => <>已发布为 {releases}。</>,
  terms: '条款',
  fixedBy: ({ proposal, proposer }) => (
    <>
      由 {proposer} 的{proposal}确定。训练进行期间，只有表决才能在两轮之间修改它们。
    </>
  ),
  proposal: (id) => `提案 ${id}`,
  data: '数据',
  whereFrom: '数据的来历',
  artefacts: '制品',
  artefact: {
    spec: '规格',
    program: '程序',
    fingerprint: '引擎指纹',
    tokenizer: '分词器',
    initialRoot: '初始状态',
  },
  noSpec: '无法显示训练规格：',
  chatTemplate: (characters) => `对话模板，${characters} 个字符`,
  chatTemplateRuns:
    '随本次训练的每个发布附带的一段 Jinja 程序：加载模型的软件由它决定给模型看什么。投票前请先读一读。',
  status: {
    enrolling: ({ applied, seats, left }) =>
      `${seats} 个席位，已有 ${applied} 个申请。${left}后在届时的全部申请者中抽签。用这台机器加入：`,
    due: ({ applied, seats }) =>
      `${seats} 个席位，已有 ${applied} 个申请。即将抽签。用这台机器加入：`,
    running: ({ round, root, provisional }) => (
      <>
        {round === null ? '还没有定案的轮次' : `最近定案的是第 ${round} 轮`}，根为 {root}
        {provisional}。
      </>
    ),
    provisional: (round) => `；第 ${round} 轮在审计结束前为暂定`,
    completed: (root) => <>所有轮次均已定案。模型就是根为 {root} 的状态。</>,
    stopped: ({ why, root }) => (
      <>
        已停止{why}。已定案的保持不变，根为 {root}；托管余额已退回金库。
      </>
    ),
    because: (why) => <>：{why}</>,
  },
  rounds: '至今的轮次',
  roundsOf: ({ first, last }) => `第 ${first} 至 ${last} 轮`,
  fromRound: (round) => `从第 ${round} 轮开始。`,
  earlier: '更早的轮次',
  newest: '最近的轮次',
  initialState: '初始状态',
  earlierRounds: '更早的轮次',
  dots: '图中的圆点',
  dot: {
    passed: '通过审计',
    unaudited: '未被审计',
    pending: '进行中',
    failed: '未通过审计',
    out: '未计入',
  },
  noChain: (problem) => (
    <>这些记录没有构成同一条哈希链：{problem}。节点或合约没有说实话；请不要依赖这次训练。</>
  ),
  hashed: ({ records, head }) => (
    <>
      本页面计算了 {records} 条记录的哈希：每一条都指明前一条，最后一条就是合约保存的日志头 {head}。
    </>
  ),
  hashedUpTo: ({ records, head, next }) => (
    <>
      本页面计算了 {records} 条记录的哈希：每一条都指明前一条，最后一条 {head} 正是第 {next}{' '}
      轮的记录所指的。
    </>
  ),
  noneClosed: '还没有结束的轮次。',
  asTable: '以表格显示',
  chain: {
    round: (round) => `第 ${round} 轮`,
    noRoot: '没有根',
    gaveNoRoot: '它没有产生状态根。',
    seat: ({ seat, account, verdict }) => `席位 ${seat}${account}：${verdict}`,
    account: (account) => `（${account}）`,
    spoken: (rounds) => `轮次链：${rounds}`,
    spokenRound: ({ round, state }) => `第 ${round} 轮${state}`,
    picture: '轮次图',
  },
  verdicts: {
    passed: '通过',
    unaudited: '未被审计',
    pending: '进行中',
    failed: '未通过',
    out: '未计入',
  },
  table: {
    rounds: '轮次表',
    round: '轮次',
    outcome: '结果',
    fromRoot: '起始根',
    toRoot: '结果根',
    record: '记录',
    work: '工作',
    claim: ({ seat, verdict }) => `席位 ${seat} ${verdict}`,
    seats: '训练的席位',
    nobody: '还没有人有席位。',
    seatPages: '席位分页',
    seat: '席位',
    role: '角色',
    status: '状态',
    verified: '已验证',
    earned: '已赚取',
    heldBack: '扣留中',
    staked: '质押',
    slashed: '罚没及原因',
    nothing: '无',
    why: ({ amount, why }) => (
      <>
        {amount}：{why}
      </>
    ),
  },
  seatStatus: {
    applied: '等待抽签',
    active: '在工作',
    absent: '错过了承诺，可以重新加入；保留已赚取的报酬',
    expelled: '失去了席位、质押和锁定的报酬',
    left: '训练已结束；质押和报酬已计入其账本',
  },
  slashed: {
    failed: (round) => `未通过第 ${round} 轮的审计`,
    overruled: (times) => `作为审计者被推翻 ${times}`,
    unrevealed: (round) => `在第 ${round} 轮没有揭示`,
    elsewhere: '原因在这里没有显示的轮次里',
  },
  round: {
    inPhase: ({ round, phase }) => (
      <>
        第 {round} 轮处于阶段：{phase}。
      </>
    ),
    goesOn: (span) => `所有人都完成后继续，按链上时钟最迟在 ${span}后。`,
    overdue: '期限已过；任何人都可以推进它。',
    startedFrom: (root) => <>它从根 {root} 开始。</>,
    reset: '所有人都以空的优化器状态开始这一轮。',
    whoActed: '进行中的轮次里谁已完成',
    trainer: '训练者',
    pages: '训练者分页',
    slice: '数据片',
    phases: {
      train: '训练并对更新作出承诺',
      reveal: '公开更新',
      certify: '说明能取得谁的更新',
      aggregate: '汇总并给出新的根',
    },
    cells: { done: '已完成', now: '进行中', missed: '未完成', ahead: '稍后' },
    unknown: '未知',
  },
  audit: {
    none: '没有进行中的审计。某一轮有了暂定的根之后才会抽取审计。',
    of: ({ round, segment, seat }) => (
      <>
        第 {round} 轮第 {segment} 段，席位 {seat}
      </>
    ),
    by: (seat) => <>审计者 {seat}</>,
    who: { worker: '训练者', auditor: '审计者', jury: '陪审团' },
    steps: {
      material: '交出快照',
      answer: '重做这一段',
      opening: '公开自己的结果',
      measure: '说明两者相差多少',
      uncover: '说明是否为诱饵',
      disputed: '也重做一遍',
    },
    left: (span) => `还剩 ${span}`,
    overdue: '已逾期',
    pages: '审计分页',
    step: ({ who, what }) => `${who}${what}`,
  },
  dispute: {
    what: '同样的计算得到了不同的结果。抽签选出的陪审员会再算一遍；裁决立即作用于模型，而资金会一直锁定到无人可以上诉为止。',
    segment: ({ segment, who, round }) => `第 ${round} 轮 ${who} 的第 ${segment} 段`,
    root: (round) => `第 ${round} 轮的根`,
    update: ({ who, round }) => `${who} 在第 ${round} 轮的更新`,
    seat: (seat) => `席位 ${seat}`,
    unconfirmed: ({ claimed, plaintiff }) =>
      `训练者公开的是 ${claimed}；审计者 ${plaintiff} 不予确认。`,
    otherRoot: ({ plaintiff, other, claimed }) =>
      `多数人签署的是 ${claimed}，而 ${plaintiff} 算出的是 ${other}。`,
    anotherRoot: '另一个根',
    unfetchable: ({ plaintiff, claimed }) =>
      `${plaintiff} 说 ${claimed} 无法取得或解码；而见证人为它作过证。`,
    left: (span) => `还剩 ${span}`,
    over: '时间已到：下一次推进将结束它',
    last: { for: '上一次裁决支持该主张。', against: '上一次裁决反对该主张。' },
    drawn: (said) => `下一次推进时抽选陪审团。${said}`,
    jury: ({ answered, panel, until, said }) =>
      `${panel} 名陪审员中已有 ${answered} 名重新计算；${until}。${said}`,
    decided: {
      for: '陪审团裁决支持该主张。',
      against: '陪审团裁决反对该主张。',
      nothing: '陪审团没有作出裁决。',
    },
    both: ({ decided, appeal }) => `${decided}${appeal}`,
    noAppeal: (until) => `无人可以上诉；${until}。`,
    appeal: ({ cost, until }) => `败方可以花费 ${cost} 上诉；${until}。`,
    dao: ({ until, said }) => `由成员以提案作最后决定；${until}。${said}`,
    defendedBy: '辩护方',
    nobody: '无',
    panel: '陪审团',
    locked: '锁定',
    lockedOf: ({ stake, bonds }) => (
      <>
        质押和扣留的报酬 {stake}，押金 {bonds}
      </>
    ),
    claimed: '主张',
    against: '反对意见',
    appealBy: '上诉',
    appealFor: (cost) => <>以 {cost} 上诉</>,
    appealing: '上诉',
    askFor: {
      for: '提议作出支持该主张的裁决',
      against: '提议作出反对该主张的裁决',
    },
  },
  pause: {
    paused: ({ because, goesOn, end }) => `已暂停：${because}。${goesOn}${end}`,
    noReason: '没有给出原因',
    held: ({ span, workers }) =>
      `除非表决提前恢复或停止它，否则 ${span}内不会开新的轮次。之后只要有 ${workers} 名训练者在场，就从最近的根继续。`,
    goesOn: (workers) => `只要有 ${workers} 名训练者在场，就从最近的根继续。`,
    judged: (round) => `（待第 ${round} 轮判定后）`,
    stopsIn: ({ span, judged }) =>
      `如果 ${span}内没有做到，它会停止${judged}：质押和报酬归各自所有者，其余托管款归金库。`,
    over: (judged) =>
      `期限已过：下一次推进时若人数仍不足，它会停止${judged}；质押和报酬归各自所有者，其余托管款归金库。`,
  },
};
