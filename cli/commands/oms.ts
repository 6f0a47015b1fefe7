/**
 * `commonweights oms`: OpenSSF Model Signing of any model folder, ours or somebody else's, with a
 * key. Needs neither chain nor registry. `model_signing verify key` accepts what `oms sign` writes.
 */
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { withExamples, withJson } from '../arguments.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatBytes, formatFacts } from '../output.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

interface OmsFlags {
  readonly key: string;
  readonly signature?: string;
  readonly ignore?: string[];
}

const codes = `
Exit codes: 20 the files are not those that were signed, 29 the signature does not fit the key,
  30 signed with a method that is not checked here, 3 a file or key that is not what it should be
`;

export function addOmsCommands(program: Command, terminal: Terminal): void {
  const oms = program
    .command('oms')
    .description('sign and verify any model folder (OpenSSF Model Signing 1.0)');
  does<OmsFlags>(
    withExamples(
      withJson(oms.command('sign <dir>'))
        .description('hash every file of a model and sign the list')
        .requiredOption('--key <pem>', 'file of a private key on P-256, P-384 or P-521')
        .option('--signature <file>', 'what to write (default: model.sig in the folder)')
        .option('--ignore <path...>', 'paths in the folder to leave out'),
      'commonweights oms sign ./model --key signer.pem',
    ).addHelpText('after', codes),
    terminal,
    (session, [dir], flags) => sign(session, dir!, flags),
  );
  does<OmsFlags>(
    withExamples(
      withJson(oms.command('verify <dir>'))
        .description('check that a model is the one that the owner of a key signed')
        .requiredOption('--key <pem>', "file of the signer's public key")
        .option('--signature <file>', 'the signature (default: model.sig in the folder)'),
      'commonweights oms verify ./model --key signer.pem.pub',
    ).addHelpText('after', codes),
    terminal,
    (session, [dir], flags) => verify(session, dir!, flags),
  );
  does(
    withExamples(
      oms.command('key <file>').description('make a key: FILE to sign with, FILE.pub to hand out'),
      'commonweights oms key signer.pem',
    ),
    terminal,
    (session, [file]) => makeKey(session, file!),
  );
}

async function sign(session: Session, name: string, flags: OmsFlags): Promise<void> {
  const [{ signModel }, { SigningKey }] = await signing();
  const { dir, signatureFile } = placesOf(session, name, flags);
  const key = SigningKey.fromPem(await readKey(session, flags.key));
  const progress = startHashing(session, `signing ${name}`);
  try {
    const signed = await signModel({
      ...{ dir, signatureFile, key, onProgress: progress.update },
      ...(flags.ignore ? { ignore: flags.ignore } : {}),
    });
    progress.finish();
    session.print({ signature: signatureFile, ...signed }, () =>
      formatFacts([['signature', signatureFile], ...factsOf(signed)]),
    );
  } catch (error) {
    progress.fail();
    throw error;
  }
}

async function verify(session: Session, name: string, flags: OmsFlags): Promise<void> {
  const [{ verifyModel }, { VerifyingKey }] = await signing();
  const { dir, signatureFile } = placesOf(session, name, flags);
  const key = VerifyingKey.fromPem(await readKey(session, flags.key));
  await expectFile(signatureFile);
  const progress = startHashing(session, `verifying ${name}`);
  try {
    const signed = await verifyModel({ dir, signatureFile, key, onProgress: progress.update });
    progress.finish();
    session.print(signed, () =>
      formatFacts([['verified', 'every file is as it was signed'], ...factsOf(signed)]),
    );
  } catch (error) {
    progress.fail();
    throw error;
  }
}

async function makeKey(session: Session, name: string): Promise<void> {
  const { createSigningKey } = await import('@commonweights/trainer/model-signing/signing-key.js');
  const file = resolve(session.terminal.cwd, name);
  const { privateKey, publicKey } = createSigningKey();
  // Never over a key that somebody may still need; and both or none, so that the next try can pass.
  await writeNew(file, privateKey, 0o600);
  try {
    await writeNew(`${file}.pub`, publicKey, 0o644);
  } catch (error) {
    await rm(file);
    throw error;
  }
  session.note(`${file}: keep it secret; ${file}.pub: hand it out where people trust it is yours`);
}

function signing() {
  return Promise.all([
    import('@commonweights/trainer/model-signing/sign-model.js'),
    import('@commonweights/trainer/model-signing/signing-key.js'),
  ]);
}

function placesOf(session: Session, name: string, flags: OmsFlags) {
  const { cwd } = session.terminal;
  const dir = resolve(cwd, name);
  const { signature } = flags;
  return {
    dir,
    signatureFile: signature === undefined ? join(dir, 'model.sig') : resolve(cwd, signature),
  };
}

function factsOf(it: {
  files: number;
  bytes: number;
  hint: string;
  ignored: readonly string[];
}): [string, string][] {
  return [
    ['files', `${it.files}, ${formatBytes(it.bytes)}`],
    ['key', it.hint],
    ['not covered', it.ignored.join(', ') || 'nothing'],
  ];
}

function startHashing(session: Session, label: string) {
  const progress = session.startProgress(label, { total: 100, unit: '%' });
  return {
    update: (it: { doneBytes: number; totalBytes: number; path: string }) =>
      progress.update(
        it.totalBytes ? Math.floor((100 * it.doneBytes) / it.totalBytes) : 100,
        `${formatBytes(it.doneBytes)} of ${formatBytes(it.totalBytes)}, ${it.path}`,
      ),
    finish: () => progress.finish(''),
    fail: () => progress.fail('not done'),
  };
}

async function readKey(session: Session, name: string): Promise<string> {
  const file = resolve(session.terminal.cwd, name);
  await expectFile(file);
  return readFile(file, 'utf8');
}

async function expectFile(file: string): Promise<void> {
  await access(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new CliError(exitCodes.notFound, `FILE_MISSING: there is no ${file}; check its name`);
  });
}

async function writeNew(file: string, text: string, mode: number): Promise<void> {
  await writeFile(file, text, { flag: 'wx', mode }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new CliError(exitCodes.badInput, `FILE_EXISTS: ${file} exists; name another file`);
  });
}
