/** `commonweights replay`: compute a release's run again, here, and compare. */
import { randomInt } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { RoundRecord } from '@commonweights/dao-contracts/client/views.js';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { ReplayedClaim, ReplayedRound } from '@commonweights/trainer/release/replay-run.js';
import type { OuterState } from '@commonweights/trainer/exchange/outer-step.js';
import { wholeNumber, withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatTable } from '../output.js';
import { storageDeposit } from '../proposal-bond.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { expectRelease, readReleaseChain, type ChainFlags } from './release-chain.js';

interface ReplayFlags extends ChainFlags {
  readonly claims?: number;
  readonly seed?: number;
  readonly round?: readonly number[];
  readonly attest?: boolean;
}

/** As documented: the log says one thing, the computation another. */
const differsExitCode = 31;

export function addReplayCommand(program: Command, terminal: Terminal): void {
  does<ReplayFlags>(
    withExamples(
      withJson(program.command('replay <dir>'))
        .description(
          "compute a release's run again: every root from the updates, and some updates from data",
        )
        .option(
          '--claims <n>',
          "workers' rounds to train again (default: 1, of chosen rounds all)",
          wholeNumber(0, 100_000),
        )
        .option(
          '--round <n...>',
          'train those of these rounds only',
          several(wholeNumber(1, 2 ** 31)),
        )
        .option('--seed <n>', 'draws which (default: at random)', wholeNumber(0, 2 ** 32 - 1))
        .option(
          '--attest',
          'if it is the same: publish the record, and sign on chain that you reproduced it',
        )
        .option('--evidence <file>', 'what a chain said, as pull --save-evidence kept it')
        .option('--offline', 'ask no chain; the registry still has to have updates and data'),
      'commonweights replay ./model --registry https://registry.example',
      'commonweights replay ./model --claims 10 --seed 7',
      'commonweights replay ./model --round 3 8',
      'commonweights replay ./model --claims 3 --attest --account ada.near',
    ).addHelpText('after', '\nExit code 31: what was computed here is not what the log says\n'),
    terminal,
    (session, [dir], flags) => replay(session, dir!, flags),
  );
}

async function replay(session: Session, name: string, flags: ReplayFlags): Promise<void> {
  if (flags.attest && flags.claims === 0) {
    throw new CliError(
      exitCodes.usage,
      'USAGE: --attest with --claims 0 would sign for training that nobody did; train one at least',
    );
  }
  // Before the work: who cannot sign is told at once, not after an hour.
  const attest = flags.attest ? await openAttesting(session) : null;
  const dir = resolve(session.terminal.cwd, name);
  const { opened, records, manifest } = await open(session, dir, flags);
  const it = { opened, records, blobs: session.registryReader() };
  const { replayClaim, replayRoots } = await import('@commonweights/trainer/release/replay-run.js');
  // Nobody who wrote the log can know which will be computed again.
  const seed = flags.seed ?? randomInt(2 ** 32);
  const all = await claimsOf(records, flags);
  const chosen = choose(all, { claims: claimsWanted(flags, all.length), seed });
  if (chosen.length < all.length) session.note(`drawn with --seed ${seed}`);
  const rounds: ReplayedRound[] = [];
  const starts = new Map<number, OuterState>();
  const progress = session.startProgress('applying updates', {
    total: records.filter(({ outcome }) => outcome === 'final').length,
    unit: 'rounds',
  });
  try {
    for await (const one of replayRoots(it, (round, state) => starts.set(round, state))) {
      rounds.push(one);
      progress.update(rounds.length, `round ${one.round}`);
    }
  } catch (error) {
    progress.fail('not replayed');
    throw error;
  }
  progress.finish(`${rounds.length} roots`);
  const claims: ReplayedClaim[] = [];
  if (rounds.every(({ root, found }) => root === found) && chosen.length > 0) {
    const training = session.startProgress('training again', { total: chosen.length, unit: '' });
    const own = await opened.engine.compile(opened.program);
    try {
      for (const claim of chosen) {
        claims.push(
          await replayClaim({ ...it, session: own, startOf: (round) => starts.get(round)! }, claim),
        );
        training.update(claims.length, `round ${claim.round}, seat ${claim.seat}`);
      }
      training.finish(`${claims.length} rounds of workers`);
    } catch (error) {
      training.fail('not replayed');
      throw error;
    } finally {
      await own.dispose();
    }
  }
  report(session, { manifest, seed, rounds, claims });
  if (!attest) return;
  const { evidence, by } = await attest({ manifest, seed, rounds, claims });
  session.note(`${by} reproduces ${manifest}, and shows ${evidence}`);
}

interface Replayed {
  readonly manifest: Digest;
  /** Of the draw: whoever has it draws the same. */
  readonly seed: number;
  readonly rounds: readonly ReplayedRound[];
  readonly claims: readonly ReplayedClaim[];
}

