/** What others say of a release, and all that stands against it. */
import {
  proven,
  rowsMax,
  standingOf,
  type Chapter,
  type Statement,
  type Told,
} from './explanation.js';
import { readRounds } from './release-files.js';
import { describeStanding } from './signer-standing.js';
import { statementsOf, type SaidOfRelease } from './statements.js';
import type { Verdict } from './verdict.js';

/** Nobody's, where nobody was asked: silence would read like approval. */
export function explainStatements(material: Told): Chapter[] {
  const said = statementsOf(material);
  if (said.length === 0 && !material.chain?.attestations) return [];
  const statements = said.slice(0, rowsMax).map((one): Statement => ({
    what: one.by,
    value: describeSaid(one),
    standing: one.standing,
  }));
  if (statements.length === 0) {
    statements.push({ what: 'signed', value: 'nothing, by nobody', standing: 'attested' });
  }
  return [{ title: 'What others say of it', statements }];
}

function describeSaid({ purpose, evidence, atMs, known, by }: SaidOfRelease): string {
  const when = atMs === null ? '' : `, ${new Date(atMs).toISOString()}`;
  const what = evidence === null ? 'shows nothing for it' : `shows ${evidence}`;
  const who = describeStanding(by, known);
  return `${purpose} it${when}, and ${what}; known here for ${who}`;
}

export function explainObjections(material: Told, verdicts: readonly Verdict[]): Chapter {
  const rounds = readRounds(material.files);
  const statements: Statement[] = [];
  for (const { claim, status, detail, standing } of verdicts) {
    if (status !== 'pass')
      statements.push({ what: `${claim}: ${status}`, value: detail, standing });
  }
  const standing = standingOf(verdicts, 'rounds');
  const failed = rounds.flatMap(({ round, claims, tainted }) =>
    claims
      .filter(({ verdict, seat }) => verdict === 'failed' && !tainted.includes(seat))
      .map(({ account }) => ({ round, account })),
  );
  for (const { round, account } of failed.slice(0, rowsMax)) {
    statements.push({
      what: `round ${round}`,
      value: `the work of ${account} failed its audit and does not count`,
      standing,
    });
  }
  for (const { round, tainted } of rounds.filter((one) => one.tainted.length > 0)) {
    statements.push({
      what: `round ${round} is tainted`,
      value: `wrong work of ${tainted.length} is in it, too little to do the round again`,
      standing,
    });
  }
  for (const { id, status } of material.chain?.datasets ?? []) {
    if (status === 'active') continue;
    statements.push({ what: `dataset ${id}`, value: status, standing: 'attested' });
  }
  for (const { by, purpose, atMs } of material.chain?.attestations ?? []) {
    if (purpose !== 'disputes' || statements.length >= rowsMax) continue;
    const value = `disputes this release, ${new Date(atMs).toISOString()}`;
    statements.push({ what: by, value, standing: 'attested' });
  }
  if (statements.length === 0) statements.push(proven('found', 'nothing'));
  return { title: 'What stands against it', statements };
}
