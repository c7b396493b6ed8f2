/**
 * The response to a request without a valid credential.
 *
 * A 401 consists of `respondBearerChallenge` (status, `WWW-Authenticate: Bearer`, JSON body, CORS),
 * or of `respondScriptChallenge` for scripts while Managed OAuth is off. `challengeRequest` decides
 * between them, the redirect to the login page and the 403.
 */
import { getCookie } from 'hono/cookie'
import { type Application, managedOAuth } from '../access/application'
import { loginUrl } from '../access/login'
import { ACCESS_RESOURCE_METADATA } from '../access/metadata'
import { isBrowserNavigation } from '../access/navigation'
import type { RequestDecision } from '../events/request-event'
import { challenge } from '../oauth/bearer'
import type { AppContext } from '../request/context'
import { reportDecision } from '../request/events'
import { strikes } from '../request/faults'
import type { CredentialRefusal, NotAdmitted } from './admission'
import { applicationSubject } from './requested'
import { unknownDocument } from './unknown-document'

export const APP_SESSION_COOKIE = 'CF_AppSession'
type ChallengeEvent = Extract<RequestDecision, { kind: 'challenge' }>

const APP_SESSION = /^n[0-9a-f]{16}$/

/**
 * Responds to a request that is not admitted: with 401 to a client that can use Managed OAuth, with
 * a redirect to the login page to a browser (while Managed OAuth is off, to every client), and with
 * 403 if no login could help.
 */
export async function challengeRequest(
  c: AppContext,
  application: Application,
  { service, refusal }: NotAdmitted,
  { isPortal = false } = {},
): Promise<Response> {
  c.set('isChallenge', true)
  const { policies, service_auth_401_redirect: services401 } = application
  const isService = service !== undefined
  const isOn = managedOAuth(application) !== undefined
  // Access: documented [O20]. A failed service token is never redirected to the login page: 401 if
  // it was not authenticated, 403 if it is valid and no policy has it.
  if (isService && c.get('configuration').organization.strict_service_token_auth) {
    if (service === 'not-authorized') return respondForbidden(c, application, refusal)
    return isOn
      ? respondBearerChallenge(c, application, refusal)
      : respondScriptChallenge(c, refusal)
  }
  // Access: observed [U16, U19]. An application with Service Auth policies only has no login.
  const isForServices = policies.some(({ decision: each }) => each === 'non_identity')
  const isForPersons = policies.some(({ decision: each }) => each === 'allow')
  if (isForServices && !isForPersons) return respondForbidden(c, application, refusal)
  const isNavigation = isBrowserNavigation(c.req.method, c.req.raw.headers)
  // Portal: documented [MP57]. The endpoint responds to a browser as to a client.
  if (isOn && isPortal) return respondBearerChallenge(c, application, refusal, portalText(refusal))
  if (isOn) {
    return isNavigation && !isService
      ? redirectToLogin(c, application, refusal)
      : respondBearerChallenge(c, application, refusal) // Access: observed [U17], for service tokens too.
  }
  const isScript = c.req.header('x-requested-with')?.toLowerCase() === 'xmlhttprequest'
  // Access: documented [K1], `service_auth_401_redirect`: a machine cannot use a login page.
  const isMachine = services401 && isForServices && !isNavigation
  if (isScript || isMachine || (isService && services401)) return respondScriptChallenge(c, refusal)
  return redirectToLogin(c, application, refusal)
}

// Access: observed [U1-U6, U8, U9]. The response is the same, whatever was wrong with the token.
async function respondBearerChallenge(
  c: AppContext,
  application: Application,
  refusal: CredentialRefusal | undefined,
  description = 'Missing or invalid access token',
): Promise<Response> {
  const isBare = await strikes(c, 'bare-challenge', await applicationSubject(c))
  const resourceMetadata = isBare ? undefined : resourceMetadataUrl(c)
  const facts = { response: '401-bearer', ...(resourceMetadata && { resourceMetadata }) } as const
  reportChallenge(
    c,
    facts,
    refusal,
    isBare
      ? BARE
      : {
          rule: 'U2',
          why: `No credential was sent. Managed OAuth is on for ${application.name}, so the 401 names the metadata of its authorization server.`,
          change:
            'Follow resource_metadata to the authorization server, and send its access token.',
        },
  )
  const body = {
    error: 'invalid_token',
    error_description: description,
    ...(resourceMetadata && { resource_metadata: resourceMetadata }),
  }
  c.header('WWW-Authenticate', challenge('Bearer', { realm: 'OAuth', ...body }))
  // Assumed: any web page may read the response, because Access's CORS headers here were not
  // recorded. If the application has CORS settings, they decide.
  if (!application.cors_headers) c.header('Access-Control-Allow-Origin', '*')
  c.header('Access-Control-Expose-Headers', 'WWW-Authenticate')
  c.header('Cache-Control', 'no-store')
  return c.json(body, 401)
}

// Portal: reported [MP29].
function portalText(refusal: CredentialRefusal | undefined): string | undefined {
  const isToken = refusal?.credential.endsWith('-token') && refusal.credential !== 'service-token'
  return isToken ? 'Session expired, please reauthenticate' : undefined
}

// While the fault `bare-challenge` strikes.
const BARE = {
  rule: 'P28',
  why: 'No credential was sent. The fault bare-challenge left resource_metadata out of the 401.',
  change: 'Try /.well-known/oauth-protected-resource with the path of the request, then without.',
}

