/** A button that acts, and how far the act is. */
import type { ComponentChildren } from 'preact';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { ActNote, type Act } from './use-act.js';

export function DoAct(it: {
  act: Act;
  what: string;
  label: ComponentChildren;
  disabled?: boolean;
  run: (client: DaoClient) => Promise<unknown>;
  /** What the page reads has changed. */
  readNow: () => void;
  /** It was done. */
  onDone?: () => void;
}) {
  const go = async () => {
    const done = await it.act.run(it.run);
    it.readNow();
    if (done) it.onDone?.();
  };
  return (
    <>
      <p class="buttons">
        <button
          type="button"
          class="plain"
          disabled={it.disabled === true || it.act.busy}
          onClick={() => void go()}
        >
          {it.label}
        </button>
      </p>
      <div role="status">
        <ActNote stage={it.act.stage} what={it.what} />
      </div>
    </>
  );
}
