/** 发布：获取、核对、谁为它作证、与它对话、在它的文本中查找。 */
import type { Texts } from '../texts.js';

export const release: Texts['release'] = {
  title: (id) => `发布 ${id}`,
  missing: 'DAO 没有这个发布。',
  revoked: 'DAO 已撤销这个发布。请不要使用。',
  get: '获取它并核对每一项声明',
  fetches:
    '从任意镜像获取每个文件，按表决通过的摘要核对每一个字节，并逐项给出结论。随时可以再次核对副本：',
  votedOn: '表决的内容',
  manifest: '清单',
  manifestOf: (digest) => <>{digest} 指明了它的每一个字节</>,
  root: '状态根',
  rootOf: ({ digest, round, run }) => (
    <>
      {digest}，{run}第 {round} 轮之后
    </>
  ),
  run: (id) => `训练 ${id} `,
  log: '轮次日志',
  logOf: (digest) => <>{digest} 是通向那里的哈希链的末端</>,
  vote: '表决',
  voteOf: ({ proposal, when }) => (
    <>
      {proposal}，发布于 {when}（以链上时钟为准）
    </>
  ),
  proposal: (id) => `提案 ${id}`,
  files: '文件',
  filesOf: ({ files, bytes }) => `${files}，共 ${bytes}。这份列表本身的摘要就是表决的内容。`,
  noFiles: '无法显示列表：',
  filesOfRelease: '发布的文件',
  path: '路径',
  size: '大小',
  digest: '摘要',
  madeOf: '它由什么构成',
  evaluation: {
    title: '评测',
    unreadable: '无法显示：',
    named: (digest) => <>评测 {digest}，由表决指定。任何拥有权重和留出文本的人都可以重复它。</>,
    own: '这个发布',
    unigram: '只知道每个词元的出现频率',
    before: '训练之前',
    none: '其中没有本页面认识的损失值。',
    loss: '留出文本上的损失，单位为每词元纳特。越小越好。',
    lossOver: (sequences) => `留出文本上的损失，单位为每词元纳特，共 ${sequences}。越小越好。`,
    learned: (nats) => `比词频低 ${nats} 纳特：它从文本中学到了东西。`,
    nothing: '不低于词频：它还没有从文本中学到东西。',
  },
  attest: {
    title: '谁为它作证',
    unreadable: '无法读取已有的声明：',
    connect: (link) => <>{link('连接钱包')}，即可用 NEAR 账户或以太坊地址作出声明。</>,
    reading: '正在读取…',
    nobody: '还没有人对它作过声明。',
    said: {
      endorses: ({ by, when }) => (
        <>
          {by} 为它背书，{when}
        </>
      ),
      reproduces: ({ by, when }) => (
        <>
          {by} 重新计算并得到相同结果，{when}
        </>
      ),
      evaluates: ({ by, when }) => (
        <>
          {by} 评测了它，{when}
        </>
      ),
      disputes: ({ by, when }) => (
        <>
          {by} 对它提出异议，{when}
        </>
      ),
    },
    purposes: { endorses: '背书', reproduces: '复现', evaluates: '评测', disputes: '异议' },
    with: (evidence) => <>，依据 {evidence}</>,
    say: '声明',
    means: {
      endorses: '我为它背书',
      reproduces: '我重新计算过，结果相同',
      evaluates: '我评测过它',
      disputes: '它与其声称的不符',
    },
    signAs: (account) => `以 ${account} 的名义签署`,
    signEthereum: '用以太坊钱包签署',
    noEthereum: '这个浏览器里没有以太坊钱包。请安装一个，或使用命令行。',
    your: '你的声明',
  },
  verify: {
    here: '在本页面核对',
    again: '再次核对',
    fetched: '已获取的部分',
    at: ({ bytes, step }) => (
      <>
        {bytes}，{step}
      </>
    ),
    steps: { manifest: '清单', checking: '正在核对每一项声明' },
    failed: '无法核对：',
    holds:
      '只要本页面及其节点说的是实话，每一项声明都成立。用命令可以在你自己的机器上作同样的核对。',
    fails: '请不要使用这个发布：关于它的声明并非全部成立。',
    table: '逐项结论',
    claim: '声明',
    verdict: '结论',
    knownBy: '依据',
    found: '查明的情况',
    words: { pass: '成立', fail: '不成立', warn: '注意', unknown: '未核对' },
    standings: { proven: '已证明', attested: '已作证', declared: '仅声称' },
    claims: {
      bytes: '字节',
      structure: '结构',
      vote: '表决',
      rounds: '轮次',
      weights: '权重',
      lineage: '谱系',
      licence: '许可证',
      takedown: '下架',
      consensus: '共识',
    },
  },
  explain: {
    title: '来历报告',
    what: '数据、许可、计算、审计、报酬、表决、花费，以及对它的异议；每一条都注明依据：由本页面重新算出的、由链或签名者作证的、只是发布者自己声称的。',
    show: '说明它的来历',
    save: '把这份报告存成网页',
    busy: '正在读取它的记录…',
    failed: '无法说明：',
    columns: { what: '项目', value: '内容', known: '依据' },
  },
  save: {
    title: '保存下来',
    what: '该发布的全部文件，就是在本页面核对过的那些：不会重新获取。',
    zip: '全部保存为 zip',
    folder: '全部保存到文件夹',
    busy: '正在保存…',
    zipped: ({ name, bytes }) => `${name}（${bytes}）已交给浏览器下载。`,
    saved: (folder) => `全部文件都在新文件夹 ${folder} 里。`,
    failed: '没有保存：',
  },
  talk: {
    title: '与它对话',
    what: '经过核对的权重，在这个标签页里用精确引擎运行：你写的内容不会离开这里。模型只会续写文本；没有人为它的回答作保。',
    from: '从这里续写',
    fields: {
      tokens: '词元上限',
      temperature: '温度',
      topK: 'Top k',
      topP: 'Top p',
      seed: '种子',
    },
    goOn: '续写',
    stop: '停止',
    loading: '正在载入引擎并读取提示…',
    done: (span) => `${span}后完成。相同的设置会再次得到相同的文本。`,
    stopped: (span) => `${span}后停止。相同的设置会再次得到相同的文本。`,
    failed: '无法继续：',
  },
  search: {
    title: '这段文字在其中吗？',
    characters: '逐字匹配的文字',
    search: '查找',
    reading: (what) => `正在读取${what}…`,
    theRun: '训练',
    failed: '无法查找：',
    found: '在其中。下列数据集都已取得，其条目的根与记录一致：',
    nowhere: (items) => `在已读取的 ${items}中都没有逐字出现。哪怕只差一个字符的文本仍可能在其中。`,
    missed: (id) => `没有查找 ${id}：`,
    hits: ({ id, hits, of, more }) => `${id}：${of} 条中有${more ? '超过 ' : ' '}${hits}`,
    uses: {
      'in the training data': '在训练数据中',
      'held out': '留出',
      'not packed': '未打包',
      unknown: '未知',
    },
    match: ({ at, item, use, whole }) => (
      <>
        第 {at} 条，{item}，{use}
        {whole ? '，整条相同' : ''}：
      </>
    ),
  },
};
