import { type Application, DEFAULT_LIFETIME, managedOAuth } from '../../access/application'
import type { ManagedOAuth } from '../../access/oauth-configuration'
import { StatePage } from '../../pages/console/state'
import { respondPage } from '../../pages/respond'
import type { AppContext } from '../../request/context'
import { grantsOf, newestSessionEnd } from './grants'
import { type Control, fetchList } from './inside'
import { clockView, pageOf, peopleOf } from './view'

/** Handles `GET /_emulator/console/state`: shows what is stored, with buttons that end it. */
export async function showStatePage(c: AppContext, control: Control): Promise<Response> {
  const { clients: clientsFrom, grants: grantsFrom } = c.req.query()
  const query = clientsFrom ? `?cursor=${encodeURIComponent(clientsFrom)}` : ''
  const [clients, grants, { sessions }, newest] = await Promise.all([
    fetchList(c, control, 'clients', query),
    grantsOf(c, control, grantsFrom),
    fetchList(c, control, 'sessions'),
    c.get('emulator').newestEvent(),
  ])
  const sessionEndsAt = await newestSessionEnd(c, grants)
  return respondPage(
    c,
    200,
    (nonce) => (
      <StatePage
        nonce={nonce}
        {...pageOf(c, newest)}
        applications={c.get('configuration').applications.map(applicationView)}
        clients={{
          items: clients.clients.map(({ redirect_uris, registered_at, ...client }) => ({
            ...client,
            redirectUris: redirect_uris,
            registeredAt: registered_at,
          })),
          next: nextPage(c, 'clients', clients.cursor),
        }}
        grants={{
          items: grants.items,
          next: nextPage(c, 'grants', grants.cursor),
          isWhole: grants.isWhole,
        }}
        sessions={sessions.map(({ identity_provider, expires_at, ...session }) => ({
          ...session,
          provider: identity_provider,
          expiresAt: expires_at,
          applications: session.applications.map(({ name }) => name),
        }))}
        clock={clockView(c, sessionEndsAt)}
        autoSignIn={{ rules: c.get('state').autoSignIns, people: peopleOf(c) }}
      />
    ),
    { withScript: true, connectsToSelf: true },
  )
}

function nextPage(c: AppContext, list: string, cursor: string | undefined): string | undefined {
  if (!cursor) return undefined
  const query = new URLSearchParams(c.req.query())
  query.set(list, cursor)
  return `/_emulator/console/state?${query}#${list}`
}

function applicationView(application: Application) {
  const oauth = managedOAuth(application)
  return {
    id: application.id,
    name: application.name,
    domain: application.domain ?? '',
    isOAuthOn: oauth !== undefined,
    options: oauth ? optionsOf(application, oauth) : [],
    policies: application.policies.map(({ name, decision }) => `${decision}: ${name}`),
  }
}

function optionsOf(application: Application, oauth: ManagedOAuth) {
  const { grant, dynamic_client_registration: registration } = oauth
  const { allowed_uris: uris = [] } = registration
  const allowed = [
    ...(registration.allow_any_on_localhost ? ['localhost'] : []),
    ...(registration.allow_any_on_loopback ? ['loopback'] : []),
    ...uris,
  ]
  return [
    { name: 'access_token_lifetime', value: grant?.access_token_lifetime ?? DEFAULT_LIFETIME },
    {
      name: 'session_duration',
      value: grant?.session_duration ?? application.session_duration,
    },
    {
      name: 'registration',
      value: registration.enabled ? allowed.join(', ') || 'no redirect URI' : 'off',
    },
  ]
}
