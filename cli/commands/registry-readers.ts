/** `commonweights registry readers`: who may fetch what is not for everybody. */
import type { Command } from 'commander';
import { uploadAuthoriser } from '@commonweights/dao-contracts/client/uploads.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { accountList, withExamples, withJson } from '../arguments.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { readersOf } from '../readers.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

export function addRegistryReaders(registry: Command, terminal: Terminal): void {
  does(
    withExamples(
      withJson(registry.command('readers <list> [accounts]')).description(
        'who may fetch what you upload for a list of readers: these accounts, by comma, from now on, and you; ' +
          'without any, only you',
      ),
      'commonweights registry readers letters bob.near,carol.near',
      'commonweights dataset add letters@1 ./letters --readers letters --licence LicenseRef-ours --source …',
    ),
    terminal,
    (session, [list, accounts]) => setReaders(session, list!, accounts),
  );
}

/** Errors: `READERS_REFUSED`, those of the network. */
async function setReaders(session: Session, name: string, accounts?: string): Promise<void> {
  const readers = readersOf(session, name)!;
  const named = accounts === undefined || accounts === '' ? [] : accountList(accounts);
  const body = JSON.stringify(named);
  const base = session.registryUrl.replace(/\/+$/, '');
  const authorization = await uploadAuthoriser(await session.accountKey())({
    ...{ method: 'LIST', readers, host: new URL(base).host },
    digest: digestOf(new TextEncoder().encode(body)),
  });
  const init = { method: 'PUT', body, headers: { authorization } };
  const response = await fetch(`${base}/readers/${readers}`, init);
  if (!response.ok) {
    const told = (await response.text()).slice(0, 500);
    throw new CliError(
      exitCodes.refused,
      `READERS_REFUSED: ${base} answered ${response.status}: ${told}; see "registry serve --help"`,
    );
  }
  session.print({ readers, accounts: named }, () =>
    named.length === 0 ? `${readers}: only you\n` : `${readers}: ${named.join(', ')}, and you\n`,
  );
}
