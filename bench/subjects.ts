import { createHash } from 'node:crypto'
import { expectStatus, type Send } from './http.ts'

const VERIFIER = 'a-code-verifier-of-at-least-43-characters-0123456789'
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')
const REDIRECT_URI = 'http://localhost:53682/callback'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

export type Tokens = { access_token: string; refresh_token: string }

/** An authorization server from the view of a client. */
export type Subject = {
  register(): Promise<string>
  /** Authorizes and exchanges the code: two requests. */
  flow(clientId: string): Promise<Tokens>
  refresh(clientId: string, tokens: Tokens): Promise<Tokens>
}

/** The addresses of an authorization server. */
export type Addresses = {
  registration: string
  authorization: string
  token: string
  resource: string
}

export function subject(send: Send, addresses: Addresses): Subject {
  const exchange = async (form: Record<string, string>) => {
    const body = String(new URLSearchParams(form))
    const response = await send(addresses.token, {
      method: 'POST',
      headers: FORM,
      body,
    })
    return JSON.parse(expectStatus(response, 200).body) as Tokens
  }
  return {
    async register() {
      const response = await send(addresses.registration, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          client_name: 'Bench',
          redirect_uris: [REDIRECT_URI],
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token'],
        }),
      })
      return (JSON.parse(expectStatus(response, 201).body) as { client_id: string }).client_id
    },
    async flow(clientId) {
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: REDIRECT_URI,
        state: 'a-state',
        code_challenge: CHALLENGE,
        code_challenge_method: 'S256',
        resource: addresses.resource,
      })
      const response = await send(`${addresses.authorization}?${query}`)
      const code = new URL(expectStatus(response, 302).location).searchParams.get('code')
      if (!code) throw new Error(`no code in ${response.location}`)
      return exchange({
        grant_type: 'authorization_code',
        code,
        client_id: clientId,
        redirect_uri: REDIRECT_URI,
        code_verifier: VERIFIER,
        resource: addresses.resource,
      })
    },
    refresh: (clientId, { refresh_token }) =>
      exchange({ grant_type: 'refresh_token', refresh_token, client_id: clientId }),
  }
}

/** Returns an operation that refreshes with the last refresh token. The first call runs a flow for it. */
export function refreshing(oauth: Subject, clientId: string): () => Promise<void> {
  let tokens: Tokens | undefined
  return async () => {
    tokens = tokens ? await oauth.refresh(clientId, tokens) : await oauth.flow(clientId)
  }
}
