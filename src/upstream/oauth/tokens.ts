import * as z from 'zod'
import type { UpstreamTokens } from '../../mcp/credential'
import type { McpServer } from '../../mcp/server'
import type { AppContext } from '../../request/context'
import { upstreamFetch } from '../fetch'
import { forgetClient, type UpstreamClient } from './registration'

const tokensSchema = z.looseObject({
  access_token: z.string().min(1),
  refresh_token: z.string().optional(),
  expires_in: z.number().optional(),
})
const errorSchema = z.looseObject({ error: z.string() })

/** The refusal of a token endpoint, with its error code. */
export class TokenRefused extends Error {
  constructor(readonly code: string) {
    super(`the token endpoint responded with ${code}`)
    this.name = 'TokenRefused'
  }
}

/** Redeems a code at the authorization server of a server. @throws TokenRefused */
export function exchangeCode(
  c: AppContext,
  server: McpServer,
  client: UpstreamClient,
  { callback, code, verifier }: { callback: string; code: string; verifier: string },
): Promise<UpstreamTokens> {
  const { resource } = client.config
  return requestTokens(c, server, client, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: callback,
    code_verifier: verifier,
    ...(resource !== undefined && { resource }),
  })
}

/**
 * Refreshes tokens.
 *
 * Portal: observed [MP68]. The resource is normalized as a URL here, so `https://h` becomes `https://h/`.
 *
 * @throws TokenRefused
 */
export async function refreshTokens(
  c: AppContext,
  server: McpServer,
  client: UpstreamClient,
  refreshToken: string,
): Promise<UpstreamTokens> {
  const { resource } = client.config
  const isVerbatim = c.get('quirks').has('upstream-resource-verbatim')
  const sent =
    resource === undefined || isVerbatim ? resource : (URL.parse(resource)?.href ?? resource)
  const tokens = await requestTokens(c, server, client, {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    ...(sent !== undefined && { resource: sent }),
  })
  return { refresh_token: refreshToken, ...tokens }
}

async function requestTokens(
  c: AppContext,
  server: McpServer,
  { clientSecret = '', config, registration }: UpstreamClient,
  form: Record<string, string>,
): Promise<UpstreamTokens> {
  const { client_id: id, token_endpoint_auth_method: method = 'client_secret_basic' } = registration
  // Portal: observed [MP69]. Basic, whatever was registered.
  const isBasic =
    !c.get('quirks').has('upstream-registered-authentication') || method === 'client_secret_basic'
  const body = new URLSearchParams(form)
  if (!isBasic) body.set('client_id', id)
  if (!isBasic && method === 'client_secret_post') body.set('client_secret', clientSecret)
  const response = await upstreamFetch(c, server)(config.token_endpoint, {
    method: 'POST',
    headers: {
      Accept: 'application/json',
      'Content-Type': 'application/x-www-form-urlencoded',
      // RFC 6749 2.3.1.
      ...(isBasic && {
        Authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(clientSecret)}`)}`,
      }),
    },
    body: body.toString(),
  })
  const content: unknown = await response.json().catch(() => undefined)
  const tokens = tokensSchema.safeParse(content)
  if (!response.ok || !tokens.success) {
    const code = errorSchema.safeParse(content).data?.error ?? `HTTP ${response.status}`
    // Portal: observed [MP71]. Nothing follows from it.
    if (code === 'invalid_client' && c.get('quirks').has('upstream-registers-again')) {
      await forgetClient(c, server)
    }
    throw new TokenRefused(code)
  }
  const { access_token, expires_in: seconds, refresh_token } = tokens.data
  return {
    access_token,
    ...(refresh_token !== undefined && { refresh_token }),
    ...(seconds !== undefined && { expires_at_seconds: c.get('now') + Math.floor(seconds) }),
  }
}
