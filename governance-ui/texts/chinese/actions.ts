/** 提案会做什么。 */
import type { Action, RunView } from '@commonweights/dao-contracts/client/views.js';
import type { Figures } from '@commonweights/dao-contracts/client/action-words.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import type { Texts } from '../texts.js';
import { states } from './states.js';

export const actions: Texts['actions'] = {
  title: describe,
  effects,
  member: {
    loses: (account) => `${account} 将失去投票权。`,
    joins: ({ account, weight, total }) =>
      `${account} 将成为成员，权重 ${weight}；现有总权重为 ${total}。`,
    changes: ({ account, before, after }) => `${account} 的权重将从 ${before} 变为 ${after}。`,
  },
  policy: {
    votingPeriodMs: '投票时长将为',
    timelockMs: '时间锁将为',
    expiryMs: '通过的提案过期时间将为',
    quorumBps: '法定人数将为',
    approvalBps: '通过比例将为',
    lateQuorumMs: '法定人数较晚达到时的延长将为',
    liveProposalsMax: '每个账户同时进行的将为',
    bondYocto: '押金将为',
    rewardPerTeraFlopYoctoMax: '每 teraFLOP 的最高价格将为',
    reputation: '声誉的权重将为',
    approvedDatasetsOnly: '训练可用的数据将为',
    licences: '允许的许可证将为',
    tokens: '接受的代币将为',
  },
  insteadOf: ({ what, before, after }) => `${what} ${after}，而不是 ${before}。`,
  same: '不变：这就是现行政策。',
  noReputation: '不计',
  reputation: ({ share, points }) => `最多为成员权重的 ${share}（达到 ${points} 积分时取满）`,
  approvedData: '仅限经过批准的数据',
  anyData: '采用允许的许可证的任何数据',
  exactMs: (ms) => `${ms} 毫秒`,
};

function describe(action: Action, write: Figures): string {
  const near = (yocto: string | bigint) => write.near(BigInt(yocto));
  const whole = (number: number | string | bigint) => write.whole(`${number}`);
  switch (action.kind) {
    case 'fund-run':
      return `用 ${near(action.budgetYocto)} 资助 ${whole(action.terms.rounds)} 轮的训练`;
    case 'publish-release':
      return `将训练 ${action.run} 发布为“${action.title}” ${action.version}`;
    case 'revoke-release':
      return `撤销发布 ${action.release}`;
    case 'upgrade':
      return action.from === action.to
        ? `更换合约代码：${write.digest(action.code)}`
        : `更换合约代码：${write.digest(action.code)}，记录从版本 ${action.from} 转换为 ${action.to}`;
    case 'transfer':
      return `向 ${action.to} 支付 ${near(action.amountYocto)}`;
    case 'transfer-token':
      return `向 ${action.to} 支付 ${whole(action.amountUnits)} 个单位的 ${action.token}`;
    case 'set-member':
      return action.weight === '0'
        ? `取消成员 ${action.account}`
        : `给 ${action.account} 权重 ${action.weight}`;
    case 'set-members':
      return `设定 ${whole(action.members.length)} 名成员的权重`;
    case 'set-policy':
      return '修改政策';
    case 'set-guardian':
      return action.account === null ? '不设监护人' : `任命 ${action.account} 为监护人`;
    case 'stop-run':
      return `停止训练 ${action.run}`;
    case 'resolve-dispute':
      return `裁决训练 ${action.run} 的争议 ${action.dispute}：${sideOf(action.verdict)}该主张`;
    case 'pause-run':
      return `暂停训练 ${action.run}，最长 ${write.span(action.forMs)}`;
    case 'resume-run':
      return `恢复训练 ${action.run}`;
    case 'amend-run':
      return `修改训练 ${action.run} 的条款，并追加 ${near(action.budgetYocto)}`;
    case 'rewind-run':
      return action.to === 0
        ? `将训练 ${action.run} 回退到起点`
        : `将训练 ${action.run} 回退到第 ${action.to} 轮`;
    case 'open-bounty':
      return `开设悬赏“${action.terms.title}”，征集 ${whole(action.terms.items)} 条`;
    case 'approve-dataset':
      return `批准数据集 ${action.dataset}`;
    case 'resolve-dataset-dispute':
      return action.verdict === 'upheld'
        ? `认定争议 ${action.dispute} 成立，撤回数据集 ${action.dataset}`
        : `驳回数据集 ${action.dataset} 的争议 ${action.dispute}`;
    default:
      return `“${String((action as { kind?: unknown }).kind)}”，本程序不认识`;
  }
}

