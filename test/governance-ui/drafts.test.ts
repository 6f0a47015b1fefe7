/** Proposals as they are written: read off forms, held against the contract's rules, kept. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  forms,
  initialValues,
  publishedBytes,
  type FormKind,
  type Values,
} from '@commonweights/governance-ui/drafts/action-forms.js';
import { checkDraft } from '@commonweights/governance-ui/drafts/check-draft.js';
import {
  parseDuration,
  readField,
  writeDuration,
  writeNear,
  writePercent,
} from '@commonweights/governance-ui/drafts/field-kinds.js';
import { isActionKind, kindGroups } from '@commonweights/governance-ui/drafts/kinds.js';
import { KeptDrafts } from '@commonweights/governance-ui/drafts/kept-drafts.js';
import { planRun, initialRunValues } from '@commonweights/governance-ui/drafts/run-plan.js';
import { explainProblem } from '@commonweights/governance-ui/words/problems.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { digest } from './played-run.js';

const kinds = Object.keys(forms) as FormKind[];

/** Something right in every field that has no default. */
const good: Values = {
  ...{ run: '2', release: '1', dataset: 'texts@1', dispute: '1', to: 'ada.near', amount: '2.5' },
  ...{ account: 'ada.near', weight: '3', members: 'ada.near 1\nben.near, 2', guardian: '' },
  ...{ term: '', token: 'gold.near', units: '5000', toRound: '0', evidence: 'A report.' },
  ...{ root: digest('r'), manifest: digest('m'), evaluation: digest('e'), title: 'A title' },
  ...{ reason: 'It repeats a letter.', code: digest('c'), from: '1', toVersion: '2' },
  ...{ instructions: 'Label it.', material: '', spec: digest('s'), rounds: '9', maxWorkers: '4' },
  ...{ reward: '1', auditFee: '0.1', audited: '100', flopsPerRound: '1000' },
  ...{ enrol: '1 h', train: '1 h', reveal: '1 h', certify: '1 h', aggregate: '1 h', audit: '2 d' },
  ...{ votingPeriodMs: '3 d', timelockMs: '1 d', expiryMs: '7 d', quorumBps: '50' },
  ...{ approvalBps: '50', lateQuorumMs: '12 h', bondYocto: '1', liveProposalsMax: '2' },
  ...{ licences: 'CC0-1.0\nMIT', tokens: '', shareBpsMax: '', fullAtPoints: '' },
  rewardPerTeraFlopYoctoMax: '200',
};

function valuesOf(kind: FormKind, changes: Values = {}): Values {
  const needed = forms[kind].map(({ name }) => [name, good[name]] as const);
  const known = needed.filter(
    (entry): entry is [(typeof entry)[0], string] => entry[1] !== undefined,
  );
  return { ...initialValues(kind), ...Object.fromEntries(known), ...changes };
}

