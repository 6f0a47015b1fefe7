/** Every topic there are vectors of. */
import { bountyTopics } from './bounty-topics.js';
import { exchangeTopics } from './exchange-topics.js';
import { hashingTopics } from './hashing-topics.js';
import { runTopics } from './run-topics.js';
import { toleranceTopics } from './tolerance-topics.js';
import { trainingTopics } from './training-topics.js';

export const topics = [
  ...hashingTopics,
  ...trainingTopics,
  ...exchangeTopics,
  ...runTopics,
  ...bountyTopics,
  ...toleranceTopics,
];

/** Where the vectors of a topic lie. */
export function vectorFile(name: string): URL {
  return new URL(`./${name}.json`, import.meta.url);
}
