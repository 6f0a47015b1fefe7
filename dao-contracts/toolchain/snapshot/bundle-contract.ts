/**
 * A contract's TypeScript, with all it imports, as one module for the engine. near-sdk-js's own
 * babel plugin turns `@call`, `@view`, `@initialize` and `@migrate` methods into exported
 * functions; esbuild does all else, in a tenth of the time that rollup and babel take together.
 */
import { transformAsync, type ProgramPath } from '@babel/core';
import { build, type Message, type Plugin } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import exportMethods from 'near-sdk-js/lib/cli/build-tools/near-bindgen-exporter.js';
import { fallbackPackages } from '../contract-packages.js';
import { ownFolder } from '../own-folder.js';
import { foldMethods } from './fold-methods.js';

export interface Bundle {
  source: string;
  /** Sorted, so that the order of declarations does not change a method's number. */
  methods: string[];
}

/** What a contract gets instead of a package, with the reasons in these files. */
const guestFolder = join(ownFolder, 'guest');
const standIns = {
  '@noble/hashes/sha2.js': join(guestFolder, 'host-sha2.ts'),
  'lodash-es': join(guestFolder, 'clone-deep.ts'),
};

/** A source file as it is to be read instead. */
export type SourceEdit = (file: { path: string; text: string }) => string;

/** Beyond ES2020, and shorter than what would stand for it. */
const inEngine = Object.fromEntries(
  [
    'class-field',
    'class-private-accessor',
    'class-private-brand-check',
    'class-private-field',
    'class-private-method',
    'class-static-field',
    'logical-assignment',
  ].map((feature) => [feature, true]),
);

/** @param compact leaves out what only people need, line ends among it. */
export async function bundleContract(
  entry: string,
  { compact = true, edit }: { compact?: boolean; edit?: SourceEdit } = {},
): Promise<Bundle> {
  const path = resolve(entry);
  if (!existsSync(path)) {
    throw new Error(`CONTRACT_NOT_FOUND: there is no ${path}; name the contract's .ts file`);
  }
  const declared = new Set<string>();
  const fallback = fallbackPackages(path);
  const result = await build({
    entryPoints: [path],
    absWorkingDir: dirname(path),
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['import'],
    nodePaths: fallback === null ? [] : [fallback],
    target: 'es2020',
    supported: inEngine,
    charset: 'utf8',
    minifyWhitespace: compact,
    minifySyntax: compact,
    // Stacks say names, and the SDK asks whether a result's class is called "NearPromise". A
    // function's own name and its variable's are then one text in memory, not two.
    minifyIdentifiers: false,
    treeShaking: true,
    legalComments: 'none',
    logLevel: 'silent',
    alias: standIns,
    plugins: [exportingMethods(declared, edit)],
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, target: 'es2022' } },
  }).catch((error: unknown) => {
    throw describeFailure(path, error);
  });
  const bundled = giveCodes(nameAgain(result.outputFiles[0]?.text ?? ''));
  const source = compact ? foldMethods(bundled) : bundled;
  if (/\bNearPromise\d/.test(source)) {
    throw new Error(`NAME_TAKEN: NearPromise in ${path} is the SDK's; call yours something else`);
  }
  const exported = Object.values(result.metafile.outputs)[0]?.exports ?? [];
  const methods = exported.filter((name) => declared.has(name)).sort();
  if (methods.length === 0) {
    throw new Error(
      `NO_METHODS: ${path} exports no contract method; put @NearBindgen({}) on its class and ` +
        '@call, @view or @initialize on its methods',
    );
  }
  const taken = methods.find((name) => name === 'memory' || name.startsWith('cw_'));
  if (taken) throw new Error(`METHOD_NAME_TAKEN: ${taken} in ${path} is the engine's; rename it`);
  return { source, methods };
}

/**
 * Inside itself a class gets a name of its own from the bundler, and goes by it. The SDK asks for
 * this one.
 */
