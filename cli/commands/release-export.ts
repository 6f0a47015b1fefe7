/**
 * `commonweights release export`: a release's facts for other people's tools: in-toto with SLSA provenance,
 * the evaluation as a test result, a CycloneDX bill of materials, signed with a key where one is given; and
 * each dataset as Croissant.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { isDatasetId } from '@commonweights/dataset-registry/lineage/record.js';
import type { NamedFile } from '@commonweights/dataset-registry/store/manifest-store.js';
import type { ReleaseFacts } from '@commonweights/trainer/release/release-facts.js';
import { withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { formatTable } from '../output.js';
import { reportVerdicts } from '../print-verdicts.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { expectRelease, readReleaseChain, type ChainFlags } from './release-chain.js';

interface ExportFlags extends ChainFlags {
  readonly to: string;
  readonly key?: string;
}

export function addReleaseExport(release: Command, terminal: Terminal): void {
  does<ExportFlags>(
    withExamples(
      withJson(release.command('export <dir>'))
        .description('write what a pulled release says of itself in the formats of other tools')
        .requiredOption('--to <dir>', 'a folder outside of the release')
        .option('--key <pem>', 'sign the in-toto statements (DSSE, in a Sigstore bundle)')
        .option('--evidence <file>', 'what a chain said, as pull --save-evidence kept it'),
      'commonweights release export ./model --to ./about-model',
      'commonweights release export ./model --to ./about-model --key signer.pem',
    ),
    terminal,
    (session, [dir], flags) => exportRelease(session, dir!, flags),
  );
}

async function exportRelease(session: Session, name: string, flags: ExportFlags): Promise<void> {
  const [{ readMaterial }, { judgeMaterial }, { exitCodeOf }, { MANIFEST_FILE }, standards] =
    await Promise.all([
      import('@commonweights/trainer/release/read-release.js'),
      import('@commonweights/trainer/release/verify-material.js'),
      import('@commonweights/trainer/release/exit-codes.js'),
      import('@commonweights/trainer/release/release-files.js'),
      import('@commonweights/trainer/release/standard-statements.js'),
    ]);
  const { cwd } = session.terminal;
  const dir = resolve(cwd, name);
  await expectRelease(dir, MANIFEST_FILE);
  const chain = await readReleaseChain(session, join(dir, MANIFEST_FILE), flags);
  const material = await readMaterial({ dir, chain });
  const verdicts = judgeMaterial(material);
  // Nobody's tool shall be told what does not hold.
  if (exitCodeOf(verdicts) !== 0) {
    const verification = { verdicts, rules: [], statements: [] };
    reportVerdicts(session, { dir, verification, policy: false });
  }
  const files = standards.writeStandards(material);
  if (flags.key !== undefined) {
    const [{ SigningKey }, { signStatement }] = await Promise.all([
      import('@commonweights/trainer/model-signing/signing-key.js'),
      import('@commonweights/trainer/model-signing/sign-statement.js'),
    ]);
    const key = SigningKey.fromPem(await readFile(resolve(cwd, flags.key), 'utf8'));
    for (const { path, bytes } of [...files]) {
      if (!path.endsWith('.intoto.json')) continue;
      files.push({ path: `${path}.sigstore.json`, bytes: signStatement(bytes, key) });
    }
  }
  const { described, missing } = await describeData(session, chain!);
  files.push(...described);
  const to = resolve(cwd, flags.to);
  await mkdir(to, { recursive: true });
  for (const { path, bytes } of files) await writeFile(join(to, path), bytes);
  session.print({ to, files: files.map(({ path }) => path), missing }, () =>
    formatTable(
      ['written', 'bytes'],
      files.map(({ path, bytes }) => [join(to, path), bytes.length]),
    ),
  );
}

/** Each dataset that it descends from, as Croissant, where the registry still has its manifest. */
async function describeData(
  session: Session,
  chain: ReleaseFacts,
): Promise<{ described: NamedFile[]; missing: string[] }> {
  const { writeCroissant } = await import('../describe-dataset.js');
  const { network, contract, datasets } = chain;
  const { registryUrl } = session;
  const store = await openBlobs(session, 'read');
  const described: NamedFile[] = [];
  const missing: string[] = [];
  for (const record of datasets) {
    // It becomes a file's name, and is whatever a node said.
    if (!isDatasetId(record.id)) continue;
    try {
      const text = await writeCroissant(record, { store, network, contract, registryUrl });
      const bytes = new TextEncoder().encode(text);
      described.push({ path: `${record.id}.croissant.json`, bytes });
    } catch (error) {
      // Data may be erased, and a registry be away: the release is what it is without.
      session.note(`  ${record.id} is not described: ${(error as Error).message}`);
      missing.push(record.id);
    }
  }
  return { described, missing };
}
