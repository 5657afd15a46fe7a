// ESM mode: Jest runs under `node --experimental-vm-modules`, and `@swc/jest` only strips the types.
const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
      module: { type: 'es6' },
      sourceMaps: 'inline',
    },
  ],
};

/** One project a suite, so that each can be run, counted and timed by its name. */
const suite = (displayName, directory) => ({
  displayName,
  rootDir: import.meta.dirname,
  testMatch: [`<rootDir>/${directory}/**/*.test.ts`],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.local/'],
  extensionsToTreatAsEsm: ['.ts'],
  setupFiles: ['<rootDir>/test/support/one-realm.ts'],
  transform,
});

export default {
  projects: [
    suite('unit', 'test/unit'),
    suite('property', 'test/property'),
    suite('emulator', 'emulator/test'),
    suite('contract', 'test/contract'),
    suite('conformance', 'test/conformance'),
    suite('integration', 'test/integration'),
    suite('corpus', 'test/corpus'),
  ],
  // Files of nothing but types have nothing to cover, and are counted as uncovered.
  collectCoverageFrom: ['src/**/*.ts', '!src/ports/*.ts'],
  coverageDirectory: 'coverage',
  coverageReporters: ['text', 'json-summary'],
};
