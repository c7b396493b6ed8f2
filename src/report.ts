import type { Event } from './access/event'
import type { AppContext } from './env'

/** Keeps what happened, behind the answer's back. */
export function report(c: AppContext, ...events: Event[]): void {
  c.executionCtx.waitUntil(c.var.emulator.record(...events))
}
