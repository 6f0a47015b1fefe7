/** 各页共用的话：等待、失败、操作、复制，以及数量的说法。 */
import type { Texts } from '../texts.js';

const unit = (measure: string, noun: string) => (figure: string) => `${figure} ${measure}${noun}`;

export const common: Texts['common'] = {
  read: {
    missing: '合约里没有这一项。',
    nothingYet: '还没有读到任何内容。',
    reading: '正在读取链上数据…',
  },
  trouble: {
    unreachable: '无法连接到链',
    unreadable: (what) => `无法读取：${what}`,
    local: '如果它没有运行，请在网络的文件夹里启动：',
    age: (span) => `下面显示的是 ${span}前的内容。`,
    again: (span) => `${span}后重试。`,
    now: '正在重试…',
    tryNow: '立即重试',
  },
  act: {
    asked: (what) => `${what}：已请求钱包…`,
    executed: (what) => `${what}：已执行，正在等待所在区块最终确定…`,
    final: (what) => `${what}：已完成，并已最终确定。`,
    refused: (what) => `${what}：你在钱包里拒绝了，所以什么也没有发送。`,
    failed: (what) => `${what}：`,
  },
  copy: {
    copy: '复制',
    command: (text) => `复制命令 ${text}`,
    digest: (short) => `复制摘要 ${short}`,
    done: (what) => `已复制 ${what}`,
    theCommand: '命令',
    refused: (text) => `浏览器不允许在这里复制：${text}`,
    click: (digest) => `${digest}\n（点击复制）`,
  },
  noDigest: '尚无',
  spans: {
    join: (parts) => parts.join(''),
    moment: '片刻',
    none: '0 秒',
    ahead: (span) => `${span}后`,
    past: (span) => `${span}前`,
  },
  chainClock: (time) => `${time}（以链上时钟为准）`,
  utc: (time) => `${time} UTC`,
  less: (amount) => `不足 ${amount}`,
  and: '、',
  none: '无',
  firstOf: (shown) => `只显示前 ${shown} 项。`,
  counts: {
    rounds: unit('', '轮'),
    proposals: unit('个', '提案'),
    items: unit('个', '条目'),
    acceptedItems: unit('个', '被接受的条目'),
    files: unit('个', '文件'),
    sequences: unit('个', '序列'),
    seats: unit('个', '席位'),
    segments: unit('', '段'),
    reviewers: unit('名', '评审人'),
    reviews: unit('份', '评审'),
    batches: unit('', '批'),
    audits: unit('次', '审计'),
    auditors: unit('名', '审计者'),
    members: unit('名', '成员'),
    times: unit('', '次'),
  },
};
