/**
 * What a worker does with one release: checks every claim about it, and, once all of them hold, lets
 * somebody talk to it. Whatever was not verified here is never run. The engine comes in, so that the
 * same session is tested without a browser.
 */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { BlobSource } from '@commonweights/dataset-registry/store/blob-store.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import type { Explanation } from '@commonweights/trainer/release/explanation.js';
import { MANIFEST_FILE, type FileMap } from '@commonweights/trainer/release/release-files.js';
import type { Sampler } from '@commonweights/trainer/release/sample-text.js';
import type { Verdict } from '@commonweights/trainer/release/verdict.js';
import type { TextSearch } from '../reading/find-text.js';
import { bytesHold, holds } from '../reading/verdicts-hold.js';
import type { FolderHandle } from './save-folder.js';
import { verifyHere, type VerifiedHere, type VerifyProgress } from '../reading/verify-here.js';

export interface TalkSettings {
  readonly prompt: string;
  readonly tokens: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly seed: number;
}

export type ReleaseRequest =
  | { readonly kind: 'verify'; readonly manifest: Digest }
  | { readonly kind: 'talk'; readonly settings: TalkSettings }
  | { readonly kind: 'search'; readonly run: number; readonly text: string }
  /** Where it comes from, told from its files and the chain. */
  | { readonly kind: 'explain' }
  /** All files as one, in a folder `name`. */
  | { readonly kind: 'zip'; readonly name: string }
  /** All files into a new folder `name` in this one. */
  | { readonly kind: 'save'; readonly folder: FolderHandle; readonly name: string }
  | { readonly kind: 'stop' };

export type ReleaseAnswer =
  | { readonly kind: 'progress'; readonly progress: VerifyProgress }
  | { readonly kind: 'verdicts'; readonly verdicts: readonly Verdict[] }
  | { readonly kind: 'reading'; readonly dataset: string }
  | { readonly kind: 'found'; readonly search: TextSearch }
  /** `page`: the same as one file of HTML. */
  | { readonly kind: 'explained'; readonly explanation: Explanation; readonly page: Blob }
  | { readonly kind: 'zipped'; readonly file: Blob }
  | { readonly kind: 'saved' }
  | { readonly kind: 'text'; readonly text: string }
  /** The text came to its end, or was stopped. */
  | { readonly kind: 'said'; readonly stopped: boolean; readonly elapsedMs: number }
  | { readonly kind: 'failed'; readonly why: string };

export interface ReleaseSurroundings {
  readonly client: DaoClient;
  readonly store: BlobSource;
  readonly openEngine: () => Promise<Engine>;
  /** Lets requests be heard between two tokens. */
  readonly breathe: () => Promise<void>;
  readonly tell: (answer: ReleaseAnswer) => void;
  readonly now: () => number;
}

export class ReleaseSession {
  /** Every claim about it holds. */
  #verified: VerifiedHere | null = null;
  /** Its bytes are those that the manifest names, whatever else was found. */
  #whole: VerifiedHere | null = null;
  #sampler: Promise<Sampler> | null = null;
  #stop: AbortController | null = null;

  constructor(private readonly it: ReleaseSurroundings) {}

  /** Never throws: what goes wrong is told. */
  async answer(request: ReleaseRequest): Promise<void> {
    try {
      if (request.kind === 'verify') await this.#verify(request.manifest);
      else if (request.kind === 'talk') await this.#talk(request.settings);
      else if (request.kind === 'search') await this.#search(request);
      else if (request.kind === 'explain') await this.#explain();
      else if (request.kind === 'zip') await this.#zip(request);
      else if (request.kind === 'save') await this.#save(request);
      else this.#stop?.abort();
    } catch (error) {
      this.it.tell({ kind: 'failed', why: (error as Error).message });
    }
  }

