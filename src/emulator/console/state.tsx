import {
  type Application,
  DEFAULT_LIFETIME,
  domainsOf,
  managedOAuth,
} from '../../access/application'
import type { ManagedOAuth } from '../../access/oauth-configuration'
import { StatePage } from '../../pages/console/state'
import { respondPage } from '../../pages/respond'
import type { AppContext } from '../../request/context'
import { policyViews } from '../policy-view'
import { grantsOf, newestSessionEnd } from './grants'
import { type Control, fetchList } from './inside'
import { pageOfItems, readAll } from './listing'
import { clockView, pageOf, peopleOf } from './view'

/** Handles `GET /_emulator/console/state`: shows what is stored, with buttons that end it. */
export async function showStatePage(c: AppContext, control: Control): Promise<Response> {
  const { clients: clientsFrom, grants: grantsFrom, text = '' } = c.req.query()
  const [clients, grants, { sessions }, newest] = await Promise.all([
    clientsOf(c, control),
    grantsOf(c, control),
    fetchList(c, control, 'sessions'),
    c.get('emulator').events.newestNumber(),
  ])
  const sessionEndsAt = await newestSessionEnd(c, grants)
  const listed = <T,>(list: string, items: T[], from: string | undefined, perPage: number) => {
    const page = pageOfItems(items, text, Number(from) || 0, perPage)
    return { items: page.items, total: page.total, next: nextPage(c, list, page.next) }
  }
  return respondPage(
    c,
    200,
    (nonce) => (
      <StatePage
        nonce={nonce}
        {...pageOf(c, newest)}
        applications={c.get('configuration').applications.map((each) => applicationView(c, each))}
        text={text}
        isWhole={clients.isWhole && grants.isWhole}
        clients={listed('clients', clients.items, clientsFrom, 50)}
        grants={listed('grants', grants.items, grantsFrom, 25)}
        sessions={pageOfItems(sessions, text, 0, sessions.length)
          .items.toSorted((a, b) => b.signed_in_at.localeCompare(a.signed_in_at))
          .map(({ identity_provider, expires_at, ...session }) => ({
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

async function clientsOf(c: AppContext, control: Control) {
  const { items, isWhole } = await readAll(async (query) => {
    const { clients, cursor } = await fetchList(c, control, 'clients', query)
    return { items: clients, cursor }
  })
  const views = items.map(({ redirect_uris, registered_at, ...client }) => ({
    ...client,
    redirectUris: redirect_uris,
    registeredAt: registered_at,
  }))
  return { items: views.sort((a, b) => b.registeredAt.localeCompare(a.registeredAt)), isWhole }
}

function nextPage(c: AppContext, list: string, from: number | undefined): string | undefined {
  if (from === undefined) return undefined
  const query = new URLSearchParams(c.req.query())
  query.set(list, String(from))
  return `/_emulator/console/state?${query}#${list}`
}

function applicationView(c: AppContext, application: Application) {
  const oauth = managedOAuth(application)
  return {
    id: application.id,
    name: application.name,
    domains: domainsOf(application).map((domain) => (domain === '*' ? 'every host' : domain)),
    aud: application.aud,
    isOAuthOn: oauth !== undefined,
    options: oauth ? optionsOf(application, oauth) : [],
    policies: policyViews(application.policies, c.get('configuration')),
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
