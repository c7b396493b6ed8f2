import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** `--mode` of Vitest: `full` (`npm run load`, `fuzz`, `soak`) or `test`. */
    mode: string
    /** How many flows the soak goes through (`npm run soak`). */
    flows: number
  }
}

/** Returns how much a test does: everything with `--mode full`. */
export function size(usual: number, full: number): number {
  return inject('mode') === 'full' ? full : usual
}
