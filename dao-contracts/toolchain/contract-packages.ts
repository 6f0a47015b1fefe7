/**
 * Where the packages are that a contract imports: beside the contract, as everywhere in Node; where
 * it has none, the SDK that came with the toolchain, so that a lone file can be built.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageFolder } from './package-folder.js';
import { foldersAbove } from './project.js';

/** `node_modules` to look in after the contract's own; null where that has the SDK. */
export function fallbackPackages(entry: string): string | null {
  const own = foldersAbove(entry).some((folder) =>
    existsSync(join(folder, 'node_modules', 'near-sdk-js', 'package.json')),
  );
  return own ? null : dirname(packageFolder('near-sdk-js'));
}
