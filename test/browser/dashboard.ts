import type { Page } from 'playwright-core'
import { challengeOf, query, VERIFIER } from '../support/client.ts'
import type { Server } from '../support/server.ts'
import { sees } from './sees.ts'

const ACCOUNT = '0123456789abcdef0123456789abcdef'

export type Registered = { client_id: string; client_uri_verification: { text: string } }
export type Tokens = { access_token: string; refresh_token: string; scope: string }

/** A developer's application, with its required and its optional permissions. */
export const REPORTS = {
  client_name: 'Reports',
  client_uri: 'https://reports.example.com',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scopes: ['account-settings.read', 'user-details.read', 'zone.read'],
  optional_scopes: ['zone.read'],
  token_endpoint_auth_method: 'none',
}

/** A request to the management API. */
export async function api(
  { app }: Server,
  method: string,
  path: string,
  { body, token = 'any' }: { body?: unknown; token?: string } = {},
): Promise<{ status: number; result: unknown; errors: { code: number }[] }> {
  const response = await fetch(`${app}/client/v4${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const { result, errors } = (await response.json()) as { result: unknown; errors: [] }
  return { status: response.status, result, errors }
}

/** Registers an application with this callback. */
export async function register(
  server: Server,
  redirectUri: string,
  changes = {},
): Promise<Registered> {
  const body = { ...REPORTS, redirect_uris: [redirectUri], ...changes }
  const { result } = await api(server, 'POST', `/accounts/${ACCOUNT}/oauth_clients`, { body })
  return result as Registered
}

/** Opens an authorization as Ada, up to the consent page. */
export async function ask(
  server: Server,
  page: Page,
  clientId: string,
  redirectUri: string,
  scopes?: string[],
): Promise<void> {
  await page.goto(await authorizationUrl(server, clientId, redirectUri, scopes))
  await page.getByRole('button', { name: 'Ada' }).click()
  await sees(page, 'Authorize application')
}

/** The URL to which the application redirects its user. */
export async function authorizationUrl(
  { team }: Server,
  clientId: string,
  redirectUri: string,
  scopes = [...REPORTS.scopes, 'offline_access'],
): Promise<string> {
  const parameters = query({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    state: 'the-state-of-it',
    code_challenge: await challengeOf(VERIFIER),
    code_challenge_method: 'S256',
  })
  return `${team}/oauth2/auth?${parameters}`
}

/** The response of the token endpoint. */
export async function token(
  { team }: Server,
  form: Record<string, string>,
): Promise<{ status: number; body: Tokens & { error?: string } }> {
  const response = await fetch(`${team}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  return { status: response.status, body: (await response.json()) as Tokens }
}
