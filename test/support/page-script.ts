/** Modules as one script for a page of a test, by the bundler of the pages. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** What `entry` exports is then the page's global `name`; `packages` are found in other folders. */
export async function scriptForPage(
  entry: string,
  name: string,
  packages: Readonly<Record<string, string>> = {},
): Promise<string> {
  const pages = createRequire(new URL('../../governance-ui/package.json', import.meta.url));
  const vite = (await import(pathToFileURL(pages.resolve('vite')).href)) as {
    build(options: object): Promise<{ output: { code?: string }[] }[]>;
  };
  const environment = process.env.NODE_ENV;
  try {
    const [built] = await vite.build({
      ...{ configFile: false, envDir: false, publicDir: false, logLevel: 'silent' },
      resolve: { alias: packages },
      build: { write: false, minify: false, lib: { entry, formats: ['iife'], name } },
    });
    return built!.output.map(({ code }) => code ?? '').join('\n');
  } finally {
    if (environment === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = environment;
  }
}
