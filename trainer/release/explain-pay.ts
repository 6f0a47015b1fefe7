/** What each was paid: by the log, counted again here; and all that it earned, as a chain tells it. */
import { recount } from './check-rounds.js';
import { count, near, rowsMax, standingOf, type Chapter, type Told } from './explanation.js';
import { readRounds, readRunSpec } from './release-files.js';
import type { Verdict } from './verdict.js';

/** Nothing where the log does not give it: `rounds` says why. */
export function explainPay({ files, chain }: Told, verdicts: readonly Verdict[]): Chapter[] {
  const rounds = verdicts.find(({ claim }) => claim === 'rounds');
  if (rounds?.status === 'fail') return [];
  const roster = chain?.run?.roster ?? null;
  const spec = readRunSpec(files);
  const pay = recount(readRounds(files), spec, roster?.amended ?? true);
  const standing = standingOf(verdicts, 'rounds');
  const told = new Map(roster?.seats.map((one) => [one.seat, one]));
  const each = near(BigInt(spec.economics.rewardYocto));
  const statements = pay
    .filter(({ account, seat }) => account !== null || told.has(seat))
    .slice(0, rowsMax)
    .flatMap(({ seat, account, rewards, failed }) => {
      const own = told.get(seat);
      const what = `${account ?? own!.account}, seat ${seat}`;
      const lost = failed > 0 ? `, and ${count(failed)} whose audit failed` : '';
      const value = `${count(rewards)} rounds verified, for ${each} NEAR each${lost}`;
      const byLog = account === null ? [] : [{ what, value, standing }];
      if (!own) return byLog;
      const earned = `${near(BigInt(own.earnedYocto))} NEAR earned in all; ${own.role}, ${own.status}`;
      return [...byLog, { what, value: earned, standing: 'attested' as const }];
    });
  return [{ title: 'Who was paid what', statements }];
}
