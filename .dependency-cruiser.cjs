/** Imports go down only (docs/architecture.md); pure folders know neither Node, the DOM nor an SDK. */
const pure = '^(dao-contracts/rules|dataset-registry/(digest|lineage)|trainer/(program|exchange))/';
/** Small platform-free packages that pure code may lean on. */
const pureLibraries = 'node_modules/(@noble/|json-canonicalize|spdx-)';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'pure-is-platform-free',
      comment: 'Pure folders run in a browser, in Node and (the rules) inside the contract.',
      severity: 'error',
      from: { path: pure },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional'], pathNot: pureLibraries },
    },
    {
      name: 'pure-imports-pure',
      severity: 'error',
      from: { path: pure },
      to: { path: '^(dao-contracts|dataset-registry|trainer|governance-ui|cli)/', pathNot: pure },
    },
    {
      name: 'registry-is-the-bottom',
      severity: 'error',
      from: { path: '^dataset-registry/' },
      to: { path: '^(dao-contracts|trainer|governance-ui|cli|test|bench)/' },
    },
    {
      name: 'contracts-below-trainer',
      severity: 'error',
      from: { path: '^dao-contracts/' },
      to: { path: '^(trainer|governance-ui|cli|test|bench)/' },
    },
    {
      name: 'trainer-below-faces',
      severity: 'error',
      from: { path: '^trainer/' },
      to: { path: '^(governance-ui|cli|test|bench)/' },
    },
    {
      name: 'commands-load-compilers-late',
      comment: 'Each command loads all others: half a gigabyte of compilers comes when one builds.',
      severity: 'error',
      from: { path: '^cli/(commands/|commonweights|contract-build)' },
      to: {
        path: '^(dao-contracts/toolchain/|cli/local-network)',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'nobody-imports-tests',
      severity: 'error',
      from: { pathNot: '^(test|bench)/' },
      to: { path: '^(test|bench)/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
    },
  },
};
