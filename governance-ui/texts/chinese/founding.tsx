import type { Texts } from '../texts.js';

export const founding: Texts['founding'] = {
  title: '创建 DAO',
  own: '创建你自己的 DAO',
  lead: (contract) => (
    <>
      一份独立的合约，规则和成员由你在此填写。它运行与 {contract}{' '}
      相同的代码；创建完成后，无人持有它的密钥。
    </>
  ),
  begun: '在此浏览器中已开始、尚未完成',
  founded: '在此浏览器中创建的',
  goOnWith: (account) => `继续创建 ${account}`,
  open: (account) => `在此打开 ${account}`,
  isOpen: '已打开',
  steps: {
    name: '名称',
    people: '由谁决定',
    rules: '规则',
    money: '起始资金',
  },
  fields: {
    daoAccount: {
      label: 'DAO 的账户',
      hint: '须在你的账户的下一级，例如 commons.alice.near，且尚不存在。',
    },
    members: {
      label: '成员',
      hint: '每行一个账户及其票的权重。所有账户都必须存在。',
    },
    guardian: {
      label: '监护人',
      hint: '可以取消时间锁中等待执行的事项，除此之外无权。留空：不设。',
    },
    term: { label: '监护人的任期', hint: '不设监护人时留空。' },
    treasury: {
      label: '存入金库（NEAR）',
      hint: '此前属于你；之后只能通过投票动用。',
    },
    reserve: {
      label: '用于记录（NEAR）',
      hint: '除代码之外，账户为其存储的内容锁定的金额。',
    },
  },
  code: '代码',
  codeIs: ({ digest, bytes, from }) => (
    <>
      {digest}，{bytes}，来自{from}
      。摘要由本页面根据字节算出。想知道代码做什么，可以从源码构建：在任何机器上得到的字节都相同。
    </>
  ),
  fromChain: (contract) => ` ${contract} 的账户`,
  fromRegistry: '登记处',
  readingCode: '正在读取代码并计算摘要…',
  takes: '所需费用',
  notYet: '所有字段填写正确后，这里会显示所需费用。',
  looking: '正在查看链上的情况…',
  forCode: '为代码锁定',
  forRecords: '为记录锁定',
  toTreasury: '存入金库',
  fees: '手续费，至多',
  inAll: (account) => (account === null ? '合计' : `现在由 ${account} 支付，合计`),
  lacks: ({ account, has }) => `${account} 只有 ${has}，不够。`,
  refused: '不能这样创建。',
  asks: '钱包会被询问两次：创建账户，以及存入金库。其间，本标签页用新账户的一把密钥部署代码；该密钥保存在此浏览器中，最后一步会在链上删除。',
  connect: (link) => <>{link('连接钱包')}后即可创建。你填写的内容保存在此浏览器中。</>,
  found: ({ dao, account }) => `以 ${account} 的身份创建 ${dao}`,
  goOn: '继续创建',
  what: '创建',
  progress: '进度',
  stepDone: '已完成',
  stepsDone: [
    '账户已创建',
    '代码已部署，规则和成员已写入',
    '金库已存入资金',
    '密钥已删除：代码只能通过投票更改',
  ],
  stopped: '可以从这里继续，关闭标签页之后也可以：密钥保存在此浏览器中。',
  done: (account) => <>{account} 已创建，无人持有它的密钥。</>,
  host: '为它提供网页，只需这些文件，并在旁边放置如下的 network.json：',
  elsewhere: ({ dao, home }) => (
    <>
      你正在查看在此浏览器中创建的 {dao}，而不是 {home}。
    </>
  ),
  back: (home) => `返回 ${home}`,
};
