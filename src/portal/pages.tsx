import { isBrowserNavigation } from '../access/navigation'
import type { PortalPlace } from '../mcp/place'
import { PortalHomePage } from '../pages/portal/home'
import { respondPage } from '../pages/respond'
import type { AppContext } from '../request/context'
import { reportDecision } from '../request/events'

/**
 * Responds to the requests of a portal that need no credential: the home page, and the two addresses that
 * lead on to the team domain.
 *
 * Portal: documented [MP37, MP50, MP66]. Not like Cloudflare: the pages that know a person are on the team
 * domain here, so that no proof of a person reaches another host.
 *
 * @returns undefined for every other request
 */
export function respondPublic(
  c: AppContext,
  place: PortalPlace,
): Response | Promise<Response> | undefined {
  const { team, url } = c.var
  if (c.req.method !== 'GET') return undefined
  const path = url.pathname.slice(place.base.length) || '/'
  const onTeamDomain = `${team.origin}${team.accessPath}/oauth/portal`
  const { id } = place.portal
  switch (path) {
    case '/':
      return isBrowserNavigation(c.req.method, c.req.raw.headers) ? showHome(c, place) : undefined
    case '/servers-callback':
      return redirectTo(c, `${onTeamDomain}/callback${url.search}`)
    case '/authorize':
      return redirectTo(c, `${onTeamDomain}/select${url.search}`)
    case '/sign-out':
      return redirectTo(c, `${onTeamDomain}/sign-out?portal=${id}`)
    default:
      return undefined
  }
}

function redirectTo(c: AppContext, location: string): Response {
  noteBypass(c, 'This address of the portal leads to the team domain.')
  c.header('Cache-Control', 'no-store')
  c.header('Referrer-Policy', 'no-referrer')
  return c.redirect(location, 302)
}

function showHome(c: AppContext, { base, portal }: PortalPlace): Promise<Response> {
  noteBypass(c, 'The home page of a portal is public.')
  const { configuration, url } = c.var
  const endpoint = `${url.origin}${base}/mcp`
  return respondPage(c, 200, (nonce) => (
    <PortalHomePage
      nonce={nonce}
      name={portal.name}
      organization={configuration.organization.name}
      description={portal.description ?? ''}
      endpoint={endpoint}
      signOut={`${url.origin}${base}/sign-out`}
    />
  ))
}

function noteBypass(c: AppContext, why: string): void {
  reportDecision(c, { kind: 'admission', by: 'no-application', outcome: 'noted', why })
}
