/** `commonweights registry serve`: keeps blobs for a DAO, or mirrors registries that do. */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import { watchContract } from '@commonweights/dao-contracts/client/contract-watch.js';
import {
  releaseFolder,
  takeFolder,
} from '@commonweights/dao-contracts/localnet/runtime/folder-lock.js';
import {
  blobBytesMax,
  bytesPerAccountMax,
  requestsBurst,
  requestsPerSecond,
  stopGraceMs,
} from '@commonweights/dataset-registry/server/limits.js';
import {
  startRegistry,
  type RegistryOptions,
} from '@commonweights/dataset-registry/server/registry.js';
import { bucketHelp, bucketOptions, withBucket, type BucketFlags } from '../bucket.js';
import {
  accountList,
  byteSize,
  duration,
  hostList,
  wholeNumber,
  withExamples,
} from '../arguments.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { fillMirror } from '../fill-mirror.js';
import { formatBytes, formatFacts } from '../output.js';
import { untilAborted } from '../pause.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { authoriseByChain } from '../upload-authority.js';
import { addRegistryReaders } from './registry-readers.js';

interface ServeFlags extends BucketFlags {
  readonly data: string;
  readonly store?: string;
  readonly port: number;
  readonly host: string;
  readonly accounts?: string[];
  readonly quota?: number;
  readonly disk?: number;
  readonly keepFree?: number;
  readonly blob?: number;
  readonly requests: number;
  readonly behindProxy?: boolean;
  readonly knownAs?: string[];
  readonly mirrorOf?: string[];
  readonly fill?: number | true;
}

const help = `
Answers /blobs/DIGEST, /manifests/DIGEST, /index, /health, /metrics (Prometheus), /events (server-sent: a blob
came in; with --contract also that something happened in it) and /openapi.json, which describes them. Each request is a line of JSON on standard output. Beside the blobs, the operator may write
denylist.txt (a digest, then why) and index.json (names for digests); both are read again when they change.
Ctrl-C ends it when what runs has ended, after ${stopGraceMs / 1_000} s at most; a second one at once.
`;

const fillDefaultMs = 600_000;
/** A block of the public networks. */
const watchEveryMs = 1_000;
const keepFreeDefault = 1e9;

export function addRegistryCommands(program: Command, terminal: Terminal): void {
  const registry = program.command('registry').description('keeping blobs for others');
  addRegistryReaders(registry, terminal);
  does<ServeFlags>(
    withExamples(
      withBucket(
        registry
          .command('serve')
          .description('serve blobs, taking uploads that an account of the network signed')
          .option('--data <dir>', 'where they are kept', '.commonweights/registry')
          .option('--store <bucket>', 'keep the blobs in s3://NAME/PREFIX, the rest in --data'),
      )
        .option('--port <n>', 'where to listen', wholeNumber(0, 65_535), 3060)
        .option('--host <name>', 'which of its addresses', '127.0.0.1')
        .option(
          '--known-as <hosts>',
          'by which hosts clients reach it, by comma, like registry.example: what is not for everybody is read ' +
            'with a signature for one of them (default: where it listens)',
          hostList,
        )
        .option('--accounts <list>', 'who may upload, by comma (default: any account)', accountList)
        .option(
          '--quota <size>',
          sizeHelp('what each account may store', bytesPerAccountMax),
          byteSize,
        )
        .option('--disk <size>', 'what all blobs may take together (default: any)', byteSize)
        .option('--keep-free <size>', 'what of the disk is left to others (1.0 GB)', byteSize)
        .option('--blob <size>', sizeHelp('the largest one', blobBytesMax), byteSize)
        .option(
          '--requests <n>',
          'a second, of one address; an upload counts as ten',
          wholeNumber(1, 100_000),
          requestsPerSecond,
        )
        .option('--behind-proxy', 'one proxy stands before it: its x-forwarded-for is who asks')
        .option(
          '--mirror-of <url...>',
          'take no uploads: fetch what is asked for from these registries, and keep it',
        )
        .option(
          '--fill [time]',
          'with --mirror-of: also fetch all datasets and releases of --contract, each time (10m)',
          duration,
        ),
      'commonweights registry serve --network testnet --host 0.0.0.0 --disk 500GB',
      'commonweights registry serve --network testnet --accounts ada.testnet,bob.testnet',
      'commonweights registry serve --mirror-of https://a.example https://b.example --port 4000',
      'commonweights registry serve --mirror-of https://a.example --fill 1h --contract dao.near',
      'commonweights registry serve --store s3://weights/blobs --endpoint https://s3.example',
    ).addHelpText('after', help + bucketHelp),
    terminal,
    (session, _, flags) => serve(session, flags),
  );
}

function sizeHelp(what: string, bytes: number): string {
  return `${what} (${formatBytes(bytes)})`;
}

