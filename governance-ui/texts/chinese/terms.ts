/** 条款里的数字对参与者意味着什么。 */
import type { Texts } from '../texts.js';

export const terms: Texts['terms'] = {
  rounds: { name: '轮次', meaning: '需要定案的轮次数。被回退或中止的轮次不算。' },
  trainers: {
    name: '训练者',
    value: ({ least, most }) => `${least} 至 ${most} 名`,
    meaning: '人数不足时训练会暂停，除进行中的一轮外没有损失。',
  },
  auditors: {
    name: '审计者',
    value: (most) => `最多 ${most} 名`,
    meaning: '他们不训练，只重做训练者所声称的工作；训练者之间也彼此如此。',
  },
  stake: { name: '质押', meaning: '每个席位锁定，结束时退回；工作未通过审计则失去。' },
  reward: { name: '报酬', meaning: '付给每个成为定案轮次一部分的更新。' },
  computing: {
    name: '计算量',
    value: (giga) => `每轮 ${giga} GFLOP`,
    meaning: '每个训练者，按程序计数。政策限制每 teraFLOP 的价格。',
  },
  cost: {
    name: '每轮成本',
    meaning: '提议人声称的训练者每轮计算成本：作弊最多省下这么多。',
  },
  auditFee: { name: '审计费', meaning: '付给每次正确回答的审计，无论结果如何。' },
  heldBack: { name: '扣留', meaning: '最近若干定案轮次的报酬保持锁定，仍可能失去。' },
  audited: {
    name: '审计比例',
    meaning: ({ audits, segments }) =>
      `每个更新被审计的概率：${segments}工作中的 ${audits} 段会被重做，且必须得到相同的摘要。`,
  },
  witnesses: {
    name: '见证人',
    everybody: '所有人',
    value: (count) => `抽签选出 ${count} 名`,
    meaning: '他们取得、解码并保存每个更新；过半数决定计入哪些。',
  },
  challenges: {
    name: '质疑',
    whileAudits: '审计进行期间',
    value: (span) => `至少 ${span}`,
    meaning: '任何算出不同根的人都可以在一轮定案前交押金提出。',
  },
  tainted: {
    name: '可保留的不良工作',
    value: (share) => `不超过一轮的 ${share}`,
    meaning: '超过这一比例则该轮重做；低于则标记为受污染。',
  },
  decoys: {
    name: '诱饵',
    none: '无',
    value: ({ share, fee }) => `占声明的 ${share}，每个 ${fee}`,
    meaning: '有报酬的预设错误：只会附和的审计者会因此被发现。',
  },
  machines: {
    name: '机器',
    value: (seats) => `每个账户最多 ${seats}`,
    meaning: '每台机器一个席位，以名称区分。',
  },
  noStake: {
    name: '无需质押',
    none: '没有席位',
    meaning: '从零开始：报酬先充作质押，直到足额。',
  },
  fees: {
    name: '调用手续费',
    own: '由各参与者自付',
    value: ({ fee, calls }) => `每次调用 ${fee}，每轮最多 ${calls} 次`,
    meaning: '由托管付给把已签名调用送上链的人。',
  },
  data: {
    name: '数据报酬',
    unpaid: '不付费',
    value: ({ reward, shares }) => `每轮 ${reward}，付给 ${shares}`,
    meaning: '每个定案轮次，按权重付给这些数据集的贡献者。',
  },
  deadlines: {
    name: '期限',
    phase: ({ phase, span }) => `${phase} ${span}`,
    meaning: (span) => `所有人都完成后阶段会提前结束。审计的每一步有 ${span}。`,
  },
  reset: {
    name: '本地重置',
    value: (rounds) => `每 ${rounds}`,
    meaning: '届时每个训练者都以空的优化器状态开始。',
  },
};