// Access: observed [U7, U10-U14].
async function redirectToLogin(
  c: AppContext,
  application: Application,
  refusal: CredentialRefusal | undefined,
): Promise<Response> {
  reportChallenge(
    c,
    { response: '302-login' },
    refusal,
    managedOAuth(application)
      ? { rule: 'U7', why: 'A browser requested a page, so it is redirected to the login page.' }
      : {
          rule: 'U10',
          why: `Managed OAuth is off for ${application.name}: every request without a credential is redirected to the login page. Clients that support only a Bearer challenge stop here.`,
          change: 'Set oauth_configuration.enabled of the application to true.',
        },
  )
  const { now, team, ticketSecret, url } = c.var
  const nonce = appSession(c)
  const location = await loginUrl(
    team,
    ticketSecret,
    application,
    url.host,
    {
      redirectUrl: url.pathname + url.search,
      application: { origin: url.origin, nonce, accessPath: team.accessPath },
    },
    now,
  )
  // In real time, not in that of the emulated clock, because the browser evaluates it.
  const expires = new Date(Date.now() + 86_400_000).toUTCString()
  const secure = url.protocol === 'https:' ? ' Secure;' : ''
  c.header(
    'Set-Cookie',
    `${APP_SESSION_COOKIE}=${nonce}; Expires=${expires}; Path=/;${secure} HttpOnly`,
  )
  setCloudflareAccessChallenge(c)
  c.header('Access-Control-Allow-Credentials', 'true')
  c.header(
    'Cache-Control',
    'private, max-age=0, no-store, no-cache, must-revalidate, post-check=0, pre-check=0',
  )
  c.header('Expires', 'Thu, 01 Jan 1970 00:00:01 GMT')
  c.header('Content-Type', 'text/html')
  c.header('Location', location)
  return c.body('<html><head><title>302 Found</title></head><body>302 Found</body></html>', 302)
}

// Access: observed [U15]. For single-page applications, while Managed OAuth is off.
function respondScriptChallenge(c: AppContext, refusal: CredentialRefusal | undefined): Response {
  reportChallenge(c, { response: '401-script' }, refusal, {
    rule: 'U15',
    why: 'A script or a machine cannot use the login page, so it receives a 401. Managed OAuth is off for the application.',
    change: 'Send a service token, or open the application in a browser and log in.',
  })
  setCloudflareAccessChallenge(c)
  c.header('Access-Control-Allow-Headers', 'x-requested-with')
  c.header('Access-Control-Allow-Credentials', 'true')
  return c.html('<head><title>401 Unauthorized</title></head>', 401)
}

// Access: observed [U16, U19]; the members of the JSON body by one source. Access: documented [K1].
// A browser is redirected to `custom_non_identity_deny_url`.
function respondForbidden(
  c: AppContext,
  application: Application,
  refusal: CredentialRefusal | undefined,
): Response {
  reportChallenge(c, { response: '403' }, refusal, {
    outcome: 'refused',
    rule: 'U16',
    why: `${application.name} has Service Auth policies only, or none of them has the service token, so a login cannot help.`,
    change: 'Send a service token that a policy has, or add an allow policy for people.',
  })
  const { custom_non_identity_deny_url: denyUrl } = application
  if (denyUrl && isBrowserNavigation(c.req.method, c.req.raw.headers)) {
    return c.redirect(new URL(denyUrl).href)
  }
  c.header('Cf-Access-Aud', application.aud)
  c.header('Cf-Access-Domain', c.get('url').host)
  c.header('Cache-Control', 'no-store')
  if (!c.req.header('accept')?.includes('application/json')) {
    return c.html('<head><title>403 Forbidden</title></head>', 403)
  }
  const message =
    "Forbidden. You don't have permission to view this. Please contact your system administrator."
  return c.json({ message, status_code: 403, aud: application.aud, ray_id: c.get('rayId') }, 403)
}

// The reason for a refused credential replaces that of the challenge, because it says more. So does an
// unknown metadata document.
function reportChallenge(
  c: AppContext,
  facts: Pick<ChallengeEvent, 'response' | 'resourceMetadata'>,
  refusal: CredentialRefusal | undefined,
  reason: Pick<ChallengeEvent, 'outcome' | 'rule' | 'why' | 'change'>,
): void {
  const { rule, why, change } = refusal ?? { ...reason, ...unknownDocument(c) }
  const credential = refusal?.credential ?? 'none'
  const outcome = refusal ? 'refused' : (reason.outcome ?? 'asked')
  reportDecision(c, { kind: 'challenge', ...facts, credential, outcome, rule, why, change })
}

function setCloudflareAccessChallenge(c: AppContext): void {
  const parameters = { resource_metadata: resourceMetadataUrl(c) }
  c.header('WWW-Authenticate', challenge('Cloudflare-Access', parameters))
}

// Access: observed [U4, U5]. The URL ends with the path of the request. Assumed: without its query.
function resourceMetadataUrl(c: AppContext): string {
  const { url } = c.var
  return `${url.origin}${ACCESS_RESOURCE_METADATA}${url.pathname}`
}

// Access: observed [U12]. `n` and 16 hexadecimal characters. A known value is kept, so that two tabs
// can both return from the login page.
function appSession(c: AppContext): string {
  const known = getCookie(c, APP_SESSION_COOKIE)
  if (known && APP_SESSION.test(known)) return known
  const bytes = crypto.getRandomValues(new Uint8Array(8))
  return `n${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