/** Errors: `REGISTRY_IN_USE`, `REGISTRY_NOT_STARTED`, `BAD_STORE_URL`, those of `bucketOptions`. */
async function serve(session: Session, flags: ServeFlags): Promise<void> {
  const { signal, cwd, stdout } = session.terminal;
  checkFlags(session, flags);
  const dataDir = resolve(cwd, flags.data);
  await mkdir(dataDir, { recursive: true });
  take(dataDir);
  try {
    const registry = await startRegistry({
      ...{ dataDir, port: flags.port, host: flags.host },
      ...optionsOf(session, flags),
      log: (line) => stdout.write(`${JSON.stringify(line)}\n`),
    });
    try {
      session.terminal.stderr.write(
        formatFacts([['registry', registry.url], ...factsOf(session, flags, dataDir)]),
      );
      warnOfFilling(session, flags);
      session.note('Ctrl-C stops it.');
      const filling =
        flags.fill === undefined
          ? null
          : fillMirror({
              ...{ registry, client: session.reader(), signal },
              everyMs: flags.fill === true ? fillDefaultMs : flags.fill,
              note: (line) => session.note(line),
            });
      await untilAborted(signal);
      session.note('Stopping: what runs may end.');
      await filling;
    } finally {
      await registry.stop({ graceMs: stopGraceMs });
    }
  } finally {
    releaseFolder(dataDir);
  }
}

function checkFlags(session: Session, flags: ServeFlags): void {
  const usage = (why: string) => new CliError(exitCodes.usage, `USAGE: ${why}`);
  if (flags.mirrorOf && (flags.accounts || flags.quota !== undefined)) {
    throw usage('a mirror takes no uploads; leave out --accounts and --quota, or --mirror-of');
  }
  if (flags.store === undefined && (flags.endpoint ?? flags.region) !== undefined) {
    throw usage('--endpoint and --region are of a bucket; name it with --store');
  }
  if (flags.fill !== undefined && !flags.mirrorOf) {
    throw usage('--fill says what a mirror fetches ahead; name its peers with --mirror-of');
  }
  // Refuses before it serves.
  if (flags.fill !== undefined) void session.contract;
}

/** Accounts are cheap: a quota of each is no bound for all. */
function warnOfFilling(session: Session, flags: ServeFlags): void {
  const isOpen = !['127.0.0.1', '::1', 'localhost'].includes(flags.host);
  if (!isOpen || flags.disk !== undefined || flags.accounts) return;
  const who = flags.mirrorOf ? 'whoever asks' : `any account of ${session.network.name}`;
  session.note(`Nothing keeps ${who} from filling the disk up to what stays free: give --disk.`);
}

function optionsOf(session: Session, flags: ServeFlags): Omit<RegistryOptions, 'dataDir' | 'log'> {
  const { network } = session;
  // A key's account is a question for any node: no DAO has to be named.
  const client = connect({ network, contract: session.namedContract ?? network.name });
  const { mirrorOf, accounts, quota, disk, keepFree: keepFreeBytes = keepFreeDefault } = flags;
  return {
    ...(flags.knownAs === undefined ? {} : { hosts: flags.knownAs }),
    ...(flags.store === undefined ? {} : { bucket: bucketOptions(session, flags.store, flags) }),
    ...(mirrorOf ? { mirrorOf } : { authorise: authoriseByChain(client, { accounts }) }),
    ...(session.namedContract
      ? { watchChain: (tell) => watchContract(client, { everyMs: watchEveryMs, tell }) }
      : {}),
    ...(quota === undefined ? {} : { quotas: { bytesPerAccount: quota } }),
    disk: { keepFreeBytes, ...(disk === undefined ? {} : { bytesMax: disk }) },
    ...(flags.blob === undefined ? {} : { maxBlobBytes: flags.blob }),
    requestRate: { perSecond: flags.requests, burst: requestsBurst },
    ...(flags.behindProxy ? { behindProxy: true, connectionsPerAddressMax: null } : {}),
  };
}

function factsOf(session: Session, flags: ServeFlags, dataDir: string): [string, string][] {
  const { mirrorOf, accounts, quota = bytesPerAccountMax } = flags;
  const who = accounts?.join(', ') ?? `any account of ${session.network.name}`;
  const most = flags.disk === undefined ? 'all of it' : formatBytes(flags.disk);
  return [
    ['blobs in', flags.store === undefined ? dataDir : `${flags.store}, the rest in ${dataDir}`],
    mirrorOf
      ? ['mirror of', mirrorOf.join(', ')]
      : ['uploads of', `${who}, ${formatBytes(quota)} each`],
    ['disk', `at most ${most}, ${formatBytes(flags.keepFree ?? keepFreeDefault)} stay free`],
  ];
}

/** Two processes over one folder would each count as if they were alone. Error: `REGISTRY_IN_USE`. */
function take(dataDir: string): void {
  try {
    takeFolder(dataDir);
  } catch (error) {
    const [, pid] = /^CHAIN_IN_USE: process (\d+)/.exec((error as Error).message) ?? [];
    if (pid === undefined) throw error;
    throw new CliError(
      exitCodes.usage,
      `REGISTRY_IN_USE: process ${pid} serves ${dataDir}; stop it, or name another folder with --data`,
      { cause: error },
    );
  }
}
