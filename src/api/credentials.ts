import { stableUuid } from '../access/identity'
import { type Account, hasRole } from '../account/members'
import { findOAuthClient } from '../account/oauth/dash-client'
import { isDashboardToken } from '../account/oauth/dash-token'
import { equivalentScopes } from '../account/oauth/first-party'
import { bearerToken } from '../oauth/bearer'
import { sha256 } from '../oauth/encoding'
import type { Hint } from '../oauth/errors'
import type { AppContext } from '../request/context'
import { coverRequest, report, reportInstead } from '../request/events'
import { impersonationOf } from '../request/impersonation'
import { oncePerRequest } from '../request/once'
import { isEmulatorToken } from '../signin/control-session'
import { ApiError, invalidApiToken } from './error'
import { type Permission, permissionName } from './permissions'

/** The sender of a request: an administrator without limits, or the holder of a limited token. */
export type Caller =
  | { kind: 'administrator'; email: string | undefined }
  /** An OAuth client that acts for a person, on the accounts that the person chose. */
  | {
      kind: 'oauth'
      client: { id: string; name: string }
      email: string
      accountIds: string[]
      scopes: string[]
    }
  | {
      kind: 'token'
      id: string
      name: string
      permissions: string[]
      expiresAt?: string | undefined
    }

// API: reported [V12].
const missing = () =>
  new ApiError(400, {
    code: 9106,
    message: 'Missing X-Auth-Key, X-Auth-Email or Authorization headers',
  })
// API: observed [V10].
const malformed = () => new ApiError(401, { code: 10000, message: 'Authentication error' })
// API: observed [V9].
const notPermitted = () => new ApiError(403, { code: 10000, message: 'Authentication error' })
// API: reported [V24]. The operation that verifies a token has a code of its own [V13].
const unknown = (c: AppContext, hint: Hint = NOT_LISTED) =>
  (c.req.path.endsWith('/user/tokens/verify')
    ? invalidApiToken()
    : new ApiError(403, { code: 9109, message: 'Invalid access token' })
  ).because(hint)

const NOT_LISTED = {
  why: 'The setting API_TOKENS does not list the token, or its expires_on has passed.',
  change: 'Send a token that API_TOKENS lists. Without that setting, localhost accepts any token.',
}
const NOT_GRANTED = {
  why: "The token has the form of the dashboard's access tokens, but no active grant has it.",
  change: 'Refresh the token, or authorize the application again.',
}

/**
 * Authenticates the sender of the request.
 *
 * Without the setting `API_TOKENS`, any bearer token, or any key with an e-mail address, is
 * accepted as an administrator's, but only on local addresses. With it, only its tokens are
 * accepted. The holder of `EMULATOR_TOKEN` is an administrator on every host, as are the control's own
 * pages.
 *
 * @throws ApiError 9106 if the credentials are missing, 10000 (401) if they are malformed, 9109 if
 *   they are unknown
 */
async function authenticate(c: AppContext): Promise<Caller> {
  const administrator = impersonationOf(c)?.administrator
  if (administrator) {
    if (c.req.method === 'GET') coverRequest(c)
    return { kind: 'administrator', email: administrator.email }
  }
  const { isLocal, now, settings } = c.var
  const authorization = c.req.header('authorization')
  const key = {
    email: c.req.header('x-auth-email')?.trim().toLowerCase(),
    key: c.req.header('x-auth-key'),
  }
  if (authorization === undefined && !(key.email && key.key)) throw missing()
  const token = bearerToken(authorization)
  if (authorization !== undefined && token === undefined) throw malformed()
  if (token !== undefined && isDashboardToken(token)) return oauthCaller(c, token)
  if (await isEmulatorToken(c, token ?? key.key)) return { kind: 'administrator', email: key.email }
  const { API_TOKENS } = settings
  if (API_TOKENS === undefined) {
    if (!isLocal) throw unknown(c)
    return { kind: 'administrator', email: token === undefined ? key.email : undefined }
  }
  const hash = await sha256(token ?? '')
  const known = API_TOKENS.find((each) => each.tokenHash === hash)
  if (!known || (known.expires_on && Date.parse(known.expires_on) <= now * 1000)) throw unknown(c)
  const { name, permissions, expires_on: expiresAt } = known
  return { kind: 'token', id: await tokenId(name), name, permissions, expiresAt }
}

