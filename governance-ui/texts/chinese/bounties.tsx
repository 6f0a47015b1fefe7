/** DAO 为数据付费。 */
import type { Texts } from '../texts.js';

export const bounties: Texts['bounties'] = {
  title: '悬赏',
  lead: '数据按条付费：密封提交，由抽签选出的评审人评判，贡献者永久记录在案。',
  none: '还没有。悬赏从一个提案开始：',
  acceptedOf: (bounty) => `悬赏 ${bounty} 被接受的条目`,
  accepted: ({ accepted, items }) => `已接受 ${accepted} 条，共需 ${items} 条`,
  money: ({ price, fee, paid, escrow, proposal, instructions }) => (
    <>
      每条 {price}，与多数一致的每票 {fee} · 已付 {paid}，托管中 {escrow} · {proposal} · 说明{' '}
      {instructions}
    </>
  ),
  proposal: (id) => `提案 ${id}`,
  asks: ({ items, what, licence, reviewers }) =>
    `最多 ${items}：${what}，采用 ${licence}。每条由抽签选出的 ${reviewers}评判。`,
  texts: '文本',
  labels: (material) => `对 ${material} 的标注`,
  left: (span) => `还剩 ${span}`,
  over: '时间已到：任何人都可以推进',
  submit: ({ batches, reviewers, until }) =>
    `正在密封提交批次，评审人报名：目前分别为 ${batches} 和 ${reviewers}；${until}。`,
  reveal: ({ revealed, batches, until }) => `${batches}中已揭示 ${revealed} 批；${until}。`,
  review: ({ reviews, until }) => `评审人正在密封评判：目前 ${reviews}；${until}。`,
  open: ({ opened, reviews, until }) => `${reviews}中已开启 ${opened} 份；${until}。`,
  closed: (items) => `${items}被接受并已付款。`,
  agreed: ({ items, alpha }) =>
    `${items}被接受并已付款；评审人的一致程度为 α = ${alpha}（Krippendorff）。`,
  settled: ({ settled, batches }) => `正在结算：${batches}中的 ${settled} 批。`,
};
