/** 每个页面的外框。 */
import type { Texts } from '../texts.js';

export const frame: Texts['frame'] = {
  skip: '跳到正文',
  pages: '页面',
  overview: '概览',
  runs: '训练',
  datasets: '数据集',
  lineage: '谱系',
  bounties: '悬赏',
  proposals: '提案',
  releases: '发布',
  people: '成员与账户',
  contribute: '参与',
  wallet: '钱包',
  auditing: '正在审计',
  language: '语言',
  loading: '正在载入页面的这一部分…',
  notLoaded: '页面的这一部分无法载入',
  notLoadedRemedy:
    '页面的服务器目前没有提供它的全部文件。这里会自动重试；如果服务器已经恢复而这里没有变化，请重新载入页面：你写的内容会保留。',
  again: '重试',
  networkFile: '网络配置文件',
  nowhere: '没有这个页面',
  nothingAt: ({ place, overview }) => (
    <>
      {place} 处没有内容。{overview('回到概览')}。
    </>
  ),
  source: ({ contract, network, node, registry }) => (
    <>
      本页面自己读取 {network} 上的合约 {contract}，节点为 {node}；数据块来自 {registry}
      ，每一块都按摘要核对。
    </>
  ),
  local: '本地网络没有独立的共识。',
};
