/** A number that somebody sets: what is no number in its bounds never reaches anybody. */
import { useState } from 'preact/hooks';

export function NumberField(it: {
  label: string;
  min: number;
  max: number;
  step: number;
  value: number;
  onChange: (value: number) => void;
}) {
  const { label, min, max, step } = it;
  const [text, setText] = useState(`${it.value}`);
  const hear = (written: string) => {
    setText(written);
    const value = Number(written);
    if (written.trim() === '' || !(value >= min && value <= max)) return;
    if (step === 1 && !Number.isInteger(value)) return;
    it.onChange(value);
  };
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="number"
        {...{ min, max, step }}
        required
        value={text}
        onInput={({ currentTarget: { value } }) => hear(value)}
      />
    </label>
  );
}
