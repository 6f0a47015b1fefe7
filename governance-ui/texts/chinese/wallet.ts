/** 由谁签名。 */
import type { Texts } from '../texts.js';

export const wallet: Texts['wallet'] = {
  title: '钱包',
  lead: '任何人都可以查看。投票、领取或工作需要钱包签名：它会显示签的是什么，密钥始终留在钱包里。',
  actAs: '以谁的名义操作',
  play: '它的密钥属于本地网络，随链接一起给出：只是模拟的钱。',
  disconnect: '断开连接',
  connect: '连接',
  local: '本地网络自带钱包：请打开 “commonweights network up” 在 “wallet” 旁打印的链接。',
  noneCame: (network) =>
    `没有发现钱包。请安装一个会把自己注入页面的钱包（NEAR Connect 称之为 “injected”），把它切换到 ${network}，然后重新载入本页。不用钱包也可以使用命令行。`,
  development: '开发钱包',
  question: ({ account, receiver }) => `是否以 ${account} 的名义、为 ${receiver} 签署以下内容？`,
  sign: '签署',
  refuse: '拒绝',
};
