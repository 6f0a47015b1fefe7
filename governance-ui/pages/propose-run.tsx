/**
 * The run wizard: from a model, data and prices to a proposal. What follows from them is computed by
 * the program builder and the contract's rules, here, while somebody types.
 */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { checkTrainable } from '@commonweights/dao-contracts/rules/datasets.js';
import type { Action, Policy } from '@commonweights/dao-contracts/rules/actions.js';
import { toWire } from '@commonweights/dao-contracts/client/money-fields.js';
import { readDaoNow, type DaoNow } from '../drafts/dao-now.js';
import { readPackedFacts } from '../drafts/packed-facts.js';
import { asked, type Remark } from '../drafts/remarks.js';
import {
  initialRunValues,
  modelSizes,
  planRun,
  runFields,
  type PackedFacts,
  type RunEstimate,
  type RunFieldName,
} from '../drafts/run-plan.js';
import { prepareInWorker } from '../engine/prepare-desk.js';
import { Command } from '../parts/command.js';
import { useDoor } from '../parts/door-context.js';
import { FieldInput } from '../parts/field-input.js';
import { Live } from '../parts/live.js';
import { Near } from '../parts/near.js';
import { ProposeHere } from '../parts/propose-here.js';
import { usePurse } from '../parts/purse-context.js';
import { useSettled } from '../parts/use-settled.js';
import { useDraft, type DraftInUse } from '../parts/use-draft.js';
import { useReading } from '../parts/use-reading.js';
import { texts } from '../texts/language.js';
import { formatBytes, formatFew, groupThousands } from '../words/amounts.js';
import { explainProblem } from '../words/problems.js';
import type { Problem } from '../drafts/check-draft.js';
import type { FieldKind } from '../drafts/field-kinds.js';

export function ProposeRun() {
  const door = useDoor();
  const { accountId } = usePurse();
  const using = useReading<DaoNow | null>(() => readDaoNow(door, accountId), {
    key: `dao now ${accountId}`,
    everyMs: () => 10_000,
  });
  return (
    <Live title={texts().create.kinds['fund-run'].name} using={using}>
      {(dao) => <Wizard dao={dao} />}
    </Live>
  );
}

function Wizard({ dao }: { dao: DaoNow }) {
  const say = texts();
  const { registry } = useDoor();
  const draft = useDraft('fund-run', useMemo(initialRunValues, []));
  const { values } = draft;
  const packed = usePacked(values['dataset'] ?? '', dao);
  // The program is built for each answer: once the typing pauses, not with every letter.
  // The reasons are no part of the run.
  const { why, ...typed } = values;
  void why;
  const settled = useSettled(typed);
  const planned = useMemo(() => planRun(settled, packed.facts), [settled, packed.facts]);
  const { plan, problems, whole, estimate } = planned;
  // What is sent is what is shown: nothing while it is not computed yet.
  const isSettled = Object.entries(settled).every(([name, value]) => values[name] === value);
  const action: Action | null =
    !isSettled || !plan
      ? null
      : {
          kind: 'fund-run',
          terms: plan.terms,
          budgetYocto: `${estimate!.budgetYocto}`,
        };
  const show = (names: readonly { name: RunFieldName; kind: FieldKind }[]) =>
    names.map(({ name, kind }) => <WizardField key={name} {...{ name, kind, draft, problems }} />);
  const rates = (['peak', 'outerRate', 'momentum'] as const).map((name) => ({
    name,
    kind: 'number' as const,
  }));
  return (
    <>
      <p class="crumbs">
        <a href="#/propose">{say.create.back}</a> ›
      </p>
      <h1>{say.create.kinds['fund-run'].name}</h1>
      <p class="lead">{say.runWizard.lead}</p>
      <Step name="model">
        <Sizes draft={draft} />
        {show(runFields.model)}
      </Step>
      <Step name="data">
        <DataChoice draft={draft} dao={dao} packed={packed} problem={problems.get('dataset')} />
      </Step>
      <Step name="recipe">
        {show(runFields.recipe)}
        {show(rates)}
      </Step>
      <Step name="people">{show(runFields.people)}</Step>
      <Step name="money">{show(runFields.money)}</Step>
      <section aria-labelledby="follows">
        <h2 id="follows">{say.runWizard.follows}</h2>
        <div role="status">
          {estimate ? <Estimate estimate={estimate} dao={dao} /> : null}
          {estimate || whole ? null : <p class="quiet">{say.runWizard.notYet}</p>}
          {whole ? (
            <p class="trouble">
              {say.create.problems.rules}{' '}
              <span lang="en">{typeof whole === 'string' ? whole : whole.rule}</span>
            </p>
          ) : null}
        </div>
        {plan ? (
          <details>
            <summary>{say.runWizard.draft}</summary>
            <pre tabIndex={0}>{JSON.stringify(plan.draft, null, 2)}</pre>
          </details>
        ) : null}
      </section>
      <ProposeHere
        {...{ action, dao, draft }}
        remarks={remarksOf(estimate, values['dataset'] ?? '', dao)}
        finish={async (key) => {
          const { manifest } = packed.facts!;
          const prepared = await prepareInWorker({ registry, key, draft: plan!.draft, manifest });
          const { terms, budgetYocto } = prepared;
          const proposed = { kind: 'fund-run' as const, terms, budgetYocto: `${budgetYocto}` };
          return { action: proposed, blobs: [] };
        }}
      />
    </>
  );
}

