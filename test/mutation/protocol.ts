/** The messages between StrykerJS and the worker of Vitest, which is a thread of the same process. */
export const CHANNEL = 'mutation'

declare module 'vitest' {
  interface ProvidedContext {
    /** The number of test files that the worker imports. */
    testFiles: number
  }
}

/** A mutant, and the tests that cover it. */
export type Mutant = {
  id: string
  fileName: string
  /** The code of the mutant, with the comment above it. */
  source: string
  tests: string[] | undefined
  hitLimit: number | undefined
}

export type Question = { kind: 'all' } | ({ kind: 'mutant' } & Mutant)

export type TestRun = { id: string; file: string; milliseconds: number; failure?: string }

export type Coverage = {
  static: Record<string, number>
  perTest: Record<string, Record<string, number>>
}

export type Reply =
  | { kind: 'ready' }
  | { kind: 'ran'; tests: TestRun[]; coverage: Coverage }
  | { kind: 'survived' | 'endless'; tests: number }
  | { kind: 'killed'; tests: number; by: TestRun }
  /** Tests fail without a mutant, so the worker has to be started again. */
  | { kind: 'spoilt' }
