import type { JWTPayload } from 'jose'
import { JOSEError } from 'jose/errors'
import { createRemoteJWKSet } from 'jose/jwks/remote'
import { jwtVerify } from 'jose/jwt/verify'
import * as z from 'zod'
import { claimTexts } from '../../../access/claim'
import { emailSchema, type Identity } from '../../../access/identity'
import type { EmulatedProvider } from '../../../access/identity-provider'
import { deriveSecret } from '../../../access/token'
import { jsonOf, randomText } from '../../../oauth/encoding'
import { codeChallengeOf } from '../../../oauth/pkce'
import { ProviderButton } from '../../../pages/login'
import { PageError } from '../../../pages/page-error'
import type { AppContext } from '../../../request/context'
import { reportDecision } from '../../../request/events'
import { isDeep } from '../../../request/json-depth'
import { redirectToStep } from '../../../signin/browser'
import { callbackUrl, signState } from '../callback-state'
import type { LoginProvider } from './provider'

type OidcProvider = EmulatedProvider<'oidc'>

/** The time that the provider's servers have for a response. */
const TIMEOUT_MS = 10_000
const ADVICE = 'Return to your client or application and start again.'

/**
 * The login by an OpenID Connect provider: code flow with state and nonce, and PKCE if `pkce_enabled`
 * is on (OpenID Connect Core 3.1.2.1).
 *
 * The state is a ticket. Nonce and verifier are derived from a seed in it and the emulator's own key,
 * so nothing is stored and the browser knows neither.
 */
export const oidc: LoginProvider<OidcProvider> = {
  redirects: true,
  isForThisMachine: false,
  async start(c, { provider: { id, name, config }, loginNonce, again }) {
    const why = `The person signs in at the identity provider ${name}.`
    reportDecision(c, { kind: 'login', step: 'provider', outcome: 'asked', why })
    const seed = randomText(16)
    const { nonce, verifier } = await secretsOf(c, seed)
    const location = new URL(config.auth_url)
    const parameters = {
      response_type: 'code',
      client_id: config.client_id,
      redirect_uri: callbackUrl(c),
      scope: config.scopes.join(' '),
      state: await signState(c, { idp: id, loginNonce, seed }),
      nonce,
      // Assumed: without it, a session at the provider would return the same person at once.
      ...(again && { prompt: 'login' }),
      ...(config.pkce_enabled && {
        code_challenge: await codeChallengeOf(verifier),
        code_challenge_method: 'S256',
      }),
    }
    for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value)
    return redirectToStep(c, location.href)
  },
  async finish(c, { provider, query, seed }) {
    const { code, error } = Object.fromEntries(query)
    if (code && !error) return identityFrom(c, provider, code, seed)
    const description = query.get('error_description') ?? ''
    const what = error ? `the error ${error}` : 'no code'
    throw failed(provider, `It returned ${what}. ${description}`.trim())
  },
  Button: ({ provider }) => <ProviderButton idp={provider.id} name={provider.name} />,
}

async function identityFrom(
  c: AppContext,
  provider: OidcProvider,
  code: string,
  seed: string,
): Promise<Identity> {
  const { config } = provider
  const { nonce, verifier } = await secretsOf(c, seed)
  const idToken = await exchange(c, provider, code, verifier)
  const payload = await verify(provider, idToken)
  if (payload.nonce !== nonce)
    throw failed(provider, 'Its id_token does not have the nonce of this login.')
  if (typeof payload.sub !== 'string' || payload.sub === '') {
    throw failed(provider, 'Its id_token has no text in sub.')
  }
  // OpenID Connect Core 3.1.3.7, 5.
  if (payload.azp !== undefined && payload.azp !== config.client_id) {
    throw failed(provider, 'The azp of its id_token is another client.')
  }
  const email = emailSchema.safeParse(payload[config.email_claim_name])
  if (!email.success) {
    throw failed(provider, `Its id_token has no e-mail address in ${config.email_claim_name}.`)
  }
  const claims = Object.fromEntries(
    config.claims
      .filter((name) => payload[name] !== undefined)
      .map((name) => [name, payload[name]]),
  )
  if (isDeep(claims)) throw failed(provider, 'A claim of its id_token is nested too deep.')
  return {
    email: email.data,
    name: typeof payload.name === 'string' ? payload.name : '',
    groups: Array.isArray(claims.groups) ? claimTexts(claims.groups) : [],
    idp: { id: provider.id, type: provider.type },
    claims,
  }
}

async function exchange(
  c: AppContext,
  provider: OidcProvider,
  code: string,
  verifier: string,
): Promise<string> {
  const { config } = provider
  const encoded = [config.client_id, config.client_secret].map(encodeURIComponent)
  const { isOk, status, body } = await reach(provider, config.token_url, {
    method: 'POST',
    // A redirect would send the client secret to another address.
    redirect: 'manual',
    // RFC 6749 2.3.1: every provider must support this method.
    headers: { authorization: `Basic ${btoa(encoded.join(':'))}`, accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: callbackUrl(c),
      ...(config.pkce_enabled && { code_verifier: verifier }),
    }),
  })
  const tokens = z.object({ id_token: z.string() }).safeParse(jsonOf(body))
  if (!isOk || !tokens.success) {
    // The body is not quoted if it has tokens, because the page and the event would show them.
    const hasTokens = isOk && /token/i.test(body)
    const what = hasTokens ? ' without an id_token' : `: ${body.slice(0, 200)}`
    throw failed(provider, `token_url responded with ${status}${what}`)
  }
  return tokens.data.id_token
}

async function verify(provider: OidcProvider, idToken: string): Promise<JWTPayload> {
  const { certs_url: certsUrl, client_id: audience, issuer } = provider.config
  // Fetched at every login, because a provider may restart with other keys.
  const keys = createRemoteJWKSet(new URL(certsUrl), { timeoutDuration: TIMEOUT_MS })
  try {
    // By the real clock, which is the provider's.
    const { payload } = await jwtVerify(idToken, keys, {
      audience,
      requiredClaims: ['exp', 'iss', 'sub'],
      // OpenID Connect Core 3.1.3.7, 2. Access has no setting for it.
      ...(issuer !== undefined && { issuer }),
    })
    if (typeof payload.iss !== 'string') throw failed(provider, 'Its id_token has no text in iss.')
    return payload
  } catch (error) {
    if (error instanceof PageError) throw error
    if (!(error instanceof JOSEError)) throw unreachable(provider, certsUrl, error)
    throw failed(provider, `Its id_token is not valid: ${error.message}.`)
  }
}

async function reach(provider: OidcProvider, url: string, init: RequestInit) {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
    return { isOk: response.ok, status: response.status, body: await response.text() }
  } catch (error) {
    throw unreachable(provider, url, error)
  }
}

async function secretsOf(
  c: AppContext,
  seed: string,
): Promise<{ nonce: string; verifier: string }> {
  const { ticketSecret } = c.get('state')
  return {
    nonce: await deriveSecret(ticketSecret, `oidc nonce:${seed}`),
    verifier: await deriveSecret(ticketSecret, `oidc verifier:${seed}`),
  }
}

function unreachable(provider: OidcProvider, url: string, cause: unknown): PageError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new PageError(502, `${provider.name} cannot be reached`, `${url}: ${why}`, ADVICE)
}

function failed(provider: OidcProvider, message: string): PageError {
  return new PageError(400, `${provider.name} did not sign you in`, message, ADVICE)
}
