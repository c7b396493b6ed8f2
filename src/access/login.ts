import * as z from 'zod'
import { sha256 } from '../oauth/encoding'
import type { Application } from './application'
import { ACCESS_PATHS, type TeamDomain } from './team-domain'
import { readTicket, signTicket } from './ticket'

/** How long a login page may be left open, in seconds. */
const LOGIN_LIFETIME_SECONDS = 15 * 60

/**
 * What a login is for. It ends either back at the authorization endpoint of the team domain, or at
 * `/authorized` of the application's host (`origin` and the path that it is reached by, bound to the
 * browser by `nonce`).
 */
const loginSchema = z.object({
  applicationId: z.string(),
  /** SHA-256 of the `redirect_url` beside the ticket, so that nobody puts another there. */
  redirect: z.string(),
  application: z
    .object({ origin: z.string(), nonce: z.string(), accessPath: z.enum(ACCESS_PATHS) })
    .optional(),
  /** Ask who, even if somebody is signed in. */
  again: z.boolean().optional(),
})
export type Login = Omit<z.infer<typeof loginSchema>, 'redirect'> & {
  /** A path with its query: on the team domain, or on `application.origin`. */
  redirectUrl: string
}

/**
 * The address of the login page: `/cdn-cgi/access/login/<host>?kid&meta&redirect_url`.
 *
 * Access: observed [U11]. `kid` is the application's audience, `meta` has three dot-separated parts.
 */
export async function loginUrl(
  team: TeamDomain,
  ticketSecret: Uint8Array,
  application: Application,
  host: string,
  login: Omit<Login, 'applicationId'>,
  now: number,
): Promise<string> {
  const { redirectUrl, ...rest } = login
  const claims = { ...rest, applicationId: application.id, redirect: await sha256(redirectUrl) }
  const meta = await signTicket(ticketSecret, 'login', claims, now, LOGIN_LIFETIME_SECONDS)
  const query = new URLSearchParams({ kid: application.aud, meta, redirect_url: redirectUrl })
  return `${team.origin}${team.accessPath}/login/${host}?${query}`
}

/** What a login page's address says, or undefined where it is not ours, changed, or too old. */
export async function readLogin(
  ticketSecret: Uint8Array,
  query: URLSearchParams,
  now: number,
): Promise<Login | undefined> {
  const redirectUrl = query.get('redirect_url') ?? ''
  const claims = await readTicket(ticketSecret, 'login', query.get('meta') ?? '', now)
  const login = loginSchema.safeParse(claims)
  if (!login.success || login.data.redirect !== (await sha256(redirectUrl))) return undefined
  return { ...login.data, redirectUrl }
}
