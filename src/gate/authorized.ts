import { getCookie } from 'hono/cookie'
import { z } from 'zod'
import { signIdentity } from '../access/assertion'
import { wholeSeconds } from '../access/duration'
import { userIdOf } from '../access/identity'
import { readTicket } from '../access/ticket'
import { newSecret } from '../access/token'
import type { AppContext } from '../env'
import { PageError } from '../pages/respond'
import { APP_TOKEN_COOKIE } from './admit'
import { APP_SESSION_COOKIE } from './challenge'

const ticketSchema = z.object({
  applicationId: z.string(),
  email: z.string(),
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
  const { emulator, now, settings, team, ticketSecret, url } = c.var
  const token = url.searchParams.get('token') ?? ''
  const ticket = ticketSchema.safeParse(await readTicket(ticketSecret, 'authorized', token, now))
  const application = settings.APPLICATIONS.find(({ id }) => id === ticket.data?.applicationId)
  if (
    !ticket.success ||
    !application ||
    ticket.data.origin !== url.origin ||
    ticket.data.nonce !== getCookie(c, APP_SESSION_COOKIE)
  ) {
    throw new PageError(
      400,
      'Invalid nonce. Please try logging in again.',
      'This login was started in another browser, or too long ago.',
      'Open your application again.',
    )
  }
  const { email, policyId, redirectUrl } = ticket.data
  const lifetimeSeconds = wholeSeconds(application.session_duration)
  const assertion = await signIdentity(
    {
      issuer: team.origin,
      audience: application.aud,
      email,
      userId: await userIdOf(email),
      identityNonce: newSecret().slice(0, 16),
      country: String(c.req.raw.cf?.country ?? 'XX'),
      policyId,
      host: url.host,
      issuedAtSeconds: now,
      expiresAtSeconds: now + lifetimeSeconds,
    },
    await emulator.signingKey(),
  )
  const secure = url.protocol === 'https:' ? ' Secure;' : ''
  c.header('Set-Cookie', `${APP_TOKEN_COOKIE}=${assertion}; Path=/;${secure} HttpOnly`)
  c.header('Cache-Control', 'no-store')
  return c.redirect(`${url.origin}${redirectUrl}`, 302)
}