function sideOf(verdict: 'for' | 'against'): string {
  return verdict === 'for' ? '支持' : '反对';
}

function effects(
  action: Parameters<Texts['actions']['effects']>[0],
  run: RunView | null,
  write: Figures,
): string[] {
  const near = (yocto: string | bigint) => write.near(BigInt(yocto));
  const whole = (number: number | string | bigint) => write.whole(`${number}`);
  switch (action.kind) {
    case 'fund-run': {
      const { terms, budgetYocto } = action;
      return [
        `将从金库为一次训练锁定 ${near(budgetYocto)}。它只能用于通过验证的工作和审计；其余会退回。`,
        `${terms.minWorkers} 至 ${terms.maxWorkers} 名训练者和最多 ${whole(terms.maxAuditors)} 名审计者将工作到 ${whole(terms.rounds)} 轮定案为止。`,
        `每个通过验证的更新付 ${near(terms.rewardYocto)}，每次正确的审计付 ${near(terms.auditFeeYocto)}。每人质押 ${near(terms.stakeYocto)}，工作未通过审计则失去。`,
        `${terms.auditedClaimsBps / 100} % 的工作会被审计。训练数据为 ${terms.datasets.join('、')}。`,
      ];
    }
    case 'publish-release':
      return [
        `DAO 将为清单 ${write.digest(action.manifest)} 所指明的那些字节作保，名为“${action.title}” ${action.version}。`,
        `它们来自训练 ${action.run} 已定案的根 ${write.digest(action.root)}；附有评测 ${write.digest(action.evaluation)}。`,
        '不涉及资金。',
      ];
    case 'revoke-release':
      return [
        `发布 ${action.release} 将被永久标记为已撤销：下载或核对它的人都会得知。`,
        `理由见 ${write.digest(action.reason)}。不涉及资金。`,
      ];
    case 'upgrade':
      return [
        `DAO 将运行字节摘要为 ${write.digest(action.code)} 的代码。它可以做任何事：请阅读它，并自己构建它。`,
        action.from === action.to
          ? '已存储的内容保持不变。'
          : `已存储的内容将从版本 ${action.from} 转换为 ${action.to}。`,
        '如果转换或其后的检查失败，现有代码保持不变。',
      ];
    case 'transfer':
      return [`${near(action.amountYocto)} 将从金库转到 ${action.to} 的账本，之后由它领取。`];
    case 'transfer-token':
      return [
        `${whole(action.amountUnits)} 个单位的代币 ${action.token} 将从金库转到 ${action.to} 的账本，之后由它领取。`,
      ];
    case 'set-guardian':
      return [
        action.account === null
          ? '将没有人可以取消正在时间锁中等待的提案。'
          : `${action.account} 在 ${write.span(action.termMs)}内可以取消正在时间锁中等待的提案，每个操作一次。`,
      ];
    case 'resolve-dispute':
      return [
        `训练 ${action.run} 的争议 ${action.dispute} 的最终结论将是${sideOf(action.verdict)}原来的主张。报告 ${write.digest(action.evidence)} 重新作了计算。`,
        action.verdict === 'for'
          ? '陪审团因此扣下的质押和报酬将退回；判断错误的人承担。'
          : '提出主张者失去质押和锁定的报酬；已定案的轮次不变。',
      ];
    case 'stop-run':
    case 'pause-run':
    case 'resume-run':
    case 'amend-run':
    case 'rewind-run':
      return run === null ? [`没有训练 ${action.run}。`] : effectsOnRun(action, run, write);
    case 'open-bounty': {
      const { terms } = action;
      const what = terms.material === null ? '撰写的文本' : `对 ${terms.material} 的标注`;
      return [
        `最多 ${whole(terms.items)} 条${what}（采用 ${terms.licence}），每条付 ${near(terms.priceYocto)}；说明 ${write.digest(terms.instructions)} 写明怎样才会被接受。`,
        `每批由抽签选出的 ${whole(terms.reviewers)} 名评审人评判；达到 ${terms.agreementBps / 100} % 的票数即接受一条。与多数一致的每票付 ${near(terms.reviewFeeYocto)}。`,
        '悬赏结束时，没有用完的退回金库。',
      ];
    }
    case 'approve-dataset':
      return [`DAO 将为数据集 ${action.dataset} 及其贡献者的份额作保。`, '不涉及资金。'];
    case 'resolve-dataset-dispute':
      return action.verdict === 'upheld'
        ? [
            `数据集 ${action.dataset} 将被永久撤回：不能再为它或由它派生的数据资助训练，相关发布会带有警告。它的记录保留。`,
            '提出争议者取回押金。',
          ]
        : [
            `数据集 ${action.dataset} 可以再次用于训练，除非发布者自己撤回了它。`,
            '提出争议者的押金归金库。',
          ];
    default:
      return ['本程序比合约旧。投票前请阅读操作本身。'];
  }
}

