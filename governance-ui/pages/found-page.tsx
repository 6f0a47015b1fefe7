/**
 * Founding a DAO from a form: what is written is checked like the command line's file, what is on chain
 * is looked at while somebody writes, and a founding that broke off goes on where it stopped.
 */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { DaoConfig } from '@commonweights/dao-contracts/client/dao-config.js';
import type { Field, Values } from '../drafts/action-forms.js';
import type { FieldKind } from '../drafts/field-kinds.js';
import { readContractCode, type ContractCode } from '../founding/contract-code.js';
import {
  initialFounding,
  ownFields,
  planDao,
  policyFields,
  type OwnField,
  type PlannedDao,
} from '../founding/found-plan.js';
import { FoundingKeep } from '../founding/founding-keep.js';
import { DigestText } from '../parts/digest.js';
import { useDoor } from '../parts/door-context.js';
import { FieldInput } from '../parts/field-input.js';
import { openDao } from '../parts/open-dao.js';
import { FoundHere } from '../parts/found-here.js';
import { usePurse } from '../parts/purse-context.js';
import { Trouble } from '../parts/trouble.js';
import { useDraft, type DraftInUse } from '../parts/use-draft.js';
import { useReading } from '../parts/use-reading.js';
import { useSettled } from '../parts/use-settled.js';
import { texts } from '../texts/language.js';
import { formatBytes } from '../words/amounts.js';
import { explainProblem } from '../words/problems.js';

export function FoundPage() {
  const say = texts().founding;
  const door = useDoor();
  const { accountId } = usePurse();
  const { network, contract } = door.client;
  const keep = useMemo(() => new FoundingKeep(localStorage, network.name), [network]);
  const draft = useFoundingDraft(accountId);
  const [done, setDone] = useState<DaoConfig | null>(null);
  const code = useReading<ContractCode>(() => readContractCode(door), {
    key: 'contract code',
    everyMs: () => null,
  });
  useEffect(() => {
    document.title = `${say.title} · Commonweights`;
  }, [say.title]);
  const planned = planDao(useSettled(draft.values));
  return (
    <>
      <h1>{say.title}</h1>
      <p class="lead">{say.lead(<b>{contract}</b>)}</p>
      {done ? null : (
        <>
          <Others keep={keep} draft={draft} current={planned.config?.account ?? null} />
          <Form draft={draft} planned={planned} />
        </>
      )}
      <section aria-labelledby="code">
        <h2 id="code">{say.code}</h2>
        <Trouble {...code} what={say.code} />
        {code.reading.value ? (
          <p class="wrap">
            {say.codeIs({
              digest: <DigestText digest={code.reading.value.digest} />,
              bytes: formatBytes(code.reading.value.wasm.length),
              from:
                code.reading.value.from === 'chain' ? say.fromChain(contract) : say.fromRegistry,
            })}
          </p>
        ) : code.reading.error ? null : (
          <p class="quiet">{say.readingCode}</p>
        )}
      </section>
      <FoundHere
        {...{ draft, keep, done }}
        config={done ?? planned.config}
        code={code.reading.value}
        onDone={setDone}
      />
    </>
  );
}

/** Who founds it votes, until somebody else is written there; the wallet may come later than the form. */
function useFoundingDraft(accountId: string | null): DraftInUse {
  const draft = useDraft('found-dao', useMemo(initialFounding, []));
  if (accountId === null || draft.touched.has('members')) return draft;
  return { ...draft, values: { ...draft.values, members: `${accountId} 1` } };
}

/** What was begun or founded here before. */
function Others(it: { keep: FoundingKeep; draft: DraftInUse; current: string | null }) {
  const say = texts().founding;
  const { dao } = useDoor();
  const begun = it.keep.begun().filter((one) => one !== it.current);
  return (
    <>
      {begun.length > 0 ? (
        <section aria-labelledby="begun">
          <h2 id="begun">{say.begun}</h2>
          <p class="buttons">
            {begun.map((account) => (
              <button
                key={account}
                type="button"
                class="plain"
                onClick={() => it.draft.setAll(it.keep.valuesOf(account) ?? {})}
              >
                {say.goOnWith(account)}
              </button>
            ))}
          </p>
        </section>
      ) : null}
      {dao.founded.length > 0 ? (
        <section aria-labelledby="founded">
          <h2 id="founded">{say.founded}</h2>
          <p class="buttons">
            {dao.founded.map((account) => (
              <button
                key={account}
                type="button"
                class="plain"
                disabled={account === dao.chosen}
                onClick={() => openDao(dao, account)}
              >
                {say.open(account)}
              </button>
            ))}
          </p>
        </section>
      ) : null}
    </>
  );
}

function Form({ draft, planned }: { draft: DraftInUse; planned: PlannedDao }) {
  const say = texts();
  const { problems, whole } = planned;
  const own = (...names: OwnField[]) =>
    names.map((name) => (
      <Entry
        key={name}
        {...{ name, draft, problems, kind: ownFields[name], ...say.founding.fields[name] }}
      />
    ));
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <Step name="name">{own('daoAccount')}</Step>
      <Step name="people">{own('members', 'guardian', 'term')}</Step>
      <Step name="rules">
        {policyFields.map(({ name, kind }: Field) => (
          <Entry key={name} {...{ name, draft, problems, kind, ...say.create.fields[name] }} />
        ))}
      </Step>
      <Step name="money">{own('treasury', 'reserve')}</Step>
      {whole ? (
        <p class="trouble">
          {say.create.problems.rules} <span lang="en">{whole.rule}</span>
        </p>
      ) : null}
    </form>
  );
}

function Step(it: {
  name: keyof ReturnType<typeof texts>['founding']['steps'];
  children: preact.ComponentChildren;
}) {
  const id = `step-${it.name}`;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{texts().founding.steps[it.name]}</h2>
      <div class="fields">{it.children}</div>
    </section>
  );
}

function Entry(it: {
  name: string;
  label: string;
  hint: string;
  kind: FieldKind;
  draft: DraftInUse;
  problems: PlannedDao['problems'];
}) {
  const { name, label, hint, kind, draft, problems } = it;
  const problem = problems.get(name);
  const shown = problem !== undefined && draft.touched.has(name);
  const values: Values = draft.values;
  return (
    <FieldInput
      {...{ label, hint, kind }}
      value={values[name] ?? ''}
      onChange={(value) => draft.set(name, value)}
      problem={shown ? explainProblem(problem, kind) : null}
    />
  );
}
