/** The mutation tests: `npm run mutate`. CONTRIBUTING.md has the scores. */
export default {
  plugins: ['./test/mutation/plugin.js'],
  testRunner: 'warm-vitest',
  coverageAnalysis: 'perTest',
  mutate: ['src/{oauth,access,team,gate,store}/**/*.{ts,tsx}'],
  mutator: {
    // Texts: explanations, and names, which TypeScript checks.
    excludedMutations: ['StringLiteral'],
  },
  // Tables and schemas, which a module makes when it is imported.
  ignoreStatic: true,
  incremental: true,
  incrementalFile: '.stryker/incremental.json',
  tempDirName: '.stryker/sandbox',
  reporters: ['clear-text', 'html', 'json', 'sample'],
  htmlReporter: { fileName: '.stryker/report.html' },
  jsonReporter: { fileName: '.stryker/report.json' },
  clearTextReporter: { allowColor: false, logTests: false, allowEmojis: false },
  concurrency: 1,
  // TypeScript 7 has no API with which StrykerJS could read tsconfig.json. Nothing in it has to change.
  tsconfigFile: 'none',
  disableTypeChecks: false,
  // For a busy machine. Endless loops end sooner, because StrykerJS limits how often a mutant is passed.
  timeoutMS: 120_000,
  dryRunTimeoutMinutes: 60,
}
