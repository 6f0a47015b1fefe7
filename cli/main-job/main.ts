/**
 * The main job: `npm start`. A model is trained by several workers, paid for, voted into a release,
 * downloaded and verified, top to bottom, on this machine, with the commands that a person would
 * use. Everything that runs is the real thing; only the people are played.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import { llamaLayout } from '@commonweights/trainer/program/llama.js';
import { describeFailure } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatJson } from '../output.js';
import { untilAborted } from '../pause.js';
import { startProgress } from '../progress.js';
import { startLocalNetwork, type LocalNetwork } from '../local-network.js';
import { openTextStream } from '../terminal.js';
import { accounts, castOf } from './cast.js';
import { openCommandLine } from './command-line.js';
import { stepsInSameTime, trainAlone } from './comparison-stage.js';
import { takeDataFolder } from './data-folder.js';
import { addDatasets } from './dataset-stage.js';
import { downloadAndTamper } from './download-stage.js';
import { mainJobHelp, parseMainJobOptions, type MainJobOptions } from './options.js';
import { draftOf, engine, incidents, packing, policy, soloPeak, treasuryYocto } from './recipe.js';
import { printSummary, summarise, type Evaluation } from './summary.js';
import { train } from './training-stage.js';
import { decide } from './voting-stage.js';

const [out, err] = [openTextStream(process.stdout), openTextStream(process.stderr)];
const stop = new AbortController();
const interrupt = () => (stop.signal.aborted ? process.exit(130) : stop.abort());
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

let network: LocalNetwork | null = null;
try {
  const options = parseMainJobOptions(process.argv.slice(2));
  if (options) await runJob(options);
  else out.write(mainJobHelp);
} catch (error) {
  const { exitCode, sentence } = describeFailure(error);
  if (stop.signal.aborted) process.exitCode = exitCodes.interrupted;
  else {
    process.exitCode = exitCode;
    err.write('\n');
    err.writeLine(sentence);
    if (process.env.COMMONWEIGHTS_DEBUG) err.write(`${(error as Error).stack}\n`);
  }
} finally {
  await (network as LocalNetwork | null)?.stop();
}

async function runJob(options: MainJobOptions): Promise<void> {
  const startedAt = Date.now();
  const { dataDir, seed } = options;
  await takeDataFolder(dataDir);

  heading('1 · A chain, a contract, a registry');
  network = await startLocalNetwork({
    ...{ dataDir, cwd: dataDir, seed, clock: 'logical', port: options.port },
    members: accounts.members,
    others: accounts.contributors,
    policy,
    treasuryYocto,
    startProgress,
  });
  const { localnet } = network;
  const fastForward = (ms: number) => localnet.fastForward(ms);
  const client = connect({ network: network.network, contract: network.contract });
  const cli = openCommandLine({ cwd: dataDir, signal: stop.signal, tell });
  const before = localnet.supply();
  say(`chain ${network.network.rpcUrl}, registry ${network.registryUrl}`);
  say(`contract ${network.contract}, accounts in ${network.keys.folder}`);

  heading('2 · A dataset with its lineage');
  const [proposer, ...voters] = [accounts.members[0]!, ...accounts.members];
  const datasets = await addDatasets(cli, { publisher: proposer, packing });
  for (const { id, items, bytes, manifest } of datasets.levels) {
    say(`${id}: ${items} items, ${(bytes / 1e6).toFixed(2)} MB, ${manifest}`);
  }

  heading('3 · A run, proposed, voted and funded');
  const draftFile = join(dataDir, 'run-draft.json');
  const draft = draftOf(1);
  await writeFile(draftFile, formatJson(draft));
  const proposed = await cli.json<{ proposal: number; budgetYocto: string }>([
    ...['run', 'propose', draftFile, '--engine', engine, '--account', proposer],
  ]);
  const voting = { cli, client, voters, fastForward, tell };
  const run = await decide({ ...voting, proposal: proposed.proposal });
  const funded = (await client.getRun({ run }))!;

  heading('4 · Training, with a cheat, a crash and a latecomer');
  const task = (account: string, role: 'trainer' | 'auditor') => ({
    account: { accountId: account, secretKey: deriveKey(seed, account).secretKey },
    role,
    run,
    rpcUrl: network!.network.rpcUrl,
    registryUrl: network!.registryUrl,
    contract: network!.contract,
    // Rounds here last seconds, not minutes.
    pollMs: 60,
  });
  const progress = startProgress('training', { total: draft.rounds, unit: 'rounds' });
  const outcome = await train({
    client,
    run,
    ...castOf(task),
    incidents,
    dataDir,
    fastForward,
    progress,
    tell,
    signal: stop.signal,
  });
  progress.finish(`final root ${outcome.run.finalRoot}`);

  heading('5 · One worker alone, for comparison');
  const steps = stepsInSameTime({ ...outcome, stepsPerRound: draft.inner.stepsPerRound });
  const alone = startProgress(`${steps} steps in the same wall time`, { total: steps });
  const blobsDir = join(dataDir, '.commonweights', 'blobs');
  const soloLoss = await trainAlone(
    { spec: funded.terms.spec, blobsDir, steps, peak: soloPeak },
    alone,
  );
  alone.finish(`held-out loss ${soloLoss.toFixed(4)}`);

  heading('6 · A release, proposed and voted; earnings claimed');
  const candidate = await cli.json<{ proposal: number; manifest: string; evaluation: Evaluation }>([
    ...['release', 'propose', `${run}`, '--release', '1.0.0', '--licence', 'Apache-2.0'],
    ...['--account', proposer],
  ]);
  await decide({ ...voting, proposal: candidate.proposal });
  const claimed: Record<string, bigint> = {};
  for (const account of accounts.contributors) {
    const { ledgerYocto } = await client.getEarnings({ account });
    if (ledgerYocto > 0n) await cli.run(['claim', '--account', account]);
    claimed[account] = ledgerYocto;
  }

  heading('7 · A stranger downloads and verifies');
  const folder = join(dataDir, 'download', 'model');
  await mkdir(join(dataDir, 'download'));
  const download = await downloadAndTamper(cli, { release: candidate.manifest, folder, tell: say });
  const sample = await cli.json<{ prompt: string; text: string }>([
    ...['generate', folder, '--prompt', 'My fellow citizens', '--tokens', '80'],
  ]);

  heading('8 · What came of it');
  const summary = await summarise({
    client,
    run,
    seed,
    outcome,
    soloLoss,
    soloSteps: steps,
    claimed,
    download,
    sample: `${sample.prompt}${sample.text}`,
    evaluation: candidate.evaluation,
    manifest: candidate.manifest,
    datasets,
    supply: { before, after: localnet.supply() },
    parameters: llamaLayout({ ...draft.model, vocabSize: packing.vocab }).length,
    elapsedMs: Date.now() - startedAt,
  });
  printSummary(summary, (line) => out.write(`${line}\n`));
  if (options.jsonFile) await writeFile(options.jsonFile, formatJson(summary));
  if (!summary.checks.every(({ holds, timed }) => holds || timed))
    process.exitCode = exitCodes.unexpected;
  if (!options.exit) await stayUp(network);
}

async function stayUp({ webUrl, walletUrl }: LocalNetwork): Promise<void> {
  say(`The chain and the registry stay up${webUrl ? `, the web page is at ${webUrl}` : ''}.`);
  if (walletUrl) say(`To act in it, open ${walletUrl}, which holds the keys: tell it to nobody.`);
  say('Try "npx commonweights run show 1" in another terminal. Ctrl-C ends.');
  await untilAborted(stop.signal);
}

function heading(text: string): void {
  out.write(`\n${text}\n`);
}

function say(line: string): void {
  out.writeLine(`  ${line}`);
}

function tell(line: string): void {
  err.writeLine(`  ${line}`);
}