type OnRun = Extract<
  Action,
  { kind: 'stop-run' | 'pause-run' | 'resume-run' | 'amend-run' | 'rewind-run' }
>;

function effectsOnRun(action: OnRun, run: RunView, write: Figures): string[] {
  const near = (yocto: string | bigint) => write.near(BigInt(yocto));
  const status = states[run.status];
  switch (action.kind) {
    case 'stop-run':
      return [
        `训练 ${run.id} ${status}，${write.whole(`${run.terms.rounds}`)} 轮中已结束 ${run.closedRounds} 轮；它将就此结束。`,
        `各席位取回质押和已赚取的报酬；托管中的 ${near(run.escrowYocto)} 余下的部分退回金库。`,
      ];
    case 'pause-run':
      return [
        `训练 ${run.id} 进行中的轮次将被取消，其数据以后再训练；没有人失去质押或报酬。`,
        `${write.span(action.forMs)}内不会开新的轮次，除非表决恢复或停止它。`,
      ];
    case 'resume-run':
      return [`训练 ${run.id} ${status}；训练者足够时就会开始下一轮。`];
    case 'amend-run':
      return [
        ...amendedTerms(action.changes, run, write),
        `托管将从 ${near(run.escrowYocto)} 变为 ${write.near(BigInt(run.escrowYocto) + BigInt(action.budgetYocto))}。`,
        '从下一个轮次边界起生效：进行中的轮次按开始时的条款结束。',
        ...(run.amendment ? ['它将取代已表决通过、正在等待该边界的条款。'] : []),
      ];
    case 'rewind-run':
      return [
        `训练 ${run.id} 将从第 ${run.finalRound} 轮回到${action.to === 0 ? '起点' : `第 ${action.to} 轮的根`}。`,
        '其后的轮次作废，其数据重新训练；已付的报酬不收回。',
        `将从金库支出 ${near(action.budgetYocto)} 用于重做。`,
      ];
  }
}

const phases = {
  enrol: '报名时间',
  train: '训练时间',
  reveal: '揭示时间',
  certify: '见证时间',
  aggregate: '聚合时间',
  audit: '审计每一步的时间',
} as const;

type Amended = Extract<Action, { kind: 'amend-run' }>['changes'];

/** 只列出与现行条款不同的部分。 */
function amendedTerms(next: Amended, run: RunView, write: Figures): string[] {
  const now = { ...run.terms, ...run.amendment };
  const changes: string[] = [];
  /** 写短了看不出差别时，写全。 */
  const tell = (what: string, before: string, after: string, exact = [before, after]) => {
    if (exact[0] === exact[1]) return;
    const [was, is] = before === after ? exact : [before, after];
    changes.push(`${what}：${is}，而不是 ${was}。`);
  };
  const near = (yocto: string | bigint) => write.near(BigInt(yocto));
  const exactNear = (yocto: string | bigint) => formatNear(BigInt(yocto));
  const money = (what: string, before: string | bigint, after: string | bigint) =>
    tell(what, near(before), near(after), [exactNear(before), exactNear(after)]);
  tell('轮次', write.whole(`${now.rounds}`), write.whole(`${next.rounds}`));
  tell('同时的训练者', write.whole(`${now.maxWorkers}`), write.whole(`${next.maxWorkers}`));
  money('每个通过验证的更新', now.rewardYocto, next.rewardYocto);
  money('每次正确的审计', now.auditFeeYocto, next.auditFeeYocto);
  tell('被审计的工作', `${now.auditedClaimsBps / 100} %`, `${next.auditedClaimsBps / 100} %`);
  for (const phase of Object.keys(phases) as (keyof typeof phases)[]) {
    const [before, after] = [now.deadlinesMs[phase], next.deadlinesMs[phase]];
    tell(phases[phase], write.span(before), write.span(after), [`${before} 毫秒`, `${after} 毫秒`]);
  }
  tell(
    '每轮计算量',
    `${write.whole(now.flopsPerRound)} FLOP`,
    `${write.whole(next.flopsPerRound)} FLOP`,
  );
  tell('规格', write.digest(now.spec), write.digest(next.spec), [now.spec, next.spec]);
  return changes.length > 0 ? changes : ['这就是现行条款。'];
}
