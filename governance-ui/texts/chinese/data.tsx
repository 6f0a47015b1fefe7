/** 数据集，以及参与悬赏。 */
import type { Texts } from '../texts.js';

export const data: Texts['data'] = {
  datasets: '数据集',
  datasetsAre: '这个 DAO 的模型用什么训练：由谁带来、采用什么许可、有什么依据。',
  none: '还没有登记任何数据集。添加一个：',
  noSuchDataset: 'DAO 没有这个数据集。',
  lineage: '所有数据集的谱系',
  pagesOfDatasets: '数据集的页',
  listed: ({ from, to, count }) => `第 ${from} 至 ${to}，共 ${count}`,
  newer: '较新',
  older: '较旧',
  sizeOf: ({ items, bytes }) => `${items} 项，${bytes}`,
  approved: '已批准',
  approvedIs: '投票为它以及其贡献者的份额作了担保。',
  dataset: '数据集',
  licence: '许可',
  size: '大小',
  status: '状态',

  record: '记录',
  title: '标题',
  registered: '登记',
  registeredBy: ({ who, when }) => (
    <>
      由 {who} 登记，{when}
    </>
  ),
  source: '来源',
  collected: '采集于',
  declared: '自述',
  concluded: '由发布者认定',
  licenceDeclared: '来源的许可',
  licenceConcluded: '本数据集的许可',
  evidence: '证据',
  manifest: '文件',
  itemsRoot: '条目',
  itemsRootIs: '全部条目的树根：可以证明任一条目在其中',
  parents: '由何而来',
  byTransform: ({ parent, transform }) => (
    <>
      {parent}，经由 {transform}
    </>
  ),
  raw: '没有上游：它就是源头',
  ofBounty: '经其接受',
  bounty: (id) => `悬赏 ${id}`,
  verifyIt: '按记录核对字节，并重新派生一遍：',

  contributors: '贡献者',
  noContributors: '没有列出贡献者：只由发布者负责。',
  contributorsAre: (approved) =>
    approved ? '按份额排列，已由投票批准。' : '按份额排列，由发布者自述；没有投票批准。',
  share: '份额',
  earns: '收入',
  earnsTable: '为它付费的训练',
  noShares: '没有训练为它付费。',
  run: '训练',
  standing: '状态',
  aRound: '每轮',
  rounds: '轮数',
  earned: '所得',
  taken: '已取',
  yours: (account) => `应付给 ${account}`,
  earnedIs: ({ rounds, each, earned }) => (
    <>
      {rounds} × {each} = {earned}
    </>
  ),
  take: (amount) => <>取走 {amount}</>,
  taking: '取款',

  optOut: '剔除',
  noOptOut: '没有人要求剔除任何内容。',
  optOutIs: (list) => <>清单 {list} 上的条目从现在起不再进入由它派生的任何数据。</>,
  disputes: '争议',
  noDisputes: '没有人提出争议。知道它不该使用的人，可以附上证据和押金提出。',
  disputeN: (id) => `争议 ${id}`,
  disputeBy: ({ who, when, bond }) => (
    <>
      由 {who} 提出，{when}，押金 {bond}
    </>
  ),
  closedAt: (when) => <>已于{when}结束</>,
  evidenceIs: '所提出的证据',
  evidenceGone: '无法显示证据：',
  fetchEvidence: '取得证据',
  whileOpen: '未决期间，新的训练不得使用它，也没有人能取走它的收入。由成员以提案决定。',
  connectToDispute: (link) => <>{link('连接钱包')}后可以提出争议，或请求裁决；也可以用命令：</>,
  disputeIt: '提出争议',
  whatShowsIt: '什么表明它不该使用',
  orEvidenceFile: '或取自文件的文本',
  disputeCosts: (bond) => (
    <>
      它会公开，并一直保留。在成员决定之前，新的训练不得使用该数据集。{bond}{' '}
      的押金在成员同意、或三十天内没有决定时退还；否则归金库。
    </>
  ),
  disputeWith: (bond) => <>以 {bond} 提出争议</>,
  disputing: '争议',
  askFor: {
    upheld: '提议撤回该数据集',
    dismissed: '提议驳回该争议',
  },
  lapsesIn: (span) => `如果成员没有决定，${span}后任何人都可以结束它。`,
  lapse: '结束它：成员没有及时决定',
  lapsing: '结束争议',
  asPublisher: (account) => `作为发布者 ${account} 可以做的事`,
  leaveOut: '剔除条目',
  leaveOutLines: '每行一个条目的摘要，或文件中的条目原文',
  leaveOutIs: '此清单取代之前的清单。今后由此派生的数据会剔除这些条目；已经训练的无法撤销。',
  leaveOutWrong: (line) => `第 ${line} 行既不是条目的摘要，也不是条目。`,
  leaveOutItems: (count) => `剔除 ${count} 个`,
  leavingOut: '清单',
  withdraw: '撤回',
  withdrawIs: '新的训练不得使用它，由它学习而来的发布会注明这一点。记录和摘要保留。',
  forGood: '这无法撤销：我知道。',
  withdrawId: (id) => `撤回 ${id}`,
  withdrawing: '撤回',

  effects: '牵涉的内容',
  noEffects: '没有数据由它派生，也没有训练使用它。',
  descendants: '由它派生的数据集',
  liveRuns: '正在使用它的训练',
  releases: '学习过它的发布',

  deskOf: (id) => `悬赏 ${id}`,
  noSuchBounty: 'DAO 没有这个悬赏。',
  instructions: '说明',
  noInstructions: '无法显示说明：',
  prices: ({ item, vote }) => (
    <>
      每项 {item}，与多数一致的每票 {vote}
    </>
  ),
  material: '待标注',
  takePart: '参与',
  connectFirst: (link) => <>{link('连接钱包')}即可提交、评审或推进。</>,
  handIn: '提交',
  linesLabels: '每行一项：{"text": …, "label": …}',
  linesTexts: '每行一段文本，或 {"text": …} 并附其他字段',
  orFile: '或来自由这样的行组成的文件',
  readItems: ({ items, batches, bond }) => (
    <>
      {items}，分为{batches}；押金 {bond} 在公开后退还。
    </>
  ),
  lineProblem: ({ line }) => `第 ${line} 行：`,
  sealAndHandIn: '密封并提交',
  handingIn: '提交',
  keptHere: '密封的内容保存在本浏览器中，必须由它打开：否则失去押金。',
  largeLots: '大批量内容以及要留在自己机器上的文件，请用命令提交：',
  reveal: (count) => `发布并公开${count}`,
  revealing: '公开',
  elsewhere: (count) => `你有${count}是在别处密封的；请在那里公开，否则失去押金。`,
  applyText: (stake) => <>申请成为评审，质押 {stake}</>,
  applying: '申请',
  applied: '全部公开之后，你可能会被抽为评审。',
  judge: '评审',
  notDrawn: '没有抽到等待你投票的批次。',
  fetchItems: '显示条目',
  fetching: '正在取得待评审的条目…',
  notFetched: '无法显示条目：',
  batchN: (batch) => `批次 ${batch}`,
  noItem: '不是条目：没有发布，或写法不是唯一的规范写法',
  repeats: '与之前的条目几乎重复',
  accept: '接受',
  turnDown: '拒绝',
  left: (count) => (count === 0 ? '已全部评审。' : `还有 ${count} 项待评审。`),
  sealVotes: '密封投票',
  sealing: '密封',
  openVotes: (count) => `打开对${count}的投票`,
  opening: '打开',
  moveOn: '推进',
  moving: '推进',
  nothingNow: '现在没有需要你做的事。',
  batches: '批次',
  batchesAre: '每个批次、由谁提交，以及结果。',
  batchesTable: '批次表',
  pagesOfBatches: '批次的页',
  by: '提交者',
  items: '条目',
  sealed: '已密封',
  judgedOf: ({ opened, of }) => `${opened}，共 ${of}`,
  judged: '已评审',
  acceptedItems: '接受',
};
