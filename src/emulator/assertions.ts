import * as z from 'zod'
import type { Application } from '../access/application'
import { emailSchema } from '../access/identity'
import { isGoodNow, type ServiceToken } from '../access/service-token'
import { OAuthError } from '../oauth/errors'
import type { AppContext } from '../request/context'
import type { Impersonation } from '../request/impersonation'
import { readControl } from './body'
import { denied, personDenied } from './denial'
import { respond } from './respond'
import { sendAs } from './send-as'
import { requireServiceToken } from './service-token'
import { findTarget } from './target'

const text = z.string().min(1)
/** The application by id or name; that of the MCP server if it is left out. */
const application = text.optional()
export const assertionSchema = z.union(
  [
    z.strictObject({ email: emailSchema, application }),
    z.strictObject({ service_token: text, application }),
  ],
  'expected {"email":"ada@example.com"} or {"service_token":"<id, name or client_id>"}, each with an optional "application"',
)

const APP_TOKEN = 'CF_Authorization'

/** The headers that the origin receives with an admitted request, and the cookie of the response. */
type Seen = { headers: Headers; cookie: string | undefined }

/**
 * Handles `POST /_emulator/assertions`: returns the assertion of a person or service token, with the
 * headers that the origin would receive and the cookie that the caller would receive. It logs in at the
 * application as a browser or machine would, so that all policies apply. No request reaches the origin.
 *
 * @throws OAuthError `access_denied` (403) if the application does not admit the caller
 */
export async function signAssertion(c: AppContext): Promise<Response> {
  const wanted = await readControl(c, assertionSchema)
  const { target, page } = findTarget(c, wanted.application)
  const seen =
    'email' in wanted
      ? await browse(c, target, page, wanted.email)
      : await call(c, target, page, requireServiceToken(c, wanted.service_token))
  const assertion = seen.headers.get('cf-access-jwt-assertion')
  if (assertion === null) {
    const message = `${target.name} has a bypass policy for this request, so its origin receives no assertion`
    throw new OAuthError('access_denied', message, { status: 403 })
  }
  const own = [...seen.headers].filter(([name]) => name.startsWith('cf-access-'))
  const { cookie } = seen
  return respond(c, 'POST assertions', { assertion, headers: Object.fromEntries(own), cookie })
}

// The login of a browser: to the team domain, back to the application, and to the page.
async function browse(c: AppContext, target: Application, page: URL, email: string): Promise<Seen> {
  const headers = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }
  const origin = capture()
  const challenge = await sendAs(c, { email, origin: origin.respond }, page, { headers })
  if (origin.headers) return { headers: origin.headers, cookie: undefined }
  const login = await follow(c, { email }, challenge, { headers })
  const cookie = cookiesOf(challenge).join('; ')
  const authorized = login && (await follow(c, {}, login, { headers: { ...headers, cookie } }))
  const own = authorized && cookiesOf(authorized).find((each) => each.startsWith(`${APP_TOKEN}=`))
  if (!own) throw personDenied(c, target, email)
  await sendAs(c, { origin: origin.respond }, page, { headers: { ...headers, cookie: own } })
  if (!origin.headers) throw personDenied(c, target, email)
  return { headers: origin.headers, cookie: own }
}

async function follow(
  c: AppContext,
  impersonation: Impersonation,
  response: Response,
  init: RequestInit,
): Promise<Response | undefined> {
  const location = response.headers.get('location')
  return location === null ? undefined : sendAs(c, impersonation, location, init)
}

async function call(
  c: AppContext,
  target: Application,
  page: URL,
  serviceToken: ServiceToken,
): Promise<Seen> {
  const { client_id: commonName, id, name } = serviceToken
  const origin = capture()
  const response = await sendAs(c, { serviceToken, origin: origin.respond }, page, {
    headers: { 'cf-access-client-id': commonName },
  })
  if (origin.headers) {
    const cookie = cookiesOf(response).find((each) => each.startsWith(`${APP_TOKEN}=`))
    return { headers: origin.headers, cookie }
  }
  if (isGoodNow(serviceToken, c.get('now'))) {
    throw denied(c, target, { serviceToken: { id, name, commonName } })
  }
  const message = `the service token ${name} is disabled or has expired: enable or refresh it`
  throw new OAuthError('access_denied', message, { status: 403 })
}

/** Makes an origin that keeps the headers of the request that it receives. */
function capture() {
  const origin = {
    headers: undefined as Headers | undefined,
    respond(request: Request): Response {
      origin.headers = request.headers
      return new Response(null)
    },
  }
  return origin
}

// As `name=value`.
function cookiesOf(response: Response): string[] {
  return response.headers.getSetCookie().map((each) => each.split(';')[0] ?? '')
}
