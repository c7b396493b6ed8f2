import { coveredAt } from '../access/application'
import { isLoopback } from '../oauth/loopback'
import type { AppContext } from '../request/context'
import { report } from '../request/events'
import type { AuthorizationRequest } from './authorization/request'

/**
 * Returns a note for the event if the `resource` was not sent in its normalised form; otherwise an
 * empty string [T5, P24].
 */
export function resourceNote(sent: string | undefined, resource: string): string {
  return sent === undefined || sent === resource
    ? ''
    : `The resource is normalised to ${resource}; a client that compares it byte by byte with ${sent} rejects it (P24).`
}

/**
 * Reports an authorization for a resource that only the domain `*` covers, on a host or with a scheme or
 * port that is not the emulator's. Such a request passes here and fails at Cloudflare.
 */
export function reportForeignResource(
  c: AppContext,
  { application, client, resource }: AuthorizationRequest,
): void {
  const asked = new URL(resource)
  if (isOwnOrigin(c, asked)) return
  if (coveredAt([application], asked)?.domain !== '*') return
  report(c, {
    kind: 'foreign-resource',
    client: { id: client.clientId, name: client.name },
    resource,
    covers: application.name,
    expected: `${applicationOrigin(c)}/mcp`,
  })
}

function isOwnOrigin(c: AppContext, { hostname, origin, port, protocol }: URL): boolean {
  const settings = c.get('settings')
  const url = c.get('url')
  // Behind a tunnel, the request may have been sent to the issuer's own public host (TEAM_DOMAIN).
  if (origin === settings.PUBLIC_URL) return true
  const isOurs = isLoopback(hostname) || [url.hostname, ...settings.LOCAL_HOSTS].includes(hostname)
  return isOurs && port === url.port && protocol === url.protocol
}

function applicationOrigin(c: AppContext): string {
  const { settings, url } = c.var
  return settings.PUBLIC_URL ?? `${url.protocol}//localhost${url.port && `:${url.port}`}`
}
