import { isForeignOrigin } from '../access/team-domain'
import { isLoopbackLiteral } from '../oauth/loopback'
import type { AppContext } from './context'

/** Returns whether the request is from a page of the host that it was sent to, by its `Origin`. */
export function isSameOrigin(c: AppContext): boolean {
  return c.req.header('origin') === c.get('url').origin
}

/** Returns whether a web page that is neither on this machine nor on the requested host sends the request. */
export function isFromForeignPage(c: AppContext): boolean {
  return isForeignOrigin(c.req.header('origin')) && !isSameOrigin(c)
}

/** Returns the next step for a caller on a host that needs `EMULATOR_TOKEN`, which is not set. */
export function withoutTokenAdvice(c: AppContext): string {
  const command = 'npx wrangler secret put EMULATOR_TOKEN'
  // Only Cloudflare's edge, or wrangler dev, sets it; under wrangler dev it is this machine's.
  const peer = c.req.header('cf-connecting-ip')
  const isOnThisMachine = peer === undefined || peer === '::1' || isLoopbackLiteral(peer)
  if (!isOnThisMachine) return `Set it with: ${command}`
  const { hostname } = c.get('url')
  return `If ${hostname} is a name of this machine, add it to the setting LOCAL_HOSTS: ["${hostname}"]. Otherwise, set it with: ${command}`
}
