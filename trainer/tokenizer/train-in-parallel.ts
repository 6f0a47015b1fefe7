/**
 * Training a tokenizer on all cores of a machine, to the same file as on one: threads count the words
 * of their share of the texts, and counts add up to the same sums however texts are shared out. What is
 * then merged, pair by pair, takes the time of the vocabulary and not of the text.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CountAnswer, TextsToCount } from './count-thread.js';
import { addCounts, countWords } from './count-words.js';
import type { TokenizerFile } from './tokenizer-file.js';
import { checkVocabSize, trainOnWords } from './train-tokenizer.js';

/** Beyond that the one thread that adds counts up is what is waited for. */
const threadsMax = 16;
/** UTF-16 units of text at a time: what waits to be counted stays small. */
const pieceUnits = 1 << 20;
/** Counted sooner than threads have started. */
const worthUnits = 8 << 20;

/** As `trainTokenizer`, with its errors. */
export async function trainInParallel(request: {
  texts: Iterable<string>;
  vocabSize: number;
  /** Default: as many as this machine has cores. */
  threads?: number;
  /** Shorter texts are counted here; for tests. */
  worthUnits?: number;
}): Promise<TokenizerFile> {
  const { texts, vocabSize, threads = Math.min(threadsMax, availableParallelism()) } = request;
  checkVocabSize(vocabSize);
  const all = [...texts];
  const units = all.reduce((sum, text) => sum + text.length, 0);
  const isWorth = threads > 1 && units >= (request.worthUnits ?? worthUnits);
  const counts = isWorth ? await countInThreads(all, threads) : countWords(all);
  return trainOnWords(counts, vocabSize);
}

async function countInThreads(texts: readonly string[], threads: number) {
  const pieces = cutPieces(texts);
  const counters = Array.from({ length: threads }, () => new Counter());
  try {
    const sum = new Map<string, number>();
    // Each takes the next piece as soon as it has counted its last one.
    const work = counters.map(async (counter) => {
      for (const piece of pieces) await counter.ask(piece);
      addCounts(sum, (await counter.ask(null))!);
    });
    await Promise.all(work);
    return sum;
  } finally {
    await Promise.all(counters.map((counter) => counter.end()));
  }
}

/** Whole texts: a word is never cut. */
function* cutPieces(texts: readonly string[]): Generator<string[]> {
  let piece: string[] = [];
  let units = 0;
  for (const text of texts) {
    piece.push(text);
    units += text.length;
    if (units < pieceUnits) continue;
    yield piece;
    [piece, units] = [[], 0];
  }
  if (piece.length > 0) yield piece;
}

class Counter {
  private readonly worker: Worker;
  private waiting: { resolve(answer: CountAnswer): void; reject(error: Error): void } | undefined;
  private failure: Error | undefined;

  constructor() {
    const entry = new URL('./count-thread.mjs', import.meta.url);
    this.worker = new Worker(entry, { execArgv: [] });
    this.worker.on('message', (answer: CountAnswer) => this.waiting?.resolve(answer));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', (code) => this.fail(new Error(`it ended with exit code ${code}`)));
  }

  ask(texts: TextsToCount): Promise<CountAnswer> {
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.worker.postMessage(texts);
    });
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private fail(cause: Error): void {
    this.failure ??= new Error(
      `TRAINING_FAILED: a thread that counts words failed (${cause.message}); close what else needs ` +
        'memory, and train again',
      { cause },
    );
    this.waiting?.reject(this.failure);
  }
}
