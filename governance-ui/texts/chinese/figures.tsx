/** 训练的各项数字：损失、阶段、资金、流量、利用率，以及每个数字的来历。 */
import type { Texts } from '../texts.js';

export const figures: Texts['figures'] = {
  before: '上一页',
  after: '下一页',
  shownOf: ({ shown, count }) => `${shown}，共 ${count}`,

  money: '训练的资金',
  budget: '预算',
  budgetBehind: (proposal) => <>执行{proposal}时从金库划入托管。</>,
  proposal: (id) => `提案 ${id}`,
  paid: '已付给通过验证的工作',
  paidBehind: '轮数与审计数是下面各席位之和；余下的是诱饵、补偿与分成。',
  escrow: '仍在托管',
  escrowBehind: ({ budget, paid, gone, escrow }) => (
    <>
      预算 {budget} − 已付 {paid} − 记录的存储费或退回金库 {gone} = {escrow}。
    </>
  ),
  terms: {
    rewards: (count) => `${count} 个通过验证的轮次`,
    audits: (count) => `${count} 次正确的审计`,
    data: (count) => `${count} 个最终轮次，付给数据`,
    calls: (count) => `${count} 次代发调用`,
    other: '其他',
  },

  traffic: '流量与利用率',
  trafficOf: ({ first, last }) => `取自第 ${first} 至第 ${last} 轮已结束轮次的记录。`,
  bytes: '提交的更新',
  bytesBehind: ({ bytes, updates }) =>
    `${bytes} 字节：链上记录所写的 ${updates} 个更新的大小之和。`,
  updateBytes: '每个更新',
  updateBehind: ({ bytes, updates }) => `${bytes} 字节 ÷ ${updates} 个更新。`,
  placesUsed: '席位利用率',
  placesBehind: ({ included, rounds, places }) =>
    `${included} 个计入的更新 ÷（${rounds} 轮 × ${places} 个席位）。`,
  workUsed: '计入的工作',
  workBehind: ({ included, claimed }) =>
    `${included} 个计入的更新 ÷ ${claimed} 个提交的更新。重做轮次的更新不计入。`,
  roundsStood: '成立的轮次',
  stoodBehind: ({ final, rounds }) => `${final} 个最终轮次 ÷ ${rounds} 个已结束轮次。`,
  roundsBehind: (figure) => `“${figure}”所依据的轮次`,
  round: '轮次',
  outcome: '结果',
  updates: '更新',
  counted: '计入',
  size: '字节',

  loss: '损失',
  lossIs:
    '链上不保存损失，训练者自己的说法也不算数：本页面按链上的摘要取得训练的各个状态，用该训练自己的引擎在留出文本上逐一评估。',
  measure: '在此测量',
  stopMeasuring: '停止测量',
  measuring: ({ round, done, of }) =>
    `正在测量第 ${round} 轮之后的状态；已完成 ${done}，共 ${of}。`,
  measuredAll: (count) => `已测量 ${count} 个状态；之后的每个最终轮次也会测量。`,
  notMeasured: '有的状态无法测量：',
  lossAfter: (round) => (round === 0 ? '训练之前' : `第 ${round} 轮之后`),
  lossBehind: ({ sequences, engine }) =>
    `留出文本前 ${sequences} 个序列上 −ln p(词元) 的平均值，单位为奈特每词元，由 ${engine} 计算。任何人重算都会得到每一位相同的数字。`,
  measuredStates: '已测量的状态',
  afterRound: '轮次之后',
  stateRoot: '状态',
  natsPerToken: '奈特每词元',
  curveSpoken: ({ first, last, from, to }) =>
    `第 ${first} 至第 ${last} 轮的损失：从 ${from} 到 ${to} 奈特每词元`,
  curvePoint: ({ round, loss }) => `第 ${round} 轮：${loss}`,

  timeline: '阶段',
  timelineIs: '本页面打开期间进行的轮次，以链上时钟计。',
  roundN: (round) => `第 ${round} 轮`,
  training: '用于训练的时间',
  trainingBehind: ({ training, total }) => `训练阶段 ${training} ÷ 所有阶段 ${total}。`,
  phaseOf: ({ round, phase }) => `第 ${round} 轮，${phase}`,

  behindSeat: (seat) => `${seat} 的依据`,
  earnedBehind: '余下的是他人被罚没部分的分成与诱饵。',
  heldBackBehind: (rounds) =>
    `最近 ${rounds} 个最终轮次的奖励：已计入所得，若这些轮次有误则会失去。`,
  seatRounds: ({ rounds, included, bytes }) =>
    `所示轮次中有 ${rounds} 个更新，其中 ${included} 个计入，共 ${bytes}：`,
  noSeatRounds: '所示轮次中没有它的更新。',
  earned: '所得',
  heldBack: '暂扣',
  payout: '付给',
  operator: '操作者',
  workNow: '现在',
  now: {
    train: '训练中',
    committed: '已承诺',
    revealed: '已公开',
    certified: '已证实',
    submitted: '已给出根',
    idle: '–',
  },
  evidence: '证据',
  evidenceStart: '起始状态',
  evidenceClaimed: '所声称的',
  evidenceOther: '所发现的',
  evidenceRound: (round) => `第 ${round} 轮的记录`,
  evidenceRecompute: '再算一遍：',
  atStake: '利害',
};
