import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** `--mode` of Vitest: `full` (`npm run load`, `fuzz`, `soak`), `mutation` (`npm run mutate`) or `test`. */
    mode: string
    /** The number of flows of the soak (`npm run soak`). */
    flows: number
  }
}

/** Whether this is the project `worker`. A request there takes two to four times as long as in Node. */
export const isWorkerd = navigator.userAgent === 'Cloudflare-Workers'

/** Returns the size of a test: the full one with `--mode full`. */
export function size(usual: number, full: number): number {
  return inject('mode') === 'full' ? full : usual
}
