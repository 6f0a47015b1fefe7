/** A thread that counts the words of the texts it is sent, and sends the counts when there are no more. */
import { parentPort } from 'node:worker_threads';
import { addCounts, countWords } from './count-words.js';

/** Null: there are no more. */
export type TextsToCount = readonly string[] | null;
/** Null: counted, and ready for the next. */
export type CountAnswer = ReadonlyMap<string, number> | null;

const sum = new Map<string, number>();

parentPort!.on('message', (texts: TextsToCount) => {
  if (texts) addCounts(sum, countWords(texts));
  const answer: CountAnswer = texts ? null : sum;
  parentPort!.postMessage(answer);
});
