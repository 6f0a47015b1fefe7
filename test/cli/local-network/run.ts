/** A run from its draft to enrolment, and the work in it. */
import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tinyDraft as draft } from '../../support/tiny-draft.js';
import { expectOneSentence } from '../cli-folder.js';
import type { Story } from './story.js';

export function tellRun(story: Story): void {
  const { run, good, json } = story;

  describe('a run', () => {
    const draftFile = 'draft.json';
    const write = (change: object = {}) =>
      writeFile(join(story.folder, draftFile), JSON.stringify({ ...draft, ...change }));

    it('is refused for a draft with an unknown field, before anything is proposed', async () => {
      await write({ bogus: 1 });
      const result = await run('run', 'propose', draftFile);
      expect(result.err).to.match(/BAD_RUN_SPEC: bogus: is not a known field/);
      expect(result.code).to.equal(3);
      expect(await good('proposal', 'list')).to.equal('No proposals yet.\n');
    });

    it('is rehearsed before anybody is asked, and the forecast goes with the proposal', async () => {
      await write();
      const flags = ['--rounds', '1', '--workers', '2'];
      const told = await good('run', 'rehearse', draftFile, ...flags);
      expect(told).to.match(/rehearsed +1 of 2 rounds, 2 workers/);
      expect(told).to.match(/loss at the end +\d\.\d{3} to \d\.\d{3} nats per token/);
      const forecast = await json<{ spec: string; chain: object }>(
        ...['run', 'rehearse', draftFile, ...flags],
      );
      const file = join(story.folder, 'rehearsal.json');
      await writeFile(file, JSON.stringify(forecast));
      const dry = ['run', 'propose', draftFile, '--rehearsal', 'rehearsal.json', '--dry-run'];
      const { terms } = await json<{ terms: { spec: string } }>(...dry);
      expect(forecast.spec).to.equal(terms.spec);
      await writeFile(file, JSON.stringify({ ...forecast, spec: `sha256:${'0'.repeat(64)}` }));
      const other = await run(...dry);
      expect(other.err).to.match(/REHEARSAL_MISMATCH: rehearsal\.json is of spec .*rehearse it/);
      expect(other.code).to.equal(3);
      await writeFile(file, '{"version":2}');
      expect((await run(...dry)).err).to.match(/^BAD_REHEARSAL: the file is not what/);
    });

    it('is refused where cheating would pay, before anything is published', async () => {
      await write({ auditedClaimsBps: 500 });
      const result = await run('run', 'propose', draftFile);
      expectOneSentence(result, /^CHEATING_PAYS: free-riding .*raise stakeYocto to \d+/);
      expect(result.code).to.equal(3);
    });

    it('goes from a draft through a vote to enrolment', async () => {
      // With every claim audited, no round waits for challenges.
      await write({ auditedClaimsBps: 10_000, challengeWindowMs: 0 });
      const priced = await json<{ budgetYocto: string }>(
        ...['run', 'propose', draftFile, '--dry-run'],
      );
      expect(BigInt(priced.budgetYocto) > 0n).to.equal(true);
      expect(await good('proposal', 'list')).to.equal('No proposals yet.\n');
      const { proposal } = await json<{ proposal: number }>('run', 'propose', draftFile);
      const shown = await good('proposal', 'show', `${proposal}`);
      expect(shown).to.match(/fund a run of 2 rounds with/);
      expect(shown).to.match(
        /price +1 NEAR per [\d.]+ MFLOP of verified work: [\d.]+ NEAR per TFLOP/,
      );
      await good('proposal', 'vote', `${proposal}`, 'yes');
      const twice = await run('proposal', 'vote', `${proposal}`, 'yes');
      expectOneSentence(twice, /^ALREADY_VOTED/);
      const early = await run('proposal', 'execute', `${proposal}`);
      expectOneSentence(early, /^PROPOSAL_NOT_READY/);
      expect(early.code).to.equal(6);
      await good('network', 'forward', '2m');
      expect(await good('proposal', 'execute', `${proposal}`)).to.match(/is executed: run 1\n$/);
      expect(await good('run', 'show', '1')).to.match(/status +enrolling/);
      expect(await good('run', 'list')).to.match(/1 +enrolling +0 of 2/);
    });

    it('cannot be released before a round is final, with exit code 6', async () => {
      const flags = ['--release', '1.0.0', '--licence', 'Apache-2.0'];
      const result = await run('release', 'propose', '1', ...flags);
      expect(result.err).to.match(/NOTHING_FINAL: run 1 has no final round yet/);
      expect(result.code).to.equal(6);
    });
  });

  describe('work', () => {
    for (const named of [['1'], []]) {
      const which = named.length > 0 ? 'the run that is named' : 'the run that it would choose';
      it(`says first what ${which} would bring, and joins nothing`, async () => {
        const env = { NEAR_CREDENTIALS_DIR: '' };
        const flags = [...named, '--dry-run', '--account', 'founder.local'];
        const { code, err } = await story.cli.runWith({ env }, 'work', ...flags);
        expect(code, err).to.equal(0);
        expect(err).to.match(
          /a round takes this machine about [\d.]+ s of the 60 s given; 2 rounds/,
        );
        expect(err).to.match(/would bring about 1\.\d+ NEAR, less 0\.0\d+ NEAR of fees/);
        expect(err).to.match(/it stakes [\d.]+ NEAR until the run ends/);
        const { seats } = await json<{ seats: unknown[] }>('run', 'show', '1');
        expect(seats).to.deep.equal([]);
      });
    }

    it('trains a run to its end, for pay', async () => {
      const { code, err } = await story.workThrough('1');
      expect(code, err).to.equal(0);
      expect(err).to.match(/enrolled in run 1 as trainer\n/);
      expect(err).to.match(
        /waits for the draw of seats, (\d+ seconds|1 minute) by the clock of the chain; "commonw.*s"/,
      );
      expect(err).to.match(/✓ round 2: training: loss \d\.\d{4}, update of/);
      expect(err).to.match(
        /Left run \d+: the run is completed\.\nSeat 0: 2 rounds verified, 2 NEAR/,
      );
      const watched = await good('run', 'watch', '1', '--json');
      expect(JSON.parse(watched)).to.include({ status: 'completed', finalRound: 2 });
    });

    it('is paid out once', async () => {
      expect(await good('earnings')).to.match(/0 +trainer +left +2 rounds +2 NEAR/);
      expect(await good('claim')).to.match(/^[\d.]+ NEAR went to founder\.local\n$/);
      expect((await run('claim')).err).to.match(/^NOTHING_TO_CLAIM/);
    });
  });
}
