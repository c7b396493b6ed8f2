import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    load: 'usual' | 'full'
    /** How many flows the soak goes through (`npm run soak`). */
    flows: number
  }
}

/** How much a test does: the whole where `LOAD=full` is in the environment (`npm run load`). */
export function size(usual: number, full: number): number {
  return inject('load') === 'full' ? full : usual
}
