import * as z from 'zod'
import { identityDocument } from '../../access/identity-document'
import { identityNonceOf } from '../../access/revocation'
import { browserSignIn, grantSignIn, isSignInGood, type SignIn } from '../../access/sign-in'
import type { AppContext } from '../../request/context'
import type { DirectorySession } from '../../store/emulator/directory'
import { pageOf, wholeListQuery } from '../envelope'
import { notFound } from '../error'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { requireUser } from './users'

const PERMISSIONS = accepted('access-acct', 'access-users')

const USER = '/access/users/:user_id'

const sessionResult = z.object({
  name: z.string(),
  expiration: z.int(),
  metadata: z.object({
    apps: z.record(
      z.string(),
      z.object({ hostname: z.string(), name: z.string(), type: z.string(), uid: z.string() }),
    ),
    expires: z.int(),
    iat: z.int(),
    nonce: z.string(),
    ttl: z.int(),
  }),
})
const identityResult = z.looseObject({ email: z.string(), user_uuid: z.string() })

/** The sessions of a user: browsers' sign-ins and clients' grants. Access: documented [K23]. */
export const userSessions: Operation[] = [
  operation({
    method: 'get',
    path: `${USER}/active_sessions`,
    summary: "List a user's active sessions",
    permissions: PERMISSIONS.read,
    query: z.object(wholeListQuery),
    result: sessionResult,
    isList: true,
    handle: async (c, { params, query }) => pageOf((await sessionsOf(c, params)).map(view), query),
  }),
  operation({
    method: 'get',
    path: `${USER}/active_sessions/:nonce`,
    summary: 'Get an active session',
    permissions: PERMISSIONS.read,
    result: identityResult.extend({ isActive: z.boolean() }),
    async handle(c, { params }) {
      const session = (await sessionsOf(c, params)).find(({ id }) => id === params.nonce)
      if (!session) throw notFound('session_not_found')
      return { ...(await identityDocument(session.identity, session)), isActive: true }
    },
  }),
  operation({
    method: 'get',
    path: `${USER}/last_seen_identity`,
    summary: "Get a user's last identity",
    permissions: PERMISSIONS.read,
    result: identityResult,
    async handle(c, { params }) {
      const { email } = await requireUser(c, params)
      const last = (await c.get('emulator').directory.sessions(email)).at(-1)
      if (!last) throw notFound('identity_not_found')
      return identityDocument(last.identity, last)
    },
  }),
  operation({
    method: 'get',
    path: `${USER}/failed_logins`,
    summary: "List a user's failed logins",
    permissions: PERMISSIONS.read,
    query: z.object(wholeListQuery),
    result: z.object({ expiration: z.int(), metadata: z.looseObject({}) }),
    isList: true,
    async handle(c, { params, query }) {
      const { email } = await requireUser(c, params)
      const failed = (await c.get('emulator').events.accessRequests()).flatMap((event) => {
        if (event.kind !== 'access-request' || event.allowed || event.email !== email) return []
        const { application, rayId, at, ip } = event
        // Assumed: the members, and that a failed login is kept for a week.
        const expiration = Math.floor(Date.parse(at) / 1000) + 7 * 86_400
        const metadata = { app_name: application.name, app_uid: application.id, ip, ray_id: rayId }
        return [{ expiration, metadata: { ...metadata, ts: at } }]
      })
      return pageOf(failed, query)
    },
  }),
]

async function sessionsOf(
  c: AppContext,
  params: Record<string, string>,
): Promise<DirectorySession[]> {
  const { email } = await requireUser(c, params)
  const sessions = await c.get('emulator').directory.sessions(email)
  return sessions.filter((session) => isSignInGood(c.get('state'), signInOf(c, session)))
}

// A revocation that ends a browser's sign-in may leave a client's grant valid [T15].
function signInOf(c: AppContext, session: DirectorySession): SignIn {
  const { id, holder, identity, applications, revision } = session
  const identityNonce = identityNonceOf(id, { count: revision })
  if (holder === 'browser') return browserSignIn(identity.email, identityNonce)
  const [applicationId = ''] = Object.keys(applications)
  const grant = { applicationId, identity, identityNonce }
  return grantSignIn(grant, c.get('settings').REVOCATION)
}

function view(session: DirectorySession) {
  const { id, issuedAtSeconds, expiresAtSeconds, applications } = session
  return {
    name: id,
    expiration: expiresAtSeconds,
    metadata: {
      apps: applications,
      expires: expiresAtSeconds,
      iat: issuedAtSeconds,
      nonce: id,
      ttl: expiresAtSeconds - issuedAtSeconds,
    },
  }
}
