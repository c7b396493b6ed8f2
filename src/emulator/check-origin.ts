import * as z from 'zod'
import { type Application, applicationAt } from '../access/application'
import type { IdentityClaims } from '../access/assertion'
import { emailSchema, type Identity, seededIdentity } from '../access/identity'
import { PEOPLE_PICKER } from '../access/identity-provider'
import { identityNonceOf } from '../access/revocation'
import { newSecret } from '../access/token'
import { OAuthError } from '../oauth/errors'
import type { AppContext } from '../request/context'
import type { Impersonation } from '../request/impersonation'
import { whereFrom } from '../request/judge'
import { readControl } from './body'
import { ORIGIN_CHECK_NAMES, ORIGIN_CHECKS } from './origin-checks'
import { type OriginResponse, type OriginResponses, originReport } from './origin-report'
import { respond } from './respond'
import type { Responses } from './responses'
import { sendAs } from './send-as'
import { findTarget } from './target'

export const checkSchema = z.strictObject({
  /** The application by id or name; that of the MCP server if it is left out. */
  application: z.string().min(1).optional(),
  path: z.string().startsWith('/', 'expected a path such as /mcp').optional(),
  email: emailSchema.optional(),
})
export type CheckedOrigin = Responses['POST check-origin']
type Wanted = z.infer<typeof checkSchema>

const TIMEOUT_MS = 10_000
const LIFETIME_SECONDS = 300
const SESSION_ID_LENGTH = 12

/**
 * Handles `POST /_emulator/check-origin`: sends a good assertion to the origin, six that it has to refuse,
 * and reports which it let in and what to change. Without a path, the request is the `initialize` of an MCP
 * client; with one, it is a GET.
 *
 * @throws OAuthError `invalid_request`
 */
export async function checkOrigin(c: AppContext): Promise<Response> {
  return respond(c, 'POST check-origin', await check(c, await readControl(c, checkSchema)))
}

/** Sends the assertions, one after the other, and returns the report. */
export async function check(c: AppContext, wanted: Wanted): Promise<CheckedOrigin> {
  const { emulator, settings, team } = c.var
  const { target, url } = await pageOf(c, wanted)
  const isMcp = wanted.path === undefined && url.pathname === '/mcp'
  const email = wanted.email ?? settings.PEOPLE[0]?.email ?? 'ada@example.com'
  const identity = seededIdentity(settings.PEOPLE, email, PEOPLE_PICKER)
  const good = claimsOf(c, target, url, identity)
  const key = await emulator.signingKey()
  const responses: OriginResponses = new Map()
  for (const name of ORIGIN_CHECK_NAMES) {
    const { assertion: sign, isGood } = ORIGIN_CHECKS[name]
    const assertion = await sign(good, key)
    const forward = { identity, isGood, ...(assertion !== undefined && { assertion }) }
    const response = await send(c, forward, url, isMcp ? INITIALIZE : {})
    responses.set(name, response)
    if (response.outcome !== 'responded') break
  }
  const certs = `${team.origin}${team.accessPath}/certs`
  const expected = { aud: target.aud, issuer: team.origin, certs }
  return {
    request: `${isMcp ? 'POST' : 'GET'} ${url.href}`,
    application: { id: target.id, name: target.name },
    expected,
    ...originReport(responses, expected, c.get('state').clockOffsetSeconds),
  }
}

async function pageOf(c: AppContext, { application, path }: Wanted) {
  const { target, page } = findTarget(c, application)
  if (path === undefined) return { target, url: page }
  const url = new URL(page.origin + path)
  if (applicationAt(c.get('configuration').applications, url)?.id === target.id) {
    return { target, url }
  }
  const message = `path: ${target.name} does not cover ${url.href}: expected a path of the application`
  throw new OAuthError('invalid_request', message)
}

// An MCP server responds to this request, and may have no other page.
const INITIALIZE: RequestInit = {
  method: 'POST',
  headers: {
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
  },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'access-oauth-emulator', version: '1' },
    },
  }),
}

async function send(
  c: AppContext,
  forward: NonNullable<Impersonation['forward']>,
  url: URL,
  init: RequestInit,
): Promise<OriginResponse> {
  let seen: OriginResponse | undefined
  const onOrigin: Impersonation['onOrigin'] = (outcome, status) => {
    seen = { outcome, status }
  }
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const response = await sendAs(c, { forward, onOrigin }, url, { ...init, signal })
  await response.body?.cancel()
  if (signal.aborted) return { outcome: 'timed-out', status: 524 }
  if (seen) return seen
  const message = `path: the emulator itself responds at ${url.pathname}: expected a path of the origin`
  throw new OAuthError('invalid_request', message)
}

function claimsOf(
  c: AppContext,
  target: Application,
  url: URL,
  identity: Identity,
): IdentityClaims {
  const { now, state, team } = c.var
  return {
    issuer: team.origin,
    audience: target.aud,
    identity,
    identityNonce: identityNonceOf(newSecret().slice(0, SESSION_ID_LENGTH), state.revocations),
    country: whereFrom(c).country,
    policyId: target.policies[0]?.id ?? '',
    host: url.host,
    issuedAtSeconds: now,
    expiresAtSeconds: now + LIFETIME_SECONDS,
  }
}