/** The release is the subject, what was computed is the evidence: whoever reads it can do it again. */
async function openAttesting(session: Session) {
  const client = await session.signer();
  const blobs = await openBlobs(session, 'write');
  return async ({ manifest, seed, rounds, claims }: Replayed) => {
    const record = { version: 1, release: manifest, seed, rounds, claims };
    const evidence = await blobs.publish(canonicalBytes(record));
    const statement = { subject: manifest, purpose: 'reproduces' as const, evidence };
    await client.attest({ ...statement, depositYocto: storageDeposit(statement) });
    return { evidence, by: client.accountId! };
  };
}

async function open(session: Session, dir: string, flags: ReplayFlags) {
  const [{ readMaterial }, files, { openRun }, { exactEngines }, { judgeMaterial }] =
    await Promise.all([
      import('@commonweights/trainer/release/read-release.js'),
      import('@commonweights/trainer/release/release-files.js'),
      import('@commonweights/trainer/run/open-run.js'),
      import('@commonweights/trainer/engines/exact-engines.js'),
      import('@commonweights/trainer/release/verify-material.js'),
    ]);
  await expectRelease(dir, files.MANIFEST_FILE);
  const chain = await readReleaseChain(session, join(dir, files.MANIFEST_FILE), flags);
  const material = await readMaterial({ dir, chain });
  // The log has to be a chain before it says anything about rounds.
  const broken = judgeMaterial(material).find(
    ({ claim, status }) => status === 'fail' && ['bytes', 'rounds', 'lineage'].includes(claim),
  );
  if (broken) {
    throw new CliError(
      exitCodes.badInput,
      `BAD_RELEASE: ${broken.detail}; there is nothing to replay: pull it again`,
    );
  }
  const { digestOf } = await import('@commonweights/dataset-registry/digest/digest.js');
  const spec = digestOf(files.requireFile(material.files, files.FILES.runSpec));
  const engine = exactEngines();
  const opened = await openRun({ spec, blobs: session.registryReader(), engine });
  return {
    opened,
    records: files.readRounds(material.files),
    manifest: material.manifestDigest,
  };
}

async function claimsOf(
  records: readonly RoundRecord[],
  { round }: ReplayFlags,
): Promise<{ round: number; seat: number }[]> {
  const { countedClaims } = await import('@commonweights/trainer/release/replay-run.js');
  const all = countedClaims(records);
  const missing = round?.find((wanted) => !all.some((one) => one.round === wanted));
  if (missing === undefined) return all.filter((one) => !round || round.includes(one.round));
  throw new CliError(
    exitCodes.notFound,
    `NO_SUCH_ROUND: round ${missing} is no final round of this release; leave --round out`,
  );
}

function claimsWanted({ claims, round }: ReplayFlags, all: number): number {
  return claims ?? (round ? all : 1);
}

function several(read: (text: string) => number) {
  return (text: string, before: readonly number[] = []) => [...before, read(text)];
}

/** A seeded draw without repetition, in the order of the log: whoever replays can be replayed. */
function choose<T>(
  all: readonly T[],
  { claims, seed }: { readonly claims: number; readonly seed: number },
): T[] {
  const left = all.map((_, i) => i);
  let state = seed >>> 0;
  const next = (below: number) => {
    // A linear congruential generator (Numerical Recipes): it only has to spread.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const drawn = Array.from({ length: Math.min(claims, all.length) }, () =>
    left.splice(next(left.length), 1),
  ).flat();
  return drawn.sort((a, b) => a - b).map((i) => all[i]!);
}

function report(session: Session, it: Replayed): void {
  session.print(it, () => {
    const rounds = it.rounds.map(({ round, updates, root, found }) => [
      ...[round, updates, found === root ? '✓' : '✗'],
      found,
    ]);
    const claims = it.claims.map(({ round, account, seat, trained, differences, sameTrace }) => [
      ...[round, `${account} (${seat})`, trained],
      differences.join(', ') || (sameTrace ? '✓ the same' : '✓ the same; its trace has a decoy'),
    ]);
    const trained = it.claims.length === 0 ? '' : '\n';
    return (
      formatTable(['round', 'updates', '', 'root computed here'], rounds) +
      trained +
      (it.claims.length === 0
        ? ''
        : formatTable(['round', 'worker', 'rounds trained', 'update'], claims))
    );
  });
  const wrong = it.rounds.find(({ root, found }) => root !== found);
  const cheat = it.claims.find(({ differences }) => differences.length > 0);
  if (!wrong && !cheat) return;
  throw new CliError(
    differsExitCode,
    wrong
      ? `REPLAY_DIFFERS: round ${wrong.round} gives ${wrong.found}, the log says ${wrong.root}; ` +
          'do not use this release, and dispute it'
      : `REPLAY_DIFFERS: the update of ${cheat!.account} in round ${cheat!.round} is not what ` +
          'training gives; do not use this release, and dispute it',
  );
}