describe('the form of a proposal', () => {
  it('is there for every action of the contract, each once', () => {
    const listed = Object.values(kindGroups).flat().sort();
    expect(listed).to.deep.equal(['fund-run', ...kinds].sort());
    expect(listed.every(isActionKind)).to.equal(true);
    expect(isActionKind('found-a-city')).to.equal(false);
  });

  for (const kind of kinds) {
    it(`makes an action that the contract takes: ${kind}`, () => {
      const { action, problems, whole } = checkDraft(kind, valuesOf(kind));
      expect([...problems], JSON.stringify(whole)).to.deep.equal([]);
      expect(action!.kind).to.equal(kind);
    });

    it(`says of every empty field what is missing: ${kind}`, () => {
      const empty = Object.fromEntries(forms[kind].map(({ name }) => [name, '']));
      const { action, problems } = checkDraft(kind, empty);
      const needed = forms[kind].filter(
        ({ empty: may, kind: shape }) => !may && !['lines', 'members', 'flag'].includes(shape),
      );
      expect([...problems.keys()].sort()).to.include.members(needed.map(({ name }) => name));
      if (needed.length > 0) expect(action).to.equal(null);
    });
  }

  it('finds everything that the rules refuse at once, each by its field', () => {
    const changes = {
      quorumBps: '0',
      approvalBps: '30',
      liveProposalsMax: '99',
      expiryMs: '0.5 s',
    };
    const { problems } = checkDraft('set-policy', valuesOf('set-policy', changes));
    expect([...problems.keys()].sort()).to.deep.equal(Object.keys(changes).sort());
    const said = (name: string) => {
      const kind = forms['set-policy'].find((field) => field.name === name)!.kind;
      return explainProblem(problems.get(name)!, kind).text;
    };
    expect(said('approvalBps')).to.equal('It must be from 50 % to 100 %.');
    expect(said('liveProposalsMax')).to.equal('It must be from 1 to 8.');
    expect(said('expiryMs')).to.equal('It must be from 1 second to 30 days.');
  });

  it('puts a rule about two fields where it belongs', () => {
    const values = valuesOf('set-policy', { votingPeriodMs: '1 h', lateQuorumMs: '2 h' });
    const { problems, action } = checkDraft('set-policy', values);
    expect(action).to.equal(null);
    expect([...problems.keys()]).to.deep.equal(['lateQuorumMs']);
    const alone = valuesOf('set-policy', {
      shareBpsMax: '50',
      fullAtPoints: '10',
      quorumBps: '10',
    });
    expect([...checkDraft('set-policy', alone).problems.keys()]).to.deep.equal(['shareBpsMax']);
    const bounty = checkDraft('open-bounty', valuesOf('open-bounty', { batchBond: '0.01' }));
    expect(bounty.whole).to.have.property('code', 'BAD_TERMS');
  });

  it('names the line of a list that is wrong', () => {
    const { problems } = checkDraft('set-members', { members: 'ada.near 1\nNot An Account' });
    const { text } = explainProblem(problems.get('members')!, 'members');
    expect(text).to.equal('Line 2: This is no name of a NEAR account.');
  });

  it('leaves out what the policy may leave out, and says null for nobody', () => {
    const { action } = checkDraft('set-policy', valuesOf('set-policy'));
    expect((action as { policy: object }).policy).to.not.have.any.keys('reputation');
    expect(checkDraft('set-guardian', valuesOf('set-guardian')).action).to.deep.equal({
      ...{ kind: 'set-guardian', account: null, termMs: 0 },
    });
  });

  it('names texts by the digests of the bytes that it publishes', () => {
    const values = valuesOf('revoke-release');
    const [bytes] = publishedBytes('revoke-release', values);
    const { action } = checkDraft('revoke-release', values);
    expect(action).to.have.property('reason', digestOf(bytes!));
    expect(JSON.parse(new TextDecoder().decode(bytes))).to.deep.equal({ text: values['reason'] });
  });
});

describe('what stands in a field', () => {
  it('is written so that it reads as the same value', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 10_000 }),
        fc.bigInt({ min: 0n, max: 10n ** 34n }),
        fc.nat({ max: 30 * 86_400 }),
        (bps, yocto, seconds) => {
          expect(readField('percent', writePercent(bps))).to.deep.equal({ ok: true, value: bps });
          const near = readField('near', writeNear(yocto));
          expect(near).to.deep.equal({ ok: true, value: `${yocto}` });
          expect(parseDuration(writeDuration(seconds * 1_000))).to.equal(seconds * 1_000);
        },
      ),
      { endOnFailure: true },
    );
  });

  it('is never more than it says: no signs, exponents or half milliseconds', () => {
    for (const text of ['-1', '1e3', '0x10', '1,000', 'Infinity', ' ']) {
      expect(readField('number', text).ok, text).to.equal(false);
      expect(readField('near', text).ok, text).to.equal(false);
    }
    expect(parseDuration('0.00001 s')).to.equal(null);
    expect(parseDuration('1 w')).to.equal(null);
    expect(readField('percent', '33.333').ok).to.equal(false);
  });
});

