import { getCookie } from 'hono/cookie'
import * as z from 'zod'
import { signIdentity } from '../access/assertion'
import { wholeSeconds } from '../access/duration'
import {
  identityNonceOf,
  isRevoked,
  revisionOf,
  sessionIdOf,
  sessionRevocationKeys,
} from '../access/revocation'
import { readTicket } from '../access/ticket'
import type { AppContext } from '../env'
import { whereFrom } from '../judge'
import { PageError } from '../pages/respond'
import { report, reportDecision } from '../report'
import { appCookie } from './app-cookie'
import { APP_SESSION_COOKIE } from './challenge'

const ticketSchema = z.object({
  applicationId: z.string(),
  identityNonce: z.string(),
  policyId: z.string(),
  redirectUrl: z.string(),
  origin: z.string(),
  nonce: z.string(),
})

/**
 * `GET /cdn-cgi/access/authorized` on the application's host: the end of a browser login. Sets
 * `CF_Authorization` and goes to the page first asked for.
 *
 * The ticket is good in the browser that asked for the page, by its CF_AppSession cookie: nobody
 * can be logged in as somebody else by a link.
 *
 * @throws PageError
 */
export async function authorized(c: AppContext): Promise<Response> {
  const { configuration, emulator, now, state, stores, team, ticketSecret, url } = c.var
  const token = url.searchParams.get('token') ?? ''
  const ticket = ticketSchema.safeParse(await readTicket(ticketSecret, 'authorized', token, now))
  const application = configuration.applications.find(({ id }) => id === ticket.data?.applicationId)
  const { data } = ticket
  const session = data && (await stores.sessions.find(sessionIdOf(data.identityNonce)))
  if (
    !data ||
    !application ||
    !session ||
    data.origin !== url.origin ||
    data.nonce !== getCookie(c, APP_SESSION_COOKIE) ||
    isRevoked(
      state.revocations,
      sessionRevocationKeys(session.identity.email, data.identityNonce),
      revisionOf(data.identityNonce),
    )
  ) {
    throw new PageError(
      400,
      'Invalid nonce. Please try logging in again.',
      'This login was started in another browser, or too long ago.',
      'Open your application again.',
      { rule: 'A12' },
    )
  }
  const policy = application.policies.find(({ id }) => id === data.policyId)
  // Access: documented. A policy's own session duration comes before the application's.
  const lifetime = policy?.session_duration ?? application.session_duration
  const assertion = await signIdentity(
    {
      issuer: team.origin,
      audience: application.aud,
      identity: session.identity,
      // Of now, so that what was revoked of the application before does not concern this token.
      identityNonce: identityNonceOf(sessionIdOf(data.identityNonce), state.revocations),
      country: whereFrom(c).country,
      policyId: data.policyId,
      host: url.host,
      issuedAtSeconds: now,
      expiresAtSeconds: now + wholeSeconds(lifetime),
    },
    await emulator.signingKey(),
  )
  const { email } = session.identity
  const why = `${email} is back from the login page: ${application.name} sets its cookie.`
  reportDecision(c, {
    kind: 'login',
    step: 'done',
    email,
    application: { id: application.id, name: application.name },
    why,
  })
  report(c, {
    kind: 'application opened',
    sessionId: sessionIdOf(data.identityNonce),
    application: { id: application.id, name: application.name, type: application.type },
    hostname: url.host,
  })
  const page = new URL(url.origin + data.redirectUrl)
  c.header('Set-Cookie', appCookie(application, page, assertion))
  c.header('Cache-Control', 'no-store')
  return c.redirect(url.origin + data.redirectUrl, 302)
}
