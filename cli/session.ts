/**
 * One run of a command: the network, contract, account and registry that its flags, or the local
 * network's profile, name. Everything is opened only when a command asks for it, so that `--help`
 * and offline commands need neither chain nor keys.
 */
import type { Command } from 'commander';
import { connect, type DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { parseAccountId } from '@commonweights/dao-contracts/client/accounts.js';
import type { AccountKey } from '@commonweights/dao-contracts/client/connection.js';
import { networkNamed, type Network } from '@commonweights/dao-contracts/client/network.js';
import type { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';
import { credentialsFolder, readCredentials, type KeyFolder } from './credentials.js';
import { CliError } from './errors.js';
import { exitCodes } from './exit-codes.js';
import { formatJson } from './output.js';
import { findProfile, type Profile } from './profile.js';
import { startProgress, type Progress, type ProgressOptions } from './progress.js';
import { openRegistryReader, openRegistryStore } from './registry-store.js';
import type { Terminal } from './terminal.js';

/** Flags of the whole program; any command takes them. */
export interface GlobalFlags {
  readonly network?: string;
  readonly rpc?: string;
  readonly contract?: string;
  readonly account?: string;
  readonly registry?: string;
  readonly json?: boolean;
}

export class Session {
  readonly network: Network;
  readonly keys: KeyFolder;

  private constructor(
    readonly terminal: Terminal,
    private readonly flags: GlobalFlags,
    /** Of the local network, when that is the network. */
    readonly profile: Profile | null,
  ) {
    this.network = networkNamed(flags.network ?? 'localnet', flags.rpc ?? profile?.rpcUrl);
    this.keys = {
      folder: credentialsFolder(terminal.env, profile?.credentials),
      network: this.network.name,
    };
  }

  static async open(terminal: Terminal, flags: GlobalFlags): Promise<Session> {
    const local = (flags.network ?? 'localnet') === 'localnet';
    return new Session(terminal, flags, local ? await findProfile(terminal.cwd) : null);
  }

  /** The DAO's account. Error: `NO_CONTRACT`. */
  get contract(): string {
    const contract = this.flags.contract ?? this.profile?.contract;
    if (contract !== undefined) return parseAccountId(contract);
    throw new CliError(
      exitCodes.usage,
      `NO_CONTRACT: no DAO is named on ${this.network.name}; ` +
        (this.network.name === 'localnet'
          ? 'start a local network with "commonweights network up", or use --contract'
          : 'name its account with --contract'),
    );
  }

  /** The DAO's account, where one is named at all. */
  get namedContract(): string | null {
    const contract = this.flags.contract ?? this.profile?.contract;
    return contract === undefined ? null : parseAccountId(contract);
  }

  /** Who acts. Error: `NO_ACCOUNT`. */
  get accountId(): string {
    const account = this.flags.account ?? this.profile?.account;
    if (account !== undefined) return parseAccountId(account);
    throw new CliError(
      exitCodes.account,
      'NO_ACCOUNT: this needs an account to act for; name one with --account, or create one ' +
        'with "commonweights account create"',
    );
  }

  /** Who acts, where anybody is named at all. */
  get namedAccountId(): string | null {
    const account = this.flags.account ?? this.profile?.account;
    return account === undefined ? null : parseAccountId(account);
  }

  /** Whether --account was given. */
  get namesAccount(): boolean {
    return this.flags.account !== undefined;
  }

  /** A client that only reads. */
  reader(): DaoClient {
    return connect({ network: this.network, contract: this.contract });
  }

  /** A client that signs for the account. Errors: those of `accountId` and `readCredentials`. */
  async signer(it: { relayUrl?: string | undefined } = {}): Promise<DaoClient> {
    const { network, contract } = this;
    return connect({ network, contract, account: await this.accountKey(), ...it });
  }

  accountKey(): Promise<AccountKey> {
    return readCredentials(this.keys, this.accountId);
  }

  /** Error: `NO_REGISTRY`. */
  get registryUrl(): string {
    const url = this.flags.registry ?? this.profile?.registry;
    if (url) return url;
    throw new CliError(
      exitCodes.usage,
      'NO_REGISTRY: no registry is named to fetch blobs from; name one with --registry',
    );
  }

  /** Blobs to read; by name, where an account is named and they are not for everybody. */
  registryReader(): HttpStore {
    if (this.namedAccountId === null) return openRegistryStore({ url: this.registryUrl });
    return openRegistryReader(this.registryUrl, () => this.accountKey());
  }

  /** Blobs to read and, signed by the account, to upload: for everybody, or a list of its readers. */
  async registryWriter(readers?: string): Promise<HttpStore> {
    return openRegistryStore({ url: this.registryUrl, account: await this.accountKey(), readers });
  }

  /** Prints data: as JSON when --json was given, else as `text` words it. */
  print(value: unknown, text: () => string): void {
    this.terminal.stdout.write(this.flags.json ? formatJson(value) : text());
  }

  /** One line for the person at the terminal, never mixed into data. */
  note(line: string): void {
    this.terminal.stderr.writeLine(line);
  }

  get wantsJson(): boolean {
    return this.flags.json === true;
  }

  startProgress(label: string, options: ProgressOptions = {}): Progress {
    return startProgress(label, { stream: this.terminal.stderr, ...options });
  }
}

/** What a command does, given its session, its arguments in order, and its own flags. */
export type Action<Flags> = (session: Session, args: string[], flags: Flags) => Promise<void>;

/** Hangs an action on a command. */
export function does<Flags extends object = object>(
  command: Command,
  terminal: Terminal,
  action: Action<Flags & GlobalFlags>,
): Command {
  return command.action(async (...parameters: unknown[]) => {
    const self = parameters.at(-1) as Command;
    const flags = self.optsWithGlobals<Flags & GlobalFlags>();
    await action(await Session.open(terminal, flags), self.args, flags);
  });
}
