/** 提议一次训练：模型、数据、谁来训练、报酬，以及由此得出的结果。 */
import type { Texts } from '../texts.js';

const label = (text: string, hint = '') => ({ label: text, hint });

export const runWizard: Texts['runWizard'] = {
  lead: '选择模型、数据和报酬。费用是多少、作弊是否有利可图，会在输入时按合约所用的规则即时算出。',
  steps: {
    model: '模型',
    data: '数据',
    recipe: '训练方法',
    people: '谁来训练',
    money: '报酬',
  },
  size: '从一个规模开始',
  sizes: {
    small: '小：3 层，宽 96',
    medium: '中：6 层，宽 256',
    large: '大：12 层，宽 512',
    own: '按下面所填',
  },
  fields: {
    title: label('标题', '这次训练以及由它发布的模型的标题。'),
    layers: label('层数'),
    hiddenSize: label('宽度', '注意力头数的偶数倍。'),
    heads: label('注意力头数'),
    kvHeads: label('键值头数', '必须整除注意力头数。'),
    intermediateSize: label('层内宽度'),
    contextLength: label('上下文长度', '一个序列的词元数。'),
    tiedEmbeddings: label('输入与输出共用词表矩阵'),
    initialSeed: label('初始权重的种子'),
    rounds: label('轮次', '需要定案的轮次数。'),
    stepsPerRound: label('每轮步数', '两次交换之间的步数。'),
    batchSize: label('每步的序列数'),
    segments: label('每轮段数', '审计重算的单位；必须整除步数。'),
    warmupSteps: label('预热步数'),
    evaluated: label('评测的留出序列数'),
    dataSeed: label('数据顺序的种子'),
    peak: label('学习率峰值'),
    outerRate: label('外层学习率'),
    momentum: label('外层动量'),
    minWorkers: label('训练者下限'),
    maxWorkers: label('训练者上限'),
    maxAuditors: label('审计者上限', '不含彼此审计的训练者。'),
    enrol: label('报名时间'),
    train: label('每轮训练时间'),
    exchange: label('揭示、见证、聚合的时间', '各自的时间。'),
    audit: label('审计每一步的时间'),
    reward: label('每个通过验证的更新的 NEAR'),
    auditFee: label('每次正确审计的 NEAR'),
    stake: label('每个席位的质押（NEAR）'),
    heldBackRounds: label('扣留报酬的轮数'),
    audited: label('被审计的工作比例（%）'),
    challengeWindow: label('至少开放质疑多久', '并非全部审计时需要。'),
  },
  dataset: '数据集',
  datasetHint: '必须是打包好的：由 “dataset derive --transform tokenise-and-pack” 生成的词元。',
  noData: '还没有登记任何数据集。用命令添加并打包：',
  chooseData: '请选择',
  readingData: '正在读取其中的内容…',
  unreadable: '不能用它来训练：',
  licence: ({ licence, allowed }) => (
    <>
      其认定的许可证是 {licence}；政策允许 {allowed}。
    </>
  ),
  allowed: '政策允许用它来训练。',
  tokens: ({ train, heldOut, vocabulary }) =>
    `训练用 ${train} 个词元，留出 ${heldOut} 个，词表大小 ${vocabulary}。`,
  follows: '由此得出',
  notYet: '模型和数据都正确后，这里会显示训练所需的资源和费用。',
  parameters: '参数量',
  memory: '每个训练者的内存',
  about: (size) => `约 ${size}`,
  computing: '每轮计算量',
  gigaFlop: (count) => `${count} GFLOP`,
  tokensPerRound: '每个训练者每轮的词元数',
  epochs: '每个序列被训练',
  times: (count) => `最多 ${count} 次`,
  price: '每 teraFLOP 的报酬',
  priceOf: ({ price, most }) => (
    <>
      {price}，上限 {most}
    </>
  ),
  budget: '为训练锁定',
  ofTreasury: ({ budget, treasury }) => (
    <>
      {budget}，金库共有 {treasury}
    </>
  ),
  tooLarge: '精确引擎最多使用 4 GiB：没有训练者能训练这个模型。',
  draft: '草稿，格式与 “commonweights run propose” 所读的相同',
};
