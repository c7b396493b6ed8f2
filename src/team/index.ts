/**
 * The team domain: the authorization server of Managed OAuth, and the login page.
 *
 * `registration/` registers clients. `authorization/` goes from the request over login and consent
 * to a code. `login/` signs people in. `token/` exchanges and refreshes; each reason why it refuses
 * is a constructor in `token/refusals.ts`. `authorization/` and `registration/` have theirs too.
 *
 * Not here: the use of an access token (`gate/`), redirect rules and policies (`access/`), and grants
 * (`store/grants/`).
 */
import { Hono, type MiddlewareHandler } from 'hono'
import { applicationAt } from '../access/application'
import { SERVER_METADATA } from '../access/metadata'
import { isBrowserNavigation } from '../access/navigation'
import { OAuthError } from '../oauth/errors'
import { PageError, respondPageError } from '../pages/page-error'
import { anyOrigin } from '../request/any-origin'
import type { AppContext, Env } from '../request/context'
import { endpoint, page } from '../request/endpoint'
import { refusalOf, reportRefusal } from '../request/events'
import { onDemand } from '../request/on-demand'
import type { FaultSubject } from '../switches/active-fault'
import { authorize } from './authorization/authorize'
import { RedirectedError, redirectError } from './authorization/respond'
import { certs } from './certs'
import { getIdentity } from './get-identity'
import { metadata } from './metadata'
import { register } from './registration'
import { revoke } from './revoke'
import { token } from './token'
import { tokenSubject } from './token/subject'

const handle = onDemand(() => import('./pages'))

// Access: observed [M17]. Any web page can read the responses of metadata, registration and token,
// errors included. Assumed: the header's value `*`, which was not recorded.
const ANY_ORIGIN = anyOrigin()

// On another host these paths are ordinary ones.
const readableOnTheTeamDomain: MiddlewareHandler<Env> = (c, next) =>
  c.get('team').isRequestHost ? ANY_ORIGIN(c, next) : next()

const registration = { event: 'registration', cors: readableOnTheTeamDomain } as const
const authorization = { event: 'authorization', subject: authorizationSubject } as const

/** The routes of the team domain, below both of Access's paths. */
export const team = new Hono<Env>()
team.onError(function redirectToClient(error, c) {
  if (!(error instanceof RedirectedError)) throw error
  reportRefusal(c, refusalOf(error.error))
  return redirectError(c, error)
})
team.use('/certs', endpoint('keys', { event: 'discovery', cors: ANY_ORIGIN }))
team.use('/oauth/registration', endpoint('registration', registration))
team.use('/oauth/registration/*', page(registration))
team.use('/oauth/authorization', endpoint('authorization', authorization))
team.use('/oauth/consent', endpoint('authorization', authorization))
team.use('/oauth/servers', endpoint('authorization', authorization))
team.use('/oauth/portal/*', page({ event: 'authorization' }))
team.use(
  '/oauth/token',
  endpoint('token', { event: 'token', cors: readableOnTheTeamDomain, subject: tokenSubject }),
)
team.use(
  '/oauth/revoke',
  endpoint('revocation', {
    event: 'revocation',
    cors: readableOnTheTeamDomain,
    subject: tokenSubject,
  }),
)
team.use('/login/*', page({ event: 'login' }))
team.use('/callback', page({ event: 'login' }))
team.use(page())
team.get('/certs', certs)
team.get('/get-identity', getIdentity)
team.use(async function onlyOnTheTeamDomain(c, next) {
  if (!c.get('team').isRequestHost) return notHere(c)
  await next()
})
team.post('/oauth/registration', register)
team.get('/oauth/authorization', authorize)
team.on(['GET', 'POST'], '/oauth/consent', handle('consent'))
team.on(['GET', 'POST'], '/oauth/servers', handle('servers'))
team.get('/oauth/portal/callback', handle('portalCallback'))
team.on(['GET', 'POST'], '/oauth/portal/select', handle('selectServers'))
team.on(['GET', 'POST'], '/oauth/portal/sign-out', handle('portalSignOut'))
team.on(['GET', 'POST'], '/login/:host', handle('login'))
team.get('/callback', handle('callback'))
team.get('/logout', handle('logout'))
team.post('/oauth/token', token)
team.post('/oauth/revoke', revoke)
team.all('/oauth/token', postOnly)
team.all('/oauth/revoke', postOnly)
team.all('*', notHere)

/** The route of the authorization server's metadata, whatever the applications' settings are [M9]. */
export const teamMetadata = new Hono<Env>()
const declareMetadata = endpoint('metadata', { event: 'discovery', cors: ANY_ORIGIN })
for (const path of [SERVER_METADATA, `${SERVER_METADATA}/*`]) {
  teamMetadata.use(path, (c, next) =>
    c.get('team').isRequestHost ? declareMetadata(c, next) : next(),
  )
  teamMetadata.get(path, (c, next) => (c.get('team').isRequestHost ? metadata(c) : next()))
}

function authorizationSubject(c: AppContext): FaultSubject {
  const { client_id: clientId, resource = '' } = c.req.query()
  const url = URL.parse(resource)
  const application = url ? applicationAt(c.get('configuration').applications, url) : undefined
  return { clientId, application }
}

function postOnly(): never {
  throw new OAuthError('invalid_request', 'this endpoint accepts only POST', {
    status: 405,
    headers: { Allow: 'POST' },
  })
}

// Access: reported [R17], for DELETE of a registration. Assumed: everything else.
function notHere(c: AppContext): Response | Promise<Response> {
  const { team, url } = c.var
  const message = team.isRequestHost
    ? `No endpoint of the team domain accepts ${c.req.method} ${url.pathname}.`
    : `${url.host} is an application's host. This path exists only on the team domain, ${team.origin}.`
  const ofClient = url.pathname.match(/\/oauth\/registration(?:\/(.*))?$/)
  reportRefusal(c, {
    outcome: 'refused',
    ...(team.isRequestHost && ofClient
      ? {
          rule: 'R17',
          why: 'A registration is permanent: it cannot be read, changed or deleted, although its response has a registration_client_uri (P10).',
          change: `DELETE /_emulator/clients/${ofClient[1] || '{id}'} deletes the client here. Access has no counterpart.`,
        }
      : {
          why: message,
          ...(!team.isRequestHost && { change: `Send the request to ${team.origin}.` }),
        }),
  })
  if (isBrowserNavigation(c.req.method, c.req.raw.headers)) {
    return respondPageError(c, new PageError(404, 'Not found', message))
  }
  return c.json({ error: 'not_found', error_description: message }, 404)
}
