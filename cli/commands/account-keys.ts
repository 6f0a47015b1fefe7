/**
 * `commonweights account keys|add-key|delete-key`: a machine works with a key that can only work. It
 * may call the DAO's worker methods and attach nothing; whoever steals it can neither move money
 * nor name another payout account, and its owner takes it away with one call.
 */
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { createKey, parseAccountId } from '@commonweights/dao-contracts/client/accounts.js';
import { mayHaveLanded } from '@commonweights/dao-contracts/client/errors.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { workerMethods } from '@commonweights/dao-contracts/client/rounds.js';
import { nearAmount, withExamples, withJson } from '../arguments.js';
import { writeCredentials } from '../credentials.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatTable } from '../output.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

export function addAccountKeyCommands(account: Command, terminal: Terminal): void {
  does(
    withExamples(
      withJson(account.command('keys [account]')).description('keys, and what each may do'),
      'commonweights account keys',
    ),
    terminal,
    (session, [name]) => list(session, name === undefined ? session.accountId : name),
  );
  does<{ out?: string; publicKey?: string; allowance?: bigint }>(
    withExamples(
      withJson(account.command('add-key'))
        .description("add a key that can call the DAO's worker methods and nothing else")
        .option('--out <dir>', 'make a key and write it here, for the machine to take along')
        .option('--public-key <key>', "or take a machine's own public key")
        .option('--allowance <near>', 'NEAR that it may spend on fees (default: all)', nearAmount),
      'commonweights account add-key --account me.founder.local --out machine-keys',
      'commonweights account add-key --public-key ed25519:6E8sC… --allowance 1',
    ),
    terminal,
    (session, _, flags) => add(session, flags),
  );
  does(
    withExamples(
      withJson(account.command('delete-key <public-key>')).description(
        'take a key away: what it signs from then on is refused',
      ),
      'commonweights account delete-key ed25519:6E8sC… --account me.founder.local',
    ),
    terminal,
    (session, [publicKey]) => remove(session, publicKey!),
  );
}

async function list(session: Session, name: string): Promise<void> {
  const keys = await session.reader().listKeys(parseAccountId(name));
  session.print(keys, () => {
    if (keys.length === 0) return `${name} has no keys: nobody can act for it.\n`;
    const rows = keys.map(({ publicKey, mayCall, methods, allowanceYocto }) => [
      publicKey,
      mayCall === null ? 'everything' : `call ${mayCall}`,
      mayCall === null ? '–' : methods.join(', ') || 'all',
      allowanceYocto === null ? '–' : formatNear(allowanceYocto),
    ]);
    return formatTable(['key', 'may', 'methods', 'for fees'], rows);
  });
}

async function add(
  session: Session,
  flags: { out?: string; publicKey?: string; allowance?: bigint },
): Promise<void> {
  const { publicKey: given, allowance } = flags;
  const out = flags.out === undefined ? undefined : resolve(session.terminal.cwd, flags.out);
  if ((out === undefined) === (given === undefined)) {
    throw new CliError(
      exitCodes.usage,
      'USAGE: name either --out, where a new key is written, or --public-key',
    );
  }
  const client = await session.signer();
  const made = out === undefined ? null : createKey();
  const { network } = session.keys;
  // On disk before it is on chain: a key that was lost on the way could only be deleted again.
  const file = made && (await writeCredentials({ folder: out!, network }, client.accountId!, made));
  const publicKey = made?.publicKey ?? given!;
  try {
    await client.addFunctionCallKey({
      publicKey,
      methods: workerMethods,
      ...(allowance === undefined ? {} : { allowanceYocto: allowance }),
    });
  } catch (error) {
    if (file && !mayHaveLanded(error)) await rm(file);
    throw error;
  }
  session.print({ account: client.accountId, publicKey, file }, () => {
    const where = `; it is in ${file}: take it along and set NEAR_CREDENTIALS_DIR to ${out}`;
    return `${publicKey} may work for ${client.accountId}${file ? where : ''}\n`;
  });
}

async function remove(session: Session, publicKey: string): Promise<void> {
  const client = await session.signer();
  const own = await client.connection.publicKey();
  if (own.toString() === publicKey) {
    throw new CliError(
      exitCodes.usage,
      'USAGE: this is the key that signs; delete it with another full-access key, or nobody ' +
        'may be left who can act',
    );
  }
  await client.deleteKey({ publicKey });
  session.print({ account: client.accountId, publicKey }, () => `${publicKey} is gone\n`);
}