describe('a kept draft', () => {
  const storage = () => {
    const entries = new Map<string, string>();
    return {
      entries,
      getItem: (name: string) => entries.get(name) ?? null,
      setItem: (name: string, value: string) => void entries.set(name, value),
      removeItem: (name: string) => void entries.delete(name),
    };
  };
  const dao = { network: 'localnet', contract: 'dao.local' };
  const draft = { values: { to: 'ada.near' }, savedAtMs: 5 };

  it('is read back, for its network and contract only, until it is dropped', () => {
    const browser = storage();
    const drafts = new KeptDrafts(browser, dao);
    expect(drafts.keep('transfer', draft)).to.equal(true);
    expect(drafts.read('transfer')).to.deep.equal(draft);
    expect(drafts.read('set-member')).to.equal(null);
    expect(new KeptDrafts(browser, { ...dao, network: 'testnet' }).read('transfer')).to.equal(null);
    drafts.drop('transfer');
    expect(drafts.read('transfer')).to.equal(null);
  });

  it('is none when the storage holds something else, and says so when it takes nothing', () => {
    const browser = storage();
    const drafts = new KeptDrafts(browser, dao);
    for (const text of ['{', 'null', '{"values":3}', '{"values":{"to":1},"savedAtMs":1}']) {
      browser.entries.set('cw/draft/localnet/dao.local/transfer', text);
      expect(drafts.read('transfer'), text).to.equal(null);
    }
    const full = {
      ...browser,
      setItem: () => {
        throw new Error('QuotaExceededError');
      },
    };
    expect(new KeptDrafts(full, dao).keep('transfer', draft)).to.equal(false);
    const long = { values: { why: 'x'.repeat(200_001) }, savedAtMs: 1 };
    expect(drafts.keep('transfer', long)).to.equal(false);
  });
});

describe('the run wizard', () => {
  const packed = {
    ...{ manifest: digest('m'), vocabSize: 1_024 },
    ...{ trainTokens: 400_000, heldOutTokens: 40_000 },
  };
  const values = { ...initialRunValues(), title: 'A small model', dataset: 'packed@1' };

  it('begins with a run that the rules take, and says what follows from it', () => {
    const { plan, estimate, problems, whole } = planRun(values, packed);
    expect([...problems], JSON.stringify(whole)).to.deep.equal([]);
    expect(plan!.terms).to.include({ rounds: 24, maxWorkers: 5, segments: 8 });
    // 1,024 × 96 of the table; 4 matrices of attention, 3 of the layer and two norms, three times.
    const layer = 4 * 96 * 96 + 3 * 96 * 256 + 2 * 96;
    expect(estimate!.parameters).to.equal(1_024 * 96 + 3 * layer + 96);
    // 9.02 GFLOP: what the same model computes in the main job's run.
    expect(Number(estimate!.flopsPerRound) / 1e9).to.be.closeTo(9.02, 0.01);
    expect(estimate!.tokensPerRound).to.equal(48 * 64);
    expect(estimate!.fits).to.equal(true);
    expect(estimate!.budgetYocto > 24n * 5n * 10n ** 24n).to.equal(true);
  });

  it('says which field is wrong, by the decoder of run specs', () => {
    const wrong = { ...values, layers: '0', segments: '7', heads: '5', peak: 'fast', title: '' };
    const { problems, plan } = planRun(wrong, packed);
    expect(plan).to.equal(null);
    expect(problems.get('peak')).to.equal('decimal');
    expect(problems.get('title')).to.equal('empty');
    const layers = planRun({ ...values, layers: '0' }, packed).problems.get('layers')!;
    expect(explainProblem(layers, 'number').text).to.equal('It must be from 1 to 512.');
    const segments = planRun({ ...values, segments: '7' }, packed).problems.get('segments');
    expect(segments).to.have.property('rule').that.contains('does not divide');
    const held = planRun({ ...values, evaluated: '10000' }, packed).problems.get('evaluated')!;
    expect(explainProblem(held, 'number').text).to.equal('It must be from 1 to 624.');
  });

  it('refuses prices under which cheating pays, in the contract’s words', () => {
    const { plan, whole, estimate } = planRun({ ...values, audited: '1' }, packed);
    expect(plan).to.equal(null);
    expect(whole).to.have.property('code', 'CHEATING_PAYS');
    expect(estimate!.parameters).to.be.above(0);
  });

  it('waits for the data before it says anything', () => {
    expect(planRun(values, null)).to.include({ plan: null, whole: null, estimate: null });
    expect(planRun({ ...values, dataset: '' }, packed).problems.get('dataset')).to.equal('empty');
  });
});
