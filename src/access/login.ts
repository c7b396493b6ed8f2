import * as z from 'zod'
import { sha256 } from '../oauth/encoding'
import type { Application } from './application'
import { ACCESS_PATHS, type TeamDomain } from './team-domain'
import { readTicket, signTicket } from './ticket'

/** The maximum duration of a login, from its redirect to its end, in seconds. */
const LOGIN_LIFETIME_SECONDS = 15 * 60

/**
 * The purpose of a login. It returns either to the authorization endpoint of the team domain, or to
 * `/authorized` below `accessPath` at `application.origin`, bound to the browser by `nonce`.
 */
const loginSchema = z.object({
  applicationId: z.string(),
  /** SHA-256 of the `redirect_url` beside the ticket, so that it cannot be replaced. */
  redirect: z.string(),
  application: z
    .object({ origin: z.string(), nonce: z.string(), accessPath: z.enum(ACCESS_PATHS) })
    .optional(),
  /** Shows the login page even if a session exists. */
  again: z.boolean().optional(),
})
export type Login = Omit<z.infer<typeof loginSchema>, 'redirect'> & {
  /** A path with its query: on the team domain, or on `application.origin`. */
  redirectUrl: string
}

/**
 * Creates the URL of the login page: `/cdn-cgi/access/login/<host>?kid&meta&redirect_url`.
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

/** Reads the query of a login page. Returns undefined if its ticket is invalid, changed or expired. */
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
