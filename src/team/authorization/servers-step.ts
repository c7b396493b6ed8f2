import * as z from 'zod'
import { signTicket } from '../../access/ticket'
import { newGrantId } from '../../access/token'
import type { Mapped } from '../../mcp/curation'
import { portalOf } from '../../mcp/place'
import type { McpPortal } from '../../mcp/portal'
import { decidedServers, HIDDEN_BECAUSE, type HiddenBecause, isUsable } from '../../mcp/visibility'
import { PageError } from '../../pages/page-error'
import type { AppContext } from '../../request/context'
import { reportDecision } from '../../request/events'
import { whereFrom } from '../../request/judge'
import { redirectToStep } from '../../signin/browser'
import type { PortalGrant } from '../../store/emulator/portal-state'
import { syncDueServers } from '../../upstream/sync'
import type { PageDecision } from './remembered-consent'
import type { AuthorizationRequest } from './request'
import type { SignedIn } from './session'

/** The time that a person has for the page of servers. */
const LIFETIME_SECONDS = 15 * 60

/** The claims of the ticket of the page of servers. */
export const serversTicketSchema = z.object({
  query: z.string(),
  identityNonce: z.string(),
  grantId: z.string(),
})

/** A server that the person may not use, and why. */
type Hidden = { mapped: Mapped; because: HiddenBecause }

/**
 * Decides the step of an authorization at which a person sees the servers of a portal. Assumed: it comes
 * after the consent page, and a person may leave it without having connected any server.
 *
 * Portal: observed [MP30]. If no server is allowed, a page says so, and no code is ever issued.
 *
 * @param decided the decision on the pages so far
 * @returns a response, or what the portal keeps for the grant; undefined if the application is no portal's
 * @throws PageError if no server is allowed
 */
export async function serversStep(
  c: AppContext,
  query: string,
  { application }: AuthorizationRequest,
  who: SignedIn,
  { decided: pages, isAutomatic }: { decided: PageDecision | undefined; isAutomatic: boolean },
): Promise<Response | PortalGrant | undefined> {
  const portal =
    application.type === 'mcp_portal' && portalOf(c.get('configuration').mcpPortals, application)
  if (!portal) return undefined
  const { decided } = await serversFor(c, portal, who)
  const { email } = who.identity
  const fresh = { portalId: portal.id, email, decided, toggles: {}, connections: {} }
  if (pages?.hasServers) {
    const kept = await c.get('emulator').portals.find('grant', pages.grantId)
    return { ...fresh, connections: kept?.email === email ? kept.connections : {} }
  }
  if (isAutomatic) return fresh
  return redirectToServers(c, query, who, pages?.grantId ?? newGrantId(), fresh)
}

/**
 * Decides about the servers of a portal.
 *
 * @throws PageError if the person may use none
 */
export async function serversFor(c: AppContext, portal: McpPortal, { identity }: SignedIn) {
  const subject = { identity, ...whereFrom(c) }
  const decide = () => decidedServers(c.get('configuration'), portal, subject)
  await syncDueServers(
    c,
    decide().map(({ mapped }) => mapped.server),
  )
  const all = decide()
  const visible = all
    .filter(({ because, mapped }) => !because && isUsable(mapped))
    .map(({ mapped }) => mapped)
  if (visible.length === 0) {
    throw noServers(
      portal,
      all.map(({ because, mapped }): Hidden => ({ mapped, because: because ?? 'not-ready' })),
    )
  }
  const decided = Object.fromEntries(
    all.map(({ because, mapped }) => [mapped.server.id, because === undefined]),
  )
  return { decided, visible }
}

// Portal: observed [MP30], the sentence. The event names each server with its reason.
function noServers(portal: McpPortal, hidden: Hidden[]): PageError {
  const reasons = hidden.map(
    ({ because, mapped }) => `${mapped.server.id}: ${HIDDEN_BECAUSE[because]}`,
  )
  const why = reasons.length > 0 ? reasons.join('; ') : `the portal ${portal.id} has no servers`
  return new PageError(
    403,
    'No allowed servers available, check your Zero Trust Policies',
    `No server of ${portal.name} can be used with this account. The client that you came from will not continue.`,
    undefined,
    {
      rule: 'MP30',
      why: `The portal ${portal.id} admits the person, and none of its servers does: ${why}. No code is issued, so the client waits.`,
      change:
        'Add an Access application of type mcp with a policy for each server, and sync the server.',
    },
  )
}

async function redirectToServers(
  c: AppContext,
  query: string,
  { identityNonce }: SignedIn,
  grantId: string,
  fresh: PortalGrant,
): Promise<Response> {
  const { emulator, now, team, ticketSecret } = c.var
  // Kept under the id of the grant before there is one, for the sign-ins of the person at the servers.
  const endsAtSeconds = now + LIFETIME_SECONDS
  await emulator.portals.put('grant', grantId, grantId, endsAtSeconds, fresh)
  reportDecision(c, {
    kind: 'authorization',
    step: 'servers',
    outcome: 'asked',
    rule: 'MP30',
    why: 'The person is shown the servers of the portal, and connects those that need a sign-in.',
  })
  const claims = { query, identityNonce, grantId }
  const ticket = await signTicket(ticketSecret, 'portal-servers', claims, now, LIFETIME_SECONDS)
  return redirectToStep(c, `${team.origin}${team.accessPath}/oauth/servers?request=${ticket}`)
}
