/** One field of a form: what it is called, what stands in it, and what is wrong with that. */
import { useId } from 'preact/hooks';
import { durationUnits, type FieldKind } from '../drafts/field-kinds.js';
import { texts } from '../texts/language.js';
import type { ProblemInWords } from '../words/problems.js';

export interface FieldInputProps {
  readonly label: string;
  readonly hint?: string;
  readonly kind: FieldKind;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly choices?: readonly { readonly value: string; readonly text: string }[];
  /** What may be chosen; anything else may be typed. */
  readonly offers?: readonly { readonly value: string; readonly text: string }[];
  readonly problem: ProblemInWords | null;
}

export function FieldInput(it: FieldInputProps) {
  const { label, hint = '', problem, offers = [] } = it;
  const id = useId();
  const said = [...(hint ? [`${id}-hint`] : []), ...(problem ? [`${id}-problem`] : [])].join(' ');
  const described = said === '' ? {} : { 'aria-describedby': said };
  return (
    <div class={`field entry of-${it.kind}`}>
      <label for={id}>{label}</label>
      <Control {...it} id={id} described={described} list={`${id}-list`} />
      {offers.length > 0 ? (
        <datalist id={`${id}-list`}>
          {offers.map(({ value, text }) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </datalist>
      ) : null}
      {hint ? (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {problem ? (
        <p class="problem" id={`${id}-problem`}>
          {problem.text} {problem.rule === null ? null : <span lang="en">{problem.rule}</span>}
        </p>
      ) : null}
    </div>
  );
}

type ControlProps = FieldInputProps & { id: string; described: object; list: string };

function Control(it: ControlProps) {
  const { id, value, onChange, described, choices } = it;
  const state = it.problem ? { 'aria-invalid': true } : {};
  const common = { id, ...described, ...state };
  const hear = ({ currentTarget }: { currentTarget: { value: string } }) =>
    onChange(currentTarget.value);
  switch (it.kind) {
    case 'choice':
    case 'flag':
      return (
        <select {...common} value={value} onChange={hear}>
          {(choices ?? yesNo()).map((one) => (
            <option key={one.value} value={one.value}>
              {one.text}
            </option>
          ))}
        </select>
      );
    case 'published':
    case 'statement':
    case 'lines':
    case 'members':
      return <textarea {...common} rows={4} value={value} onInput={hear} />;
    case 'duration':
      return <Duration {...it} common={common} />;
    default: {
      const numeric = ['number', 'weight', 'units', 'near', 'percent'].includes(it.kind);
      return (
        <input
          {...common}
          type="text"
          {...(numeric ? { inputMode: 'decimal' as const } : {})}
          {...(it.offers?.length ? { list: it.list } : {})}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={it.kind === 'text'}
          value={value}
          onInput={hear}
        />
      );
    }
  }
}

function yesNo() {
  const { yes, no } = texts().create;
  return [
    { value: 'yes', text: yes },
    { value: 'no', text: no },
  ];
}

/** `3 d` as a number beside its unit. */
function Duration({ label, value, onChange, common }: ControlProps & { common: object }) {
  const { units, unitOf } = texts().create;
  const at = value.lastIndexOf(' ');
  const [number, unit] = at < 0 ? [value, 'd'] : [value.slice(0, at), value.slice(at + 1)];
  const tell = (count: string, of: string) => onChange(count.trim() === '' ? '' : `${count} ${of}`);
  return (
    <span class="pair">
      <input
        {...common}
        type="text"
        inputMode="decimal"
        autocomplete="off"
        value={number}
        onInput={({ currentTarget }) => tell(currentTarget.value, unit)}
      />
      <select
        aria-label={unitOf(label)}
        value={unit}
        onChange={({ currentTarget }) => tell(number, currentTarget.value)}
      >
        {(Object.keys(durationUnits) as (keyof typeof durationUnits)[]).map((one) => (
          <option key={one} value={one}>
            {units[one]}
          </option>
        ))}
      </select>
    </span>
  );
}
