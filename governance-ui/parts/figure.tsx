/** A number that opens: behind it stand the formula and the records that it was made from. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

export function Figure(it: {
  name: string;
  value: ComponentChildren;
  /** What it is made of; computed only once it is looked at. */
  children: () => ComponentChildren;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details
      class="figure"
      open={isOpen}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>
        <span class="name">{it.name}</span> <span class="value">{it.value}</span>
      </summary>
      {isOpen ? <div class="behind">{it.children()}</div> : null}
    </details>
  );
}