// API: observed [V21]. An OAuth client may do what the person granted it.
async function oauthCaller(c: AppContext, token: string): Promise<Caller> {
  const { configuration, now, stores } = c.var
  const admission = await stores.dashboardGrants.admit(token, now)
  if (admission.outcome === 'unknown') throw unknown(c, NOT_GRANTED)
  const { clientId, email, accountIds, scopes, id: grantId } = admission.grant
  const known = findOAuthClient(configuration.oauthClients, clientId)
  // Assumed: deleting a client ends its grants.
  if (!known) throw unknown(c, NOT_GRANTED)
  const client = { id: clientId, name: known.client_name }
  if (admission.outcome === 'admitted') {
    return { kind: 'oauth', client, email, accountIds, scopes: equivalentScopes(scopes) }
  }
  const kind = admission.outcome === 'expired' ? 'token-expired' : 'token-of-a-revoked-grant'
  reportInstead(c, { kind, client, email, grantId, path: c.req.path })
  throw unknown(c, NOT_GRANTED)
}

/**
 * Requires that the caller has one of these permissions, and access to the account of the path.
 *
 * API: observed [V9].
 *
 * @throws ApiError 10000 (403) if a token has none of the permissions, or is for other accounts
 */
export async function authorize(
  c: AppContext,
  permissions: Permission[],
  account: Account | undefined,
): Promise<void> {
  const caller = await callerOf(c)
  if (caller.kind === 'administrator') return
  const refusal = notPermitted()
  const { method, path } = c.req
  if (caller.kind === 'token') {
    const names = permissions.map(permissionName)
    const isEnough = names.length === 0 || names.some((each) => caller.permissions.includes(each))
    if (isEnough) return
    throw refusal.because({
      why: `The API token ${caller.name} has no permission for ${method} ${path}.`,
      change: `Give the token one of these permissions: ${names.join(', ')}.`,
    })
  }
  const { client, email, accountIds, scopes } = caller
  const isEnough = permissions.length === 0 || permissions.some((each) => scopes.includes(each))
  if (!isEnough) {
    report(c, { kind: 'scope-missing', client, email, method, path, enough: permissions })
    throw refusal.because({
      why: `${client.name} was not granted a scope that ${method} ${path} needs.`,
      change: `Authorize the client again with one of these scopes: ${permissions.join(', ')}.`,
    })
  }
  if (account && !accountIds.includes(account.id)) {
    throw refusal.because({
      why: `${email} did not choose the account ${account.id} when authorizing ${client.name}.`,
      change: 'Authorize the client again and choose this account.',
    })
  }
}

/**
 * Requires that the person who calls, or for whom the caller acts, has one of these roles in an account.
 * An API token has permissions instead.
 *
 * API: documented [C20]. Assumed: the refusal.
 *
 * @throws ApiError 10000 (403)
 */
export async function requireRole(
  c: AppContext,
  account: Account,
  roles: readonly string[],
): Promise<void> {
  const caller = await callerOf(c)
  const email = caller.kind === 'token' ? undefined : caller.email
  if (email === undefined || hasRole(account, email, roles)) return
  throw notPermitted().because({
    why: `${email} has none of these roles in the account ${account.name}: ${roles.join(', ')}.`,
    change: 'Give the person one of the roles in the setting ACCOUNTS, or call as another person.',
  })
}

/** Returns the sender of the request; authenticates once per request. */
export const callerOf = oncePerRequest(authenticate)

// Returns 32 hexadecimal characters, always the same for a name.
async function tokenId(name: string): Promise<string> {
  return (await stableUuid(`api-token:${name}`)).replaceAll('-', '')
}
