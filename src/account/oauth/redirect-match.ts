import * as z from 'zod'
import { isLoopback, isLoopbackLiteral } from '../../oauth/loopback'
import {
  parseRedirectUri,
  type RedirectUri,
  type UnusableRedirectUri,
} from '../../oauth/redirect-uri'

/**
 * A redirect URI of a self-managed OAuth client: https, or http to this machine.
 *
 * API: observed, reported [C13]. Private-use schemes are rejected.
 */
export const oauthClientRedirectUriSchema = z.string().superRefine((text, context) => {
  const uri = parseRedirectUri(text)
  const problem = uri.problem ?? insecurity(uri)
  if (problem) context.addIssue({ code: 'custom', message: `the redirect URI ${problem}` })
})

function insecurity({ url: { protocol, hostname } }: RedirectUri): string | undefined {
  if (protocol === 'https:') return undefined
  if (protocol !== 'http:') return 'must use https'
  return isLoopback(hostname)
    ? undefined
    : "is using an insecure protocol, http is only allowed for hosts with suffix 'localhost'"
}

/**
 * Returns the redirect URI that the response to a request may go to, or undefined if the request names
 * none of the registered ones. If a client has only one, the request may omit it.
 *
 * Dashboard: documented [C14]. The text has to equal a registered one. Only the port of an IP-literal
 * loopback address (127.0.0.1, [::1]) is free (RFC 8252 7.3); that of `localhost` is not.
 */
export function matchingRedirectUri(
  requested: string | undefined,
  registered: readonly string[],
): RedirectUri | undefined {
  const text = requested ?? (registered.length === 1 ? registered[0] : undefined)
  if (text === undefined) return undefined
  const uri = parseRedirectUri(text)
  if (uri.problem !== undefined) return undefined
  const isRegistered = registered.some(
    (each) => each === text || isSameLoopback(parseRedirectUri(each), uri),
  )
  return isRegistered ? uri : undefined
}

function isSameLoopback(
  registered: RedirectUri | UnusableRedirectUri,
  { url: requested }: RedirectUri,
): boolean {
  if (registered.problem !== undefined) return false
  const { url } = registered
  return (
    isLoopbackLiteral(requested.hostname) &&
    requested.protocol === 'http:' &&
    url.protocol === 'http:' &&
    url.hostname === requested.hostname &&
    url.pathname === requested.pathname &&
    url.search === requested.search
  )
}
