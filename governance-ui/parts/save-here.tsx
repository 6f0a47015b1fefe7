/** Taking a whole release away, once every claim about it was found to hold here: the bytes that were checked. */
import { useState } from 'preact/hooks';
import type { ReleaseDesk } from '../engine/release-desk.js';
import type { FolderHandle } from '../engine/save-folder.js';
import { texts } from '../texts/language.js';
import { formatBytes } from '../words/amounts.js';

type Stage =
  | { readonly kind: 'idle' | 'busy' }
  | { readonly kind: 'zipped'; readonly bytes: number }
  | { readonly kind: 'saved'; readonly folder: string }
  | { readonly kind: 'failed'; readonly why: string };

interface Pick {
  showDirectoryPicker?(it: { mode: 'readwrite' }): Promise<FolderHandle>;
}

export function SaveHere({ desk, name }: { desk: ReleaseDesk; name: string }) {
  const say = texts().release.save;
  const [stage, setStage] = useState<Stage>({ kind: 'idle' });
  const browser = window as unknown as Pick;
  const attempt = async (work: () => Promise<Stage>) => {
    setStage({ kind: 'busy' });
    try {
      setStage(await work());
    } catch (error) {
      const isNo = (error as Error).name === 'AbortError';
      setStage(isNo ? { kind: 'idle' } : { kind: 'failed', why: (error as Error).message });
    }
  };
  const zip = async (): Promise<Stage> => {
    const file = await desk.zip(name);
    handOver(file, `${name}.zip`);
    return { kind: 'zipped', bytes: file.size };
  };
  const save = async (): Promise<Stage> => {
    const folder = await browser.showDirectoryPicker!({ mode: 'readwrite' });
    await desk.save(folder, name);
    return { kind: 'saved', folder: name };
  };
  const isBusy = stage.kind === 'busy';
  return (
    <section aria-labelledby="save">
      <h3 id="save">{say.title}</h3>
      <p class="quiet">{say.what}</p>
      <p class="buttons">
        <button type="button" class="plain" disabled={isBusy} onClick={() => void attempt(zip)}>
          {say.zip}
        </button>
        {browser.showDirectoryPicker ? (
          <button type="button" class="plain" disabled={isBusy} onClick={() => void attempt(save)}>
            {say.folder}
          </button>
        ) : null}
      </p>
      <div role="status">
        <Outcome stage={stage} name={name} />
      </div>
    </section>
  );
}

function Outcome({ stage, name }: { stage: Stage; name: string }) {
  const say = texts().release.save;
  switch (stage.kind) {
    case 'idle':
      return null;
    case 'busy':
      return <p class="quiet">{say.busy}</p>;
    case 'zipped':
      return <p>{say.zipped({ name: `${name}.zip`, bytes: formatBytes(stage.bytes) })}</p>;
    case 'saved':
      return <p>{say.saved(stage.folder)}</p>;
    case 'failed':
      return (
        <p class="trouble wrap">
          {say.failed} <span lang="en">{stage.why}</span>
        </p>
      );
  }
}

/** The browser asks where to, or puts it where it puts everything. */
export function handOver(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // It reads the file after the click: not at once.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
