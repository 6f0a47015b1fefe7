/** 用标签页做审计：有没有位置、能带来什么、正在做什么。 */
import type { Texts } from '../texts.js';

const failure = (title: string, remedy: string) => ({ title, remedy });

export const contribute: Texts['contribute'] = {
  title: '参与',
  heading: '用这个标签页参与',
  lead: '训练者凭通过审计的工作获得报酬，审计者凭审计获得报酬。这个标签页可以当审计者：它用相同的引擎重新计算他人工作的片段，并说出结果。',
  others: '其他训练',
  runs: '训练',
  noOther: '没有其他进行中的训练。',
  noRun: '没有进行中的训练，所以不需要审计者。训练从一个提案开始：',
  ownMachine: (link) => (
    <>要训练，或审计更大的模型，请用自己的机器：{link('每次训练')}都给出命令。</>
  ),
  run: (id) => `训练 ${id}`,
  terms: ({ fee, stake }) => (
    <>
      每次审计 {fee} · 质押 {stake}，若陪审团认定审计有误则会失去
    </>
  ),
  mine: ({ account, seat }) =>
    `${account} 在其中有供标签页使用的席位 ${seat}：是否在场关系到质押。`,
  test: (run) => `为训练 ${run} 测试这个标签页`,
  testing: '正在载入引擎和训练，并把若干步各做两遍…',
  prospects: ({ needed, given, pay, fees, net, rounds, stake }) => (
    <>
      可以胜任：一次审计约需 {needed} 秒，限时 {given} 秒。一轮约可带来 {pay}，扣除手续费 {fees}
      ，在余下的 {rounds} 轮中共 {net}。训练结束前需质押 {stake}。
    </>
  ),
  connect: (link) => (
    <>{link('连接钱包')}即可加入：由钱包质押，并给这个标签页一把只能工作的密钥。</>
  ),
  goOnAs: (account) => `以 ${account} 的名义继续`,
  joinAs: ({ run, account }) => `以 ${account} 的名义加入训练 ${run}`,
  joining: '加入',
  places: {
    ended: (state) => `它${state}。`,
    expelled: (account) => `${account} 的席位已被除名，不会再给。`,
    left: (account) => `${account} 已离开；席位只给一次。`,
    noAuditors: '它没有审计者：训练者彼此审计。',
    drawn: '席位即将抽签。',
    taken: (most) => `审计者的位置（${most} 个）已满。`,
    full: ({ account, own, seats }) => `${account} 已有 ${own} 个席位，每个账户最多 ${seats}。`,
    poor: ({ account, has, needs }) => `${account} 只有 ${has}，而质押和手续费需要 ${needs}。`,
  },
  panel: {
    title: (run) => <>这个标签页：{run}</>,
    run: (id) => `训练 ${id}`,
    hindered: '它受到阻碍，正在等待，之后会自行继续：',
    pause: '暂停',
    goOn: '继续',
    seat: ({ seat, state, audits, slashed }) => (
      <>
        席位 {seat}，{state}：正确审计 {audits} 次{slashed}。
      </>
    ),
    slashed: (amount) => <>，被罚没 {amount}</>,
    did: '它做了什么',
    loading: '正在载入引擎和训练…',
    pausing: '正在完成手头的工作，然后暂停。',
    paused: '已暂停。现在抽到它的审计会等到期限为止，离开更久会失去席位：请及时继续。',
    done: '已完成：',
    earnings: '收入',
    sums: {
      pending: '进行中',
      submitted: '已提交',
      verified: '已验证',
      'held back': '扣留中',
      'to claim': '待领取',
      claimed: '已领取',
    },
    claim: (amount) => <>领取 {amount}</>,
    claiming: '领取',
  },
  events: {
    tested: (ms) => `这个标签页逐比特地重复了计算，每步 ${ms} 毫秒。`,
    enrolled: '已申请席位。',
    rejoined: '重新接手席位。',
    noMaterial: ({ round, seat, segment }) =>
      `第 ${round} 轮，席位 ${seat}：第 ${segment} 段没有材料，已如实说明。`,
    answered: ({ round, seat, segment }) =>
      `第 ${round} 轮，席位 ${seat}：重新计算了第 ${segment} 段，并密封了结果。`,
    measured: ({ round, seat, segment }) =>
      `第 ${round} 轮，席位 ${seat}：测量了第 ${segment} 段的偏差。`,
    judged: ({ dispute, round }) => `关于第 ${round} 轮的争议 ${dispute}：已计算并作出判断。`,
    waiting: (what) => `正在等待：${what}`,
    hindered: (what) => `受阻：${what}`,
    ticked: (why) => `推进了训练：${why}`,
    left: (why) => `已离开：${why}`,
  },
  failures: {
    ENGINE_UNRELIABLE: failure(
      '这台机器的计算不可重复',
      '引擎测试失败，审计也会失败。请换一台机器。',
    ),
    ENGINE_MISMATCH: failure(
      '这次训练要求另一种引擎',
      '标签页只用单线程计算，使用本页面自带的引擎。',
    ),
    ENGINE_NOT_LOADED: failure('引擎无法载入', '提供本页面的服务器必须提供它的全部文件。'),
    PROGRAM_MISMATCH: failure('这次训练是用另一个版本提议的', '请打开那个版本的页面。'),
    OUT_OF_MEMORY: failure('模型对这个标签页来说太大', '命令行也许可以。'),
    TOO_SLOW: failure('这台机器对这次训练来说太慢', '请关闭其他程序，或选择别的训练。'),
    CHAIN_UNREACHABLE: failure('无法连接到链', '没有任何损失。恢复后重新开始即可。'),
    STORE_UNREACHABLE: failure('无法连接到登记处', '没有任何损失。恢复后重新开始即可。'),
    SEAT_AT_WORK: failure(
      '另一个标签页正在工作',
      '一个席位只由一个标签页工作。请到那个标签页，或关闭它。',
    ),
    TERMS_MISMATCH: failure('这次训练与表决的不符', '请不要参与，并告知 DAO。'),
    DATASET_MISMATCH: failure('这次训练与表决的不符', '请不要参与，并告知 DAO。'),
    other: failure('无法继续', '链上的一切都没有丢失。'),
  },
};
