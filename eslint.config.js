import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const clockAndRandom =
  'Take the Clock or Random port as an argument, so that tests can decide the time and the dice.';

export default tseslint.config(
  {
    ignores: ['dist/', 'coverage/', '.local/', 'inbox/', 'node_modules/', '**/*.js', '**/*.mjs', '**/*.cjs'],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'max-lines': ['error', 300],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Read the environment in src/functions/environment.ts only.',
        },
        { object: 'Date', property: 'now', message: clockAndRandom },
        { object: 'Math', property: 'random', message: clockAndRandom },
        ...['describe', 'it', 'test'].flatMap((object) =>
          ['only', 'skip', 'todo'].map((property) => ({
            object,
            property,
            message: 'A suite that needs a missing peer goes through test/support/peers.ts.',
          })),
        ),
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: clockAndRandom },
        {
          selector: "MemberExpression[object.name='jest'][property.name=/mock|Mock/]",
          message: 'Inject a fake from test/support instead of mocking a module.',
        },
      ],
    },
  },
  {
    files: ['src/functions/environment.ts', 'src/adapters/system-clock.ts'],
    rules: { 'no-restricted-properties': 'off', 'no-restricted-syntax': 'off' },
  },
  {
    // Stand-ins, benchmarks and suites live at the edge: they start processes and look at the wall clock.
    files: ['emulator/**', 'bench/**', 'test/**', 'tools/**', 'scripts/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['describe', 'it', 'test'].flatMap((object) =>
          ['only', 'skip', 'todo'].map((property) => ({
            object,
            property,
            message: 'A suite that needs a missing peer goes through test/support/peers.ts.',
          })),
        ),
      ],
    },
  },
  {
    files: ['test/support/peers.ts', 'test/support/corpus.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['test/**', 'emulator/test/**'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
);
