// The layers of docs/architecture.md as rules. When one fires, move the code to the layer it belongs to,
// or pass what you need in as an argument; do not add an exception.
const ranks = [
  ['domain', ['ports', 'retry', 'adapters', 'usecases', 'functions']],
  ['ports', ['retry', 'adapters', 'usecases', 'functions']],
  ['retry', ['adapters', 'usecases', 'functions']],
  ['adapters', ['usecases', 'functions']],
  ['usecases', ['adapters', 'functions']],
];

export default {
  forbidden: [
    ...ranks.map(([layer, above]) => ({
      name: `${layer}-imports-downwards`,
      comment: `src/${layer} may not know ${above.join(', ')}: imports go strictly downwards.`,
      severity: 'error',
      from: { path: `^src/${layer}/` },
      to: { path: `^src/(${above.join('|')})/` },
    })),
    {
      name: 'src-stands-alone',
      comment: 'The worker never imports its stand-ins, tests, benchmarks, tools or scripts.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(emulator|test|bench|tools|scripts)/' },
    },
    {
      name: 'emulator-stands-alone',
      comment: 'A stand-in that shared code with the worker would share its mistakes.',
      severity: 'error',
      from: { path: '^emulator/' },
      to: { path: '^(src|test|bench|tools)/' },
    },
    {
      name: 'tools-stand-alone',
      comment: 'A tool that tries the worker from outside would share its mistakes if it shared its code.',
      severity: 'error',
      from: { path: '^tools/' },
      to: { path: '^(src|test|bench)/' },
    },
    {
      name: 'sdks-in-adapters-only',
      comment: 'Google libraries, HTTP clients and native modules are reached through a port.',
      severity: 'error',
      from: { path: '^src/(domain|ports|retry|usecases)/' },
      to: { path: 'node_modules/(@google-cloud|google-auth-library|undici|@node-rs)' },
    },
    {
      name: 'domain-is-pure',
      comment:
        'Values and rules need nothing that touches the machine; node:crypto for hashes and node:zlib are allowed.',
      severity: 'error',
      from: { path: '^src/(domain|ports)/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|zlib|stream)$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
