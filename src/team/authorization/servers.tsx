import type { Mapped } from '../../mcp/curation'
import { portalAt, portalOf } from '../../mcp/place'
import type { McpPortal } from '../../mcp/portal'
import { needsPerson } from '../../mcp/visibility'
import { PageError } from '../../pages/page-error'
import { PortalServersPage } from '../../pages/portal/servers'
import { respondPage } from '../../pages/respond'
import type { AppContext } from '../../request/context'
import { reportDecision } from '../../request/events'
import { readPageForm, redirectToStep } from '../../signin/browser'
import type { PortalGrant } from '../../store/emulator/portal-state'
import { startConnection } from '../../upstream/oauth/connect'
import { shownServer } from '../portal/shown-server'
import { proceed } from './authorize'
import { readPageTicket } from './page-ticket'
import { readAuthorizationRequest } from './request'
import { serversFor, serversTicketSchema } from './servers-step'
import type { SignedIn } from './session'

/**
 * Handles `/cdn-cgi/access/oauth/servers`, the page of servers. GET shows it, POST reads `action`: `done`, or
 * `connect` and the id of a server.
 *
 * Not like Cloudflare: the page is on the team domain, bound to the session cookie, as the consent page
 * is. There it is at `/servers-callback` of the portal.
 *
 * @throws PageError
 */
export async function servers(c: AppContext): Promise<Response> {
  const { url } = c.var
  const page = await readPageTicket(c, 'portal-servers', serversTicketSchema)
  if (!page) throw staleServersPage()
  const { ticket, who } = page
  const { grantId, query } = ticket
  const request = await readAuthorizationRequest(c, query)
  const portal = portalOf(c.get('configuration').mcpPortals, request.application)
  const kept = await c.get('emulator').portals.find('grant', grantId)
  if (!portal || kept?.portalId !== portal.id) throw staleServersPage()
  const { visible } = await serversFor(c, portal, who)
  if (c.req.method !== 'POST') return showServers(c, portal, who, visible, kept)
  const action = (await readPageForm(c)).get('action') ?? ''
  if (action === 'done') {
    return proceed(c, query, request, { action: 'allow', grantId, hasServers: true })
  }
  const [verb, id] = action.split(' ')
  const chosen = visible.find(({ server }) => server.id === id)
  if (verb !== 'connect' || !chosen || !needsPerson(chosen)) {
    throw new PageError(400, 'Invalid form', 'action is not one of this page.')
  }
  const place = portalAt(c.get('configuration'), new URL(request.resource))
  const back = `${url.pathname}${url.search}`
  return redirectToStep(
    c,
    await startConnection(c, {
      portal,
      server: chosen.server,
      holder: grantId,
      email: who.identity.email,
      callback: `${new URL(request.resource).origin}${place?.base ?? ''}/servers-callback`,
      back,
    }),
  )
}

function showServers(
  c: AppContext,
  portal: McpPortal,
  { identity }: SignedIn,
  visible: Mapped[],
  { connections }: PortalGrant,
): Promise<Response> {
  reportDecision(c, {
    kind: 'authorization',
    step: 'servers',
    outcome: 'asked',
    email: identity.email,
    why: `The page lists ${visible.map(({ server }) => server.id).join(', ')}.`,
  })
  return respondPage(c, 200, (nonce) => (
    <PortalServersPage
      nonce={nonce}
      portal={portal.name}
      email={identity.email}
      done="Continue"
      servers={visible.map((each) => shownServer(each, Object.hasOwn(connections, each.server.id)))}
    />
  ))
}

/** Returns the page for an authorization that was restarted, or is another browser's. Portal: observed. */
function staleServersPage(): PageError {
  return new PageError(
    400,
    'Invalid state: missing or invalid nonce',
    'This page was left open too long, or another sign-in was started in this browser.',
    'Return to your client and start again.',
  )
}
