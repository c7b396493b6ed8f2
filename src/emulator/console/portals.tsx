import type { RecordedEvent } from '../../events/event'
import type { ComparisonView } from '../../pages/console/comparison'
import { PortalsPage, type PortalView, type SentView } from '../../pages/console/portals'
import type { UpstreamView } from '../../pages/console/upstreams'
import { respondPage } from '../../pages/respond'
import { readText } from '../../request/body'
import type { AppContext } from '../../request/context'
import type { Responses } from '../responses'
import { requireSameOrigin, returnTo } from './form'
import { type Control, fetchList, inside } from './inside'
import { callOf, nameOf, pageOf, peopleOf } from './view'

const MOST_REQUESTS = 40

type Portal = Responses['GET portals']['portals'][number]
type Upstream = Responses['GET upstreams']['upstreams'][number]
type SeenServer = Portal['callers'][number]['servers'][number]

/**
 * Handles `/_emulator/console/portals`: shows a portal. POST compares the catalogue of a server with the stored one.
 *
 * @throws PageError for a form of another site
 */
export async function showPortalsPage(c: AppContext, control: Control): Promise<Response> {
  const isComparison = c.req.method === 'POST'
  if (isComparison) requireSameOrigin(c)
  const form = new URLSearchParams(isComparison ? await readText(c) : '')
  const comparison = form.get('compare')
  const [{ portals }, { upstreams }, events] = await Promise.all([
    fetchList(c, control, 'portals'),
    fetchList(c, control, 'upstreams'),
    c.get('emulator').events.latest(),
  ])
  const { portal: wanted, who } = c.req.query()
  const portal = portals.find(({ id }) => id === wanted) ?? portals[0]
  const own = upstreams.filter(({ id }) => portal?.servers.includes(id))
  const sight = portal && who ? await sightOf(c, control, portal, who) : undefined
  const compared = comparison ? await comparisonOf(c, control, comparison) : undefined
  return respondPage(
    c,
    200,
    (nonce) => (
      <PortalsPage
        nonce={nonce}
        {...pageOf(c, events.at(-1)?.number ?? 0)}
        all={portals.map(({ id, name }) => ({ id, name }))}
        portal={portal && portalView(portal)}
        upstreams={own.map(upstreamView)}
        people={peopleAndMachines(c)}
        sight={sight}
        comparison={compared}
        sent={sentTo(own, events)}
      />
    ),
    { withScript: true, connectsToSelf: true },
  )
}

/**
 * Handles `POST /_emulator/console/authenticate`: begins the sign-in of an administrator at a server, and redirects
 * the browser there.
 *
 * @throws PageError for a form of another site
 */
export async function authenticateUpstream(c: AppContext, control: Control): Promise<Response> {
  requireSameOrigin(c)
  const form = new URLSearchParams(await readText(c))
  const path = `/_emulator/upstreams/${encodeURIComponent(form.get('server') ?? '')}/admin-grant`
  const response = await inside(c, control, 'POST', path)
  if (response.ok) return c.redirect(((await response.json()) as { url: string }).url, 303)
  return returnTo(c, new URL('/_emulator/console/portals', c.get('url')), response)
}

function portalView({ application, callers, id, name, url }: Portal): PortalView {
  return {
    ...{ application, id, name, url },
    callers: callers.map(({ client, email, service_token: token, servers, session }) => ({
      name: email ?? token ?? '',
      client: client?.name ?? client?.id,
      session: session ? `session of ${session}` : 'without a session',
      servers: servers.map(seenView),
    })),
  }
}

function seenView({ hidden_because, id, name, why }: SeenServer) {
  return { id, name, isSeen: hidden_because === null, why }
}

function upstreamView(upstream: Upstream): UpstreamView {
  const { auth_type, id, name, hostname, prompts, tools } = upstream
  const since = upstream.last_successful_sync
  const kept = `${tools} ${tools === 1 ? 'tool' : 'tools'}, ${prompts} ${prompts === 1 ? 'prompt' : 'prompts'}`
  return {
    ...{ id, name, url: hostname, auth: auth_type, error: upstream.error },
    status: upstream.status as UpstreamView['status'],
    authentication: `authentication: ${upstream.authentication_status}`,
    stored: since ? `${kept}, synced ${since.slice(0, 10)} ${since.slice(11, 19)}` : 'never synced',
    usesOAuth: auth_type === 'oauth',
    hasAdminGrant: upstream.admin_grant !== null,
    hasClient: upstream.client_id !== null,
  }
}

// A value is `email:` and an address, or `service_token:` and a name.
function peopleAndMachines(c: AppContext) {
  const machines = c.get('configuration').serviceTokens.map(({ id, name }) => ({
    value: `service_token:${id}`,
    name: `service token ${name}`,
  }))
  const people = peopleOf(c).map(({ email, name }) => ({
    value: `email:${email}`,
    name: `${name} (${email})`,
  }))
  return [...people, ...machines]
}

async function sightOf(c: AppContext, control: Control, { id }: Portal, who: string) {
  const [kind = '', ...rest] = who.split(':')
  const query = new URLSearchParams({ [kind]: rest.join(':') })
  const path = `/_emulator/portals/${encodeURIComponent(id)}/sees?${query}`
  const response = await inside(c, control, 'GET', path)
  if (!response.ok) return undefined
  const { admitted, prompts, servers, tools, why } =
    (await response.json()) as Responses['GET portals/{id}/sees']
  return { who, isAdmitted: admitted, why, servers: servers.map(seenView), tools, prompts }
}

async function comparisonOf(
  c: AppContext,
  control: Control,
  id: string,
): Promise<ComparisonView | undefined> {
  const path = `/_emulator/upstreams/${encodeURIComponent(id)}/catalogue`
  const response = await inside(c, control, 'GET', path)
  if (!response.ok) return undefined
  const { failure, prompts, resources, server, stored_at, tools } =
    (await response.json()) as Responses['GET upstreams/{id}/catalogue']
  return {
    server,
    storedAt: stored_at ?? undefined,
    failure: failure ?? undefined,
    lists: [
      { name: 'Tools', ...tools },
      { name: 'Prompts', ...prompts },
    ],
    resources,
  }
}

function sentTo(upstreams: Upstream[], events: RecordedEvent[]): SentView[] {
  const ids = new Set(upstreams.map(({ id }) => id))
  // The request of the client in which the portal sent its own.
  const causes = new Map(
    events.filter((each) => 'status' in each).map((each) => [each.rayId, each]),
  )
  return events
    .filter((each) => each.kind === 'upstream-request')
    .filter(({ server }) => ids.has(server))
    .slice(-MOST_REQUESTS)
    .reverse()
    .map(({ at, credential, durationMs, mcpMethod, mcpName, method, number, ...rest }) => ({
      ...{ at, durationMs, number, server: rest.server, status: rest.responseStatus },
      call: callOf(mcpMethod === undefined ? undefined : { method: mcpMethod, name: mcpName }),
      request: `${method} ${rest.url}`,
      credential: credential === 'sent' ? 'with a credential' : 'without a credential',
      who: whoOf(causes.get(rest.rayId)),
    }))
}

function whoOf(cause: RecordedEvent | undefined): string | undefined {
  if (!cause) return undefined
  const email = 'email' in cause ? cause.email : undefined
  return [email, nameOf(cause)].filter(Boolean).join(' through ') || undefined
}