/** What the policy says of the data, and the engine of the model. */
function remarksOf(estimate: RunEstimate | null, id: string, dao: DaoNow): Remark[] {
  const dataset = dao.datasets.find((one) => one.id === id);
  const policy = toWire(dao.policy) as Policy;
  const large = { kind: 'stops' as const, text: texts().runWizard.tooLarge };
  return [
    ...(dataset ? asked(() => checkTrainable(dataset, policy)) : []),
    ...(estimate && !estimate.fits ? [large] : []),
  ];
}

function Step(it: {
  name: keyof ReturnType<typeof texts>['runWizard']['steps'];
  children: preact.ComponentChildren;
}) {
  const id = `step-${it.name}`;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{texts().runWizard.steps[it.name]}</h2>
      <div class="fields">{it.children}</div>
    </section>
  );
}

function WizardField(it: {
  name: RunFieldName;
  kind: FieldKind;
  draft: DraftInUse;
  problems: ReadonlyMap<string, Problem>;
}) {
  const { name, kind, draft, problems } = it;
  const problem = problems.get(name);
  const shown = problem !== undefined && (draft.touched.has(name) || problem !== 'empty');
  return (
    <FieldInput
      {...texts().runWizard.fields[name]}
      kind={kind}
      value={draft.values[name] ?? ''}
      onChange={(value) => draft.set(name, value)}
      problem={shown ? explainProblem(problem, kind) : null}
    />
  );
}

type Size = keyof typeof modelSizes;

function Sizes({ draft }: { draft: DraftInUse }) {
  const { size, sizes } = texts().runWizard;
  const names = Object.keys(modelSizes) as Size[];
  const current = names.find((one) =>
    Object.entries(modelSizes[one]).every(([name, value]) => draft.values[name] === `${value}`),
  );
  return (
    <FieldInput
      label={size}
      kind="choice"
      value={current ?? 'own'}
      choices={[...names, 'own' as const].map((value) => ({ value, text: sizes[value] }))}
      onChange={(value) => {
        if (value === 'own') return;
        const chosen = Object.entries(modelSizes[value as Size]);
        draft.setAll(Object.fromEntries(chosen.map(([name, number]) => [name, `${number}`])));
      }}
      problem={null}
    />
  );
}

interface Packed {
  readonly facts: PackedFacts | null;
  readonly why: string | null;
}

