/** Where an installed package lies, wherever npm put it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export function packageFolder(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Error(`PACKAGE_MISSING: ${name} is not installed; run "npm ci"`);
    }
    folder = parent;
  }
}
