import { accepts } from 'hono/accepts'
import type { AppContext } from '../request/context'

/** Returns whether the caller prefers a page to JSON. Without `Accept`, it does not. */
export function prefersPage(c: AppContext): boolean {
  const json = 'application/json'
  const supports = [json, 'text/html']
  return accepts(c, { header: 'Accept', supports, default: json }) === 'text/html'
}
