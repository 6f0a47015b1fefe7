/**
 * Where files lie that are read and not imported: C sources, and what a contract gets instead of a
 * package. They lie beside this file, among the sources as in the published package, where all
 * modules are one file.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ownFolder = dirname(fileURLToPath(import.meta.url));
