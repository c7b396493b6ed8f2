import type { Next } from 'hono'
import { cors } from 'hono/cors'
import { applicationAt, coveredAt, managedOAuth } from '../access/application'
import {
  RESOURCE_METADATA,
  resourceMetadata,
  SERVER_METADATA,
  serverMetadata,
} from '../access/metadata'
import type { AppContext } from '../env'
import { tell } from '../report'

// Access: observed [M17], readable from any web page.
const readableAnywhere = cors({ origin: '*', allowMethods: ['GET', 'HEAD'], maxAge: 86_400 })

/**
 * The protected resource's metadata, at Access's own path and at that of RFC 9728.
 *
 * Access: observed. The own path answers whether Managed OAuth is on or off [M1]; the standard one
 * only while it is on [M7], and else is a path like any other [M8].
 */
export function showResourceMetadata(prefix: string) {
  return function show(c: AppContext, next: Next) {
    const configuration = c.get('configuration')
    const quirks = c.get('quirks')
    const team = c.get('team')
    const url = c.get('url')
    const covered = coveredAt(configuration.applications, described(url, prefix))
    if (!covered || (prefix === RESOURCE_METADATA && !managedOAuth(covered.application))) {
      return next()
    }
    const { id, name } = covered.application
    tell(c, {
      kind: 'discovery',
      application: { id, name },
      document: 'protected resource',
      place: prefix === RESOURCE_METADATA ? 'RFC 9728' : "Access's own path",
      of: 'application',
      rule: prefix === RESOURCE_METADATA ? 'M7' : 'M1',
      why: `The metadata of ${name}: its authorization server is ${team.origin}.`,
    })
    return answer(c, () => resourceMetadata(team, covered, url.origin, quirks))
  }
}

/** The authorization server's metadata on an application's host, while Managed OAuth is on [M10, M11]. */
export function showServerMetadata(c: AppContext, next: Next) {
  const configuration = c.get('configuration')
  const quirks = c.get('quirks')
  const team = c.get('team')
  const url = c.get('url')
  const application = applicationAt(configuration.applications, described(url, SERVER_METADATA))
  if (!application || !managedOAuth(application)) return next()
  tell(c, {
    kind: 'discovery',
    application: { id: application.id, name: application.name },
    document: 'authorization server',
    place: 'RFC 8414',
    of: 'application',
    rule: 'M10',
    why: `The team's metadata on the application's host: its issuer is ${team.origin}, which strict clients refuse here (P19).`,
  })
  return answer(c, () => serverMetadata(team, configuration.applications, quirks))
}

// The URL that a metadata document is about: what follows its own name, which may be written in
// escapes, and so longer than the prefix is.
function described(url: URL, prefix: string): URL {
  const rest = url.pathname.split('/').slice(prefix.split('/').length)
  return new URL(`${url.origin}/${rest.join('/')}`)
}

async function answer(c: AppContext, document: () => object): Promise<Response | undefined> {
  const preflight = await readableAnywhere(c, async () => {})
  if (preflight) return preflight
  // The endpoints' path depends on who asks, see `reachablePath`.
  c.header('Vary', 'Origin', { append: true })
  return c.json(document())
}
