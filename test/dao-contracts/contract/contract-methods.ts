/** The contract's methods as its class declares them, so that tables of tests cannot forget one. */
import { readFileSync } from 'node:fs';

const source = new URL('../../../dao-contracts/contract/dao.ts', import.meta.url);

export interface ContractMethods {
  /** Every name that can be called. */
  all: string[];
  calls: string[];
  views: string[];
  /** Only the contract itself calls them. */
  callbacks: string[];
  /** Plain functions beside the class, which decode and guard themselves. */
  functions: string[];
  /** Calls that take a deposit. */
  payable: string[];
}

export function contractMethods(): ContractMethods {
  const text = readFileSync(source, 'utf8');
  const pattern = /^ {2}@(call|view|initialize)\(\{([^}]*)\}\)\n {2}(?:async )?(\w+)\(/gm;
  const found = [...text.matchAll(pattern)].map(([, kind, options, name]) => {
    return { kind: kind!, options: options!, name: name! };
  });
  const named = (test: (it: (typeof found)[number]) => boolean) =>
    found.filter(test).map(({ name }) => name);
  const decorators = [...text.matchAll(/^ {2}@(call|view|initialize)\(/gm)].length;
  if (decorators !== found.length) {
    throw new Error(`BUG: ${decorators} methods are decorated, ${found.length} were read`);
  }
  const functions = [...text.matchAll(/^export function (\w+)\(\)/gm)].map(([, name]) => name!);
  return {
    all: [...named(() => true), ...functions],
    functions,
    calls: named(({ kind, options }) => kind !== 'view' && !options.includes('privateFunction')),
    views: named(({ kind }) => kind === 'view'),
    callbacks: named(({ options }) => options.includes('privateFunction')),
    payable: named(({ options }) => options.includes('payableFunction')),
  };
}
