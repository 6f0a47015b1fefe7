/**
 * Mutations of a release, each of which a verifier must refuse with the code that belongs to it. Four
 * attackers: one who alters files under the manifest that was voted on; one who also wrote the manifest
 * and got a vote for it, but has neither the run's terms nor its log; one who forges what a chain or a
 * signer says; and one who forges proofs. All follow from a seed and an index.
 */
import { splitMix } from '../../support/seeded-numbers.js';
import { ALTERED_FILES } from './altered-files.js';
import { FORGED_LOGS } from './forged-logs.js';
import { FORGED_PROOFS } from './forged-proofs.js';
import { FORGED_UNDER_VOTE } from './forged-under-vote.js';
import { FORGED_WORDS } from './forged-words.js';
import { Bench, type Kind, type Outcome } from './mutation-bench.js';

export const KINDS: Readonly<Record<string, Kind>> = {
  ...ALTERED_FILES,
  ...FORGED_UNDER_VOTE,
  ...FORGED_LOGS,
  ...FORGED_WORDS,
  ...FORGED_PROOFS,
};

/** So many mutations, spread over all kinds; at least one of each. Law: the same seed, the same. */
export async function* mutate(it: { count: number; seed: number }): AsyncGenerator<Outcome> {
  const benches = [await Bench.open(false), await Bench.open(true)];
  const total = Object.values(KINDS).reduce((sum, { share }) => sum + share, 0);
  let index = 0;
  try {
    for (const [kind, { share, run }] of Object.entries(KINDS)) {
      const count = Math.max(2, Math.round((it.count * share) / total));
      for (let n = 0; n < count; n++) {
        const random = splitMix(it.seed, index++);
        yield { kind, ...(await run(benches[n % 2]!, random)) };
      }
    }
  } finally {
    for (const bench of benches) await bench.close();
  }
}