function nameAgain(source: string): string {
  return source.replace(/(?<![.\w$])_NearPromise\b/g, 'NearPromise');
}

/** The SDK's own refusals, which have no code that a client could act on. */
const codesOfSdk: Readonly<Record<string, string>> = {
  'Contract already initialized': 'ALREADY_INITIALISED',
  'Contract must be initialized': 'NOT_INITIALISED',
  'Function is not payable': 'NOT_PAYABLE',
  'Function is private': 'PRIVATE',
};

function giveCodes(source: string): string {
  return Object.entries(codesOfSdk).reduce(
    (text, [words, code]) => text.replaceAll(words, `${code}: ${words}`),
    source,
  );
}

/** Runs the SDK's exporter over every file that has a contract class. */
function exportingMethods(declared: Set<string>, edit?: SourceEdit): Plugin {
  const visitor = { Program: { enter: makeRoomForMethods, exit: collect } };
  return {
    name: 'near-bindgen',
    setup(builder) {
      builder.onLoad({ filter: /\.[mc]?ts$/ }, async ({ path }) => {
        const read = await readFile(path, 'utf8');
        const text = importApiAlone(edit ? edit({ path, text: read }) : read);
        if (!text.includes('@NearBindgen')) return { contents: text, loader: 'ts' };
        const out = await transformAsync(text, {
          filename: path,
          babelrc: false,
          configFile: false,
          parserOpts: { plugins: ['typescript', 'decorators-legacy'] },
          generatorOpts: { retainLines: true },
          plugins: [() => ({ visitor }), exportMethods],
        });
        return { contents: out?.code ?? '', loader: 'ts' };
      });
    },
  };

  /** The exporter's functions have no parameters; they read the call's input themselves. */
  function collect(program: ProgramPath): void {
    for (const { type, declaration } of program.node.body) {
      if (type !== 'ExportNamedDeclaration' || declaration?.type !== 'FunctionDeclaration')
        continue;
      if (declaration.params?.length === 0 && declaration.id) declared.add(declaration.id.name);
    }
  }
}

/**
 * `import { near } from 'near-sdk-js'` becomes `import * as near from 'near-sdk-js/lib/api.js'`:
 * through the SDK's index the bundler keeps every function of it, 20 KB that most contracts never
 * call.
 */
function importApiAlone(text: string): string {
  const pattern = /^import\s*\{([\w\s,$]*)\}\s*from\s*['"]near-sdk-js['"]/gm;
  return text.replace(pattern, (statement, list: string) => {
    const names = list.split(',').map((name) => name.trim());
    const api = names.find((name) => /^near(\s+as\s+[\w$]+)?$/.test(name));
    if (!api) return statement;
    const rest = list.replace(/\bnear(\s+as\s+[\w$]+)?\s*(,|$)/, '');
    const local = api.split(/\s+/).pop();
    return `import * as ${local} from 'near-sdk-js/lib/api.js'; import {${rest}} from 'near-sdk-js'`;
  });
}

/** `claim()` may call an imported `claim`: the import gets another name, the method keeps its. */
function makeRoomForMethods({ node, scope }: ProgramPath): void {
  for (const statement of node.body) {
    const declared = statement.declaration ?? statement;
    if (declared.type !== 'ClassDeclaration' || !declared.decorators?.length) continue;
    for (const { key, decorators } of declared.body?.body ?? []) {
      if (decorators?.length && key?.name && scope.hasOwnBinding(key.name)) scope.rename(key.name);
    }
  }
}

function describeFailure(path: string, error: unknown): Error {
  const messages = (error as { errors?: Message[] }).errors;
  if (!messages?.length) return error instanceof Error ? error : new Error(String(error));
  const facts = messages.slice(0, 5).map(({ text, location }) => {
    return location ? `${location.file}:${location.line}: ${text}` : text;
  });
  return new Error(`CONTRACT_BUNDLE_FAILED: ${path}: ${facts.join('; ')}; correct it and rebuild`, {
    cause: error,
  });
}