  async #verify(manifest: Digest): Promise<void> {
    const { client, store, tell } = this.it;
    this.#verified = null;
    this.#whole = null;
    const before = this.#sampler;
    this.#sampler = null;
    await (await before?.catch(() => null))?.dispose();
    const onProgress = (progress: VerifyProgress) => tell({ kind: 'progress', progress });
    const found = await verifyHere({ client, store, manifest, onProgress });
    const { verdicts } = found;
    if (holds(verdicts)) this.#verified = found;
    if (bytesHold(verdicts)) this.#whole = found;
    tell({ kind: 'verdicts', verdicts });
  }

  async #search({ run, text }: { run: number; text: string }): Promise<void> {
    const { client, store, tell } = this.it;
    const { findText } = await import('../reading/find-text.js');
    const onProgress = (dataset: string) => tell({ kind: 'reading', dataset });
    tell({ kind: 'found', search: await findText({ client, store, run, text, onProgress }) });
  }

  /** What a stranger wrote into altered files would be told as the release's own story. */
  async #explain(): Promise<void> {
    const whole = this.#whole;
    if (!whole)
      throw new Error('NOT_VERIFIED: its bytes were not found to be right; verify it first');
    const [{ explainRelease }, { readReleaseStory }, { writeExplanationPage }] = await Promise.all([
      import('@commonweights/trainer/release/explain-release.js'),
      import('@commonweights/trainer/release/release-story.js'),
      import('@commonweights/trainer/release/explanation-page.js'),
    ]);
    const { verdicts, chain } = whole;
    const story = await readReleaseStory(this.it.client, chain);
    const explanation = explainRelease({ ...whole, decision: null }, { verdicts, story });
    const page = new Blob([writeExplanationPage(explanation)], { type: 'text/html' });
    this.it.tell({ kind: 'explained', explanation, page });
  }

  #requireVerified(): VerifiedHere {
    if (this.#verified) return this.#verified;
    throw new Error(
      'NOT_VERIFIED: not every claim about this release was found to hold here; verify it first',
    );
  }

  /** What was hashed and judged is what is handed out: nothing is fetched again. */
  async #zip({ name }: { name: string }): Promise<void> {
    const files = [...wholeOf(this.#requireVerified())];
    const { zipOf } = await import('./zip-file.js');
    const named = new Map(files.map(([path, bytes]) => [`${name}/${path}`, bytes]));
    const file = new Blob(zipOf(named) as BlobPart[], { type: 'application/zip' });
    this.it.tell({ kind: 'zipped', file });
  }

  async #save(it: { folder: FolderHandle; name: string }): Promise<void> {
    const files = wholeOf(this.#requireVerified());
    const { saveFolder } = await import('./save-folder.js');
    await saveFolder(files, it);
    this.it.tell({ kind: 'saved' });
  }

  async #talk(settings: TalkSettings): Promise<void> {
    const { files } = this.#requireVerified();
    if (this.#stop) throw new Error('BUSY: it is still speaking; stop it first');
    const { tell, breathe, now } = this.it;
    const stop = new AbortController();
    this.#stop = stop;
    try {
      const sampler = await (this.#sampler ??= this.#start(files));
      const startedAt = now();
      const { signal } = stop;
      await sampler
        .sample({
          ...settings,
          signal,
          beforeToken: breathe,
          onText: (text) => tell({ kind: 'text', text }),
        })
        .catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
      tell({ kind: 'said', stopped: signal.aborted, elapsedMs: now() - startedAt });
    } finally {
      this.#stop = null;
    }
  }

  /** One that failed is not kept: the next question starts anew. */
  #start(files: FileMap): Promise<Sampler> {
    return this.#open(files).catch((error: unknown) => {
      this.#sampler = null;
      throw error;
    });
  }

  async #open(files: FileMap): Promise<Sampler> {
    const [{ Sampler }, engine] = await Promise.all([
      import('@commonweights/trainer/release/sample-text.js'),
      this.it.openEngine(),
    ]);
    return Sampler.open(files, engine);
  }
}

/** As `commonweights pull` leaves it, so that `commonweights verify` takes it. */
function wholeOf({ files, manifestBytes }: VerifiedHere): FileMap {
  return new Map([...files, [MANIFEST_FILE, manifestBytes]]);
}
