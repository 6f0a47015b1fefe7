/** The form of one kind of proposal, checked by the contract's own rules while somebody types. */
import { useMemo } from 'preact/hooks';
import {
  forms,
  initialValues,
  publishedBytes,
  type Field,
  type FormKind,
  type Values,
} from '../drafts/action-forms.js';
import { checkDraft } from '../drafts/check-draft.js';
import { readDaoNow, type DaoNow } from '../drafts/dao-now.js';
import { fillFrom, isFilled } from '../drafts/fill.js';
import { offersOf } from '../drafts/offers.js';
import { useDoor } from '../parts/door-context.js';
import { FieldInput } from '../parts/field-input.js';
import { Live } from '../parts/live.js';
import { ProposeHere } from '../parts/propose-here.js';
import { usePurse } from '../parts/purse-context.js';
import { useDraft } from '../parts/use-draft.js';
import { useReading } from '../parts/use-reading.js';
import { texts } from '../texts/language.js';
import { explainProblem } from '../words/problems.js';

export function ProposeForm({ kind }: { kind: FormKind }) {
  const door = useDoor();
  const { accountId } = usePurse();
  const using = useReading<DaoNow | null>(() => readDaoNow(door, accountId), {
    key: `dao now ${accountId}`,
    everyMs: () => 10_000,
  });
  return (
    <Live title={texts().create.kinds[kind].name} using={using}>
      {(dao) => <Form kind={kind} dao={dao} />}
    </Live>
  );
}

function Form({ kind, dao }: { kind: FormKind; dao: DaoNow }) {
  const say = texts().create;
  // What holds now is where a change begins; later readings do not touch what somebody writes.
  const initial = useMemo(
    () => ({ ...initialValues(kind), ...(isFilled(kind) ? fillFrom(kind, {}, dao) : {}) }),
    [kind],
  );
  const draft = useDraft(kind, initial);
  const { values, touched } = draft;
  const { action, problems, whole } = checkDraft(kind, values);
  return (
    <>
      <p class="crumbs">
        <a href="#/propose">{say.back}</a> ›
      </p>
      <h1>{say.kinds[kind].name}</h1>
      <p class="lead">{say.kinds[kind].what}</p>
      <form class="fields" onSubmit={(event) => event.preventDefault()}>
        {forms[kind].map((field) => {
          const problem = problems.get(field.name);
          const shown = problem !== undefined && touched.has(field.name);
          return (
            <FieldInput
              key={field.name}
              {...inputOf(field, dao)}
              value={values[field.name] ?? ''}
              onChange={(value) => draft.set(field.name, value)}
              problem={shown ? explainProblem(problem, field.kind) : null}
            />
          );
        })}
      </form>
      <Fill kind={kind} values={values} dao={dao} onFill={draft.setAll} />
      {whole ? (
        <p class="trouble">
          {say.problems.rules}{' '}
          <span lang="en">{typeof whole === 'string' ? whole : whole.rule}</span>
        </p>
      ) : null}
      <ProposeHere
        {...{ action, dao, draft }}
        finish={async () => ({ action: action!, blobs: publishedBytes(kind, values) })}
      />
    </>
  );
}

function inputOf(field: Field, dao: DaoNow) {
  const say = texts().create;
  const { label, hint } = say.fields[field.name];
  const choices = field.choices?.map((value) => ({
    value,
    text: say.choices[value as keyof typeof say.choices],
  }));
  return {
    ...{ label, hint, kind: field.kind, offers: offersOf(field.names, dao) },
    ...(choices ? { choices } : {}),
  };
}

function Fill(it: {
  kind: FormKind;
  values: Values;
  dao: DaoNow;
  onFill: (values: Values) => void;
}) {
  const { kind, values, dao } = it;
  const { fill } = texts().create;
  if (!(kind in fill)) return null;
  const filled = fillFrom(kind, values, dao);
  return (
    <p class="buttons">
      <button
        type="button"
        class="plain"
        disabled={Object.keys(filled).length === 0}
        onClick={() => it.onFill(filled)}
      >
        {fill[kind as keyof typeof fill]}
      </button>
    </p>
  );
}
