import { isForeignOrigin } from '../access/team-domain'
import type { AppContext } from './context'

/** Returns whether the request is from a page of the host that it was sent to, by its `Origin`. */
export function isSameOrigin(c: AppContext): boolean {
  return c.req.header('origin') === c.get('url').origin
}

/** Returns whether a web page that is neither on this machine nor on the requested host sends the request. */
export function isFromForeignPage(c: AppContext): boolean {
  return isForeignOrigin(c.req.header('origin')) && !isSameOrigin(c)
}