/** What is in the chosen dataset, or why that cannot be said. */
function usePacked(id: string, { datasets }: DaoNow): Packed {
  const door = useDoor();
  const [read, setRead] = useState<Packed & { readonly of: string }>({
    ...{ facts: null, why: null, of: '' },
  });
  const dataset = datasets.find((one) => one.id === id);
  useEffect(() => {
    let gone = false;
    if (!dataset) return;
    readPackedFacts(door, dataset)
      .then((facts) => gone || setRead({ facts, why: null, of: id }))
      .catch((error: Error) => gone || setRead({ facts: null, why: error.message, of: id }));
    return () => {
      gone = true;
    };
  }, [id, dataset?.manifest]);
  return read.of === id ? read : { facts: null, why: null };
}

function DataChoice(it: {
  draft: DraftInUse;
  dao: DaoNow;
  packed: Packed;
  problem: Problem | undefined;
}) {
  const { draft, dao, packed, problem } = it;
  const say = texts().runWizard;
  const id = draft.values['dataset'] ?? '';
  const dataset = dao.datasets.find((one) => one.id === id);
  const policy = toWire(dao.policy) as Policy;
  const refused = dataset ? asked(() => checkTrainable(dataset, policy)) : [];
  if (dao.datasets.length === 0) {
    return (
      <div class="whole">
        <p>{say.noData}</p>
        <Command text="npx commonweights dataset add --help" />
      </div>
    );
  }
  const shown = problem !== undefined && draft.touched.has('dataset');
  return (
    <>
      <FieldInput
        label={say.dataset}
        hint={say.datasetHint}
        kind="choice"
        value={id}
        choices={[
          { value: '', text: say.chooseData },
          ...dao.datasets.map((one) => ({ value: one.id, text: `${one.id} · ${one.title}` })),
        ]}
        onChange={(value) => draft.set('dataset', value)}
        problem={shown ? explainProblem(problem, 'choice') : null}
      />
      {dataset ? (
        <div class="whole" role="status">
          <p>
            {say.licence({
              licence: <code>{dataset.licenceConcluded}</code>,
              allowed: <code>{dao.policy.licences.join(texts().common.and) || '–'}</code>,
            })}{' '}
            {refused.length === 0 ? say.allowed : null}
          </p>
          {refused.map(({ text }) => (
            <p class="problem" key={text} lang="en">
              {text}
            </p>
          ))}
          {packed.why === null ? null : (
            <p class="problem">
              {say.unreadable} <span lang="en">{packed.why}</span>
            </p>
          )}
          {packed.facts ? (
            <p>
              {say.tokens({
                train: groupThousands(`${packed.facts.trainTokens}`),
                heldOut: groupThousands(`${packed.facts.heldOutTokens}`),
                vocabulary: groupThousands(`${packed.facts.vocabSize}`),
              })}
            </p>
          ) : packed.why === null ? (
            <p class="quiet">{say.readingData}</p>
          ) : null}
        </div>
      ) : null}
    </>
  );
}

function Estimate({ estimate: it, dao }: { estimate: RunEstimate; dao: DaoNow }) {
  const say = texts().runWizard;
  const { policy, accounting } = dao;
  const giga = formatFew(Number(it.flopsPerRound) / 1e9);
  return (
    <dl class="pairs">
      <dt>{say.parameters}</dt>
      <dd>{groupThousands(`${it.parameters}`)}</dd>
      <dt>{say.memory}</dt>
      <dd>{say.about(formatBytes(it.memoryBytes))}</dd>
      <dt>{say.computing}</dt>
      <dd>{say.gigaFlop(giga)}</dd>
      <dt>{say.tokensPerRound}</dt>
      <dd>{groupThousands(`${it.tokensPerRound}`)}</dd>
      <dt>{say.epochs}</dt>
      <dd>{say.times(formatFew(it.epochs))}</dd>
      <dt>{say.price}</dt>
      <dd>
        {say.priceOf({
          price: <Near yocto={it.pricePerTeraFlopYocto} />,
          most: <Near yocto={BigInt(policy.rewardPerTeraFlopYoctoMax)} />,
        })}
      </dd>
      <dt>{say.budget}</dt>
      <dd>
        {say.ofTreasury({
          budget: <Near yocto={it.budgetYocto} />,
          treasury: <Near yocto={accounting.treasuryYocto} />,
        })}
      </dd>
    </dl>
  );
}
