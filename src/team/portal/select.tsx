import * as z from 'zod'
import type { Application } from '../../access/application'
import { loginUrl } from '../../access/login'
import { signTicket } from '../../access/ticket'
import { portalOf } from '../../mcp/place'
import type { McpPortal } from '../../mcp/portal'
import { needsPerson, type Seen, seenServers } from '../../mcp/visibility'
import { PageError } from '../../pages/page-error'
import { PortalServersPage } from '../../pages/portal/servers'
import { respondPage } from '../../pages/respond'
import { respondMessage } from '../../pages/respond-message'
import type { AppContext } from '../../request/context'
import { whereFrom } from '../../request/judge'
import { readPageForm, redirectToStep } from '../../signin/browser'
import type { PortalGrant } from '../../store/emulator/portal-state'
import { startConnection } from '../../upstream/oauth/connect'
import { readPageTicket } from '../authorization/page-ticket'
import { type SignedIn, signedInByCookie } from '../authorization/session'
import { shownServer } from './shown-server'

const LIFETIME_SECONDS = 15 * 60

const ticketSchema = z.object({
  portalId: z.string(),
  grantId: z.string(),
  sessionId: z.string().optional(),
  at: z.string(),
  elicitationId: z.string(),
  identityNonce: z.string(),
})
type Ticket = z.infer<typeof ticketSchema>

/**
 * Handles the page that `/authorize?elicitationId=` of a portal leads to: the servers of one client, with
 * switches.
 *
 * Portal: documented [MP50]. Assumed: the id works once, for ten minutes, and only for the person whose client
 * was given it.
 *
 * @throws PageError
 */
export async function selectServers(c: AppContext): Promise<Response> {
  const id = c.get('url').searchParams.get('elicitationId')
  if (id !== null) return begin(c, id)
  const page = await readPageTicket(c, 'portal-select', ticketSchema)
  if (!page) throw expired()
  const { ticket, who } = page
  const { grantId, portalId } = ticket
  const kept = await c.get('emulator').portals.find('grant', grantId)
  const found = findPortal(c, portalId)
  if (!kept || !found) throw expired()
  const shown = await seenOnPage(c, found.portal, kept, ticket, who)
  if (c.req.method !== 'POST') return show(c, found.portal, who, shown)
  return act(c, found.portal, ticket, who, shown)
}

async function begin(c: AppContext, id: string): Promise<Response> {
  const { emulator, now, team, ticketSecret, url } = c.var
  const state = await emulator.portals.find('elicitation', id)
  const found = state && findPortal(c, state.portalId)
  if (!state || !found) throw expired()
  const who = await signedInByCookie(c)
  if (!who) {
    const redirectUrl = url.pathname + url.search
    const { application } = found
    const host = found.portal.hostname
    return redirectToStep(
      c,
      await loginUrl(team, ticketSecret, application, host, { redirectUrl }, now),
    )
  }
  if (who.identity.email !== state.email) {
    throw new PageError(
      403,
      'That account does not have access.',
      'This page belongs to the client of another person.',
      'Log out, and open the page again as that person.',
    )
  }
  if (!(await emulator.portals.take('elicitation', id))) throw expired()
  const { at, grantId, portalId, sessionId } = state
  const { identityNonce } = who
  const own = { at, portalId, grantId, elicitationId: id, identityNonce }
  const claims: Ticket = { ...own, ...(sessionId && { sessionId }) }
  const ticket = await signTicket(ticketSecret, 'portal-select', claims, now, LIFETIME_SECONDS)
  return redirectToStep(c, `${team.origin}${url.pathname}?request=${ticket}`)
}

type Found = { portal: McpPortal; application: Application }

function findPortal(c: AppContext, id: string): Found | undefined {
  const { applications, mcpPortals } = c.get('configuration')
  for (const application of applications) {
    const portal = application.type === 'mcp_portal' && portalOf(mcpPortals, application)
    if (portal && portal.id === id) return { portal, application }
  }
  return undefined
}

async function seenOnPage(
  c: AppContext,
  portal: McpPortal,
  kept: PortalGrant,
  { sessionId }: Ticket,
  { identity }: SignedIn,
): Promise<Seen[]> {
  const { configuration, emulator } = c.var
  const session = sessionId && (await emulator.portals.find('session', sessionId))
  const seen = seenServers(configuration, portal, {
    subject: { identity, ...whereFrom(c) },
    decided: kept.decided,
    connected: new Set(Object.keys(kept.connections)),
    toggles: session ? session.toggles : kept.toggles,
  })
  const SHOWN = [undefined, 'not-connected', 'switched-off']
  return seen.filter(({ because }) => SHOWN.includes(because))
}

function show(
  c: AppContext,
  portal: McpPortal,
  { identity }: SignedIn,
  seen: Seen[],
): Promise<Response> {
  return respondPage(c, 200, (nonce) => (
    <PortalServersPage
      nonce={nonce}
      portal={portal.name}
      email={identity.email}
      done="Done"
      servers={seen.map((each) => ({
        ...shownServer(each, each.because !== 'not-connected'),
        isOn: each.because !== 'switched-off',
      }))}
    />
  ))
}

async function act(
  c: AppContext,
  portal: McpPortal,
  { at, elicitationId, grantId, sessionId }: Ticket,
  { identity }: SignedIn,
  seen: Seen[],
): Promise<Response> {
  const { emulator, team, url } = c.var
  const [verb, id] = ((await readPageForm(c)).get('action') ?? '').split(' ')
  if (verb === 'done') {
    if (sessionId) await emulator.portals.merge('session', sessionId, { completed: elicitationId })
    return showDone(c, portal)
  }
  const chosen = seen.find(({ server }) => server.id === id)
  if (!chosen) throw unknownAction()
  const { server } = chosen
  if (verb === 'connect' && needsPerson(chosen)) {
    const back = `${url.pathname}${url.search}`
    const { email } = identity
    const callback = `${at}/servers-callback`
    return redirectToStep(
      c,
      await startConnection(c, { portal, server, holder: grantId, email, callback, back }),
    )
  }
  if (verb !== 'enable' && verb !== 'disable') throw unknownAction()
  const toggles = { [server.id]: verb === 'enable' }
  if (sessionId) await emulator.portals.merge('session', sessionId, { toggles })
  else await emulator.portals.merge('grant', grantId, { toggles })
  return redirectToStep(c, `${team.origin}${url.pathname}${url.search}`)
}

function showDone(c: AppContext, { name }: McpPortal): Promise<Response> {
  return respondMessage(c, 200, {
    title: 'The servers are chosen.',
    message: `Your client uses the servers of ${name} that you have chosen.`,
    advice: 'Return to your client. If it does not show the servers, connect it again.',
  })
}

function unknownAction(): PageError {
  return new PageError(400, 'Invalid form', 'action is not one of this page.')
}

function expired(): PageError {
  return new PageError(
    400,
    'This page has expired',
    'The address works once, and for ten minutes.',
    'Ask your client for a new one, with the tool portal_toggle_servers.',
  )
}
