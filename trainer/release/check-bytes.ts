/** The claim that every file is the one that the manifest names, and that no other file is there. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { ManifestFile } from '@commonweights/dataset-registry/digest/manifest.js';
import { failed, passed } from './finding.js';
import type { FindingCode } from './finding-codes.js';
import type { Material, SeenFile } from './material.js';
import type { Finding } from './verdict.js';

type Problem = readonly [FindingCode, string];

/** The one that explains the others comes first: of a renamed file one is missing and one is added. */
const TELLING: readonly FindingCode[] = [
  'FILES_SWAPPED',
  'FILE_RENAMED',
  'FILE_MISSING',
  'FILE_RESIZED',
  'FILE_ALTERED',
  'CHUNKS_ALTERED',
  'FILE_ADDED',
];
const SHOWN_MAX = 5;

export function checkBytes({ seen, manifest }: Material): Finding {
  const named = new Map(manifest.files.map((file) => [file.path, file]));
  const added = [...seen.keys()].filter((path) => !named.has(path));
  const problems: Problem[] = manifest.files.flatMap((file) => {
    const found = seen.get(file.path);
    const code = found ? judge(file, found) : 'FILE_MISSING';
    return code === null ? [] : [explain(code, { file, found, seen, named, added })];
  });
  // Loaders pick up files by name (a chat template, a pickle), so none may be there unasked.
  for (const path of added) {
    problems.push(['FILE_ADDED', `${JSON.stringify(path)} is not in the manifest`]);
  }
  if (problems.length > 0) {
    problems.sort(([a], [b]) => TELLING.indexOf(a) - TELLING.indexOf(b));
    const shown = problems.slice(0, SHOWN_MAX).map(([, detail]) => detail);
    const more = problems.length > SHOWN_MAX ? ` and ${problems.length - SHOWN_MAX} more` : '';
    return failed(problems[0]![0], `${shown.join('; ')}${more}`);
  }
  const total = manifest.files.reduce((sum, file) => sum + file.size, 0);
  const unseen = [...seen.values()].some(({ chunks }) => chunks === null);
  return passed(
    `${manifest.files.length} files, ${total} bytes, as in the manifest` +
      (unseen ? '; its chunk lists, which only fetching needs, were not checked' : ''),
  );
}

function judge(file: ManifestFile, found: SeenFile): FindingCode | null {
  if (found.size !== file.size) return 'FILE_RESIZED';
  if (found.digest !== file.digest) return 'FILE_ALTERED';
  if (found.chunks && differs(found.chunks, file.chunks)) return 'CHUNKS_ALTERED';
  return null;
}

function differs(a: ManifestFile['chunks'], b: ManifestFile['chunks']): boolean {
  return a.root !== b.root || a.list !== b.list;
}

function explain(
  code: FindingCode,
  it: {
    file: ManifestFile;
    found: SeenFile | undefined;
    seen: Material['seen'];
    named: ReadonlyMap<string, ManifestFile>;
    added: readonly string[];
  },
): Problem {
  const { file, found, seen, named, added } = it;
  const { path } = file;
  if (code === 'FILE_MISSING') {
    const elsewhere = added.find((other) => seen.get(other)!.digest === file.digest);
    if (elsewhere === undefined) return [code, `${path} is missing`];
    return ['FILE_RENAMED', `${path} lies under the name ${JSON.stringify(elsewhere)}`];
  }
  const other = findNamed(named, found!.digest);
  if (other && other !== path && seen.get(other)?.digest === file.digest) {
    return ['FILES_SWAPPED', `${path} and ${other} carry each other's bytes`];
  }
  if (code === 'FILE_RESIZED') {
    return [code, `${path} has ${found!.size} bytes instead of ${file.size}`];
  }
  if (code === 'CHUNKS_ALTERED') {
    const what = found!.chunks!.root === file.chunks.root ? 'chunk list' : 'chunk root';
    return [code, `${path} has a wrong ${what} in the manifest, so nobody can fetch it`];
  }
  return [code, `${path} differs`];
}

function findNamed(
  named: ReadonlyMap<string, ManifestFile>,
  digest: Digest | null,
): string | undefined {
  if (digest === null) return undefined;
  return [...named.values()].find((file) => file.digest === digest)?.path;
}
