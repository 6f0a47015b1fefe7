/** 首页。 */
import type { Texts } from '../texts.js';

export const overview: Texts['overview'] = {
  title: '公开训练的模型',
  lead: (members) => `${members}决定训练什么、发布什么。资金只付给通过验证的工作。`,
  join: '如何加入',
  joinHere: (link) => (
    <>{link('在此标签页中审计')}，或者用一条命令在任何机器上训练，有没有 GPU 都可以：</>
  ),
  liveFirst: '训练（进行中的在前）',
  allRuns: (count) => `全部 ${count} 次训练`,
  latest: '最新发布',
  openProposals: '进行中的提案',
  noneOpen: '没有等待投票的提案。',
  earlier: '查看以前的提案',
  treasury: '金库',
  escrows: '为训练托管',
  stakes: '训练者与审计者的质押',
  ledgers: '已赚取、待领取',
  bonds: '提案押金',
  unitsOf: (token) => `${token} 的单位数`,
  members: '成员',
  allMembers: (count) => `全部 ${count} 名成员`,
  policy: '政策',
  voting: '投票',
  timelock: '时间锁',
  timelockOf: (span) => `投票与执行之间相隔 ${span}`,
  quorum: '法定人数',
  quorumOf: (share) => `全部权重的 ${share} 必须投票`,
  approval: '通过条件',
  moreYes: '赞成多于反对',
  moreYesAnd: (share) => `赞成多于反对，且达到 ${share}`,
  bond: '押金',
  bondLost: '如果没有人投票就会失去',
  guardian: '监护人',
  licences: '许可证',
  noLicence: '不允许任何许可证',
};
