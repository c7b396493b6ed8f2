import { createHash } from 'node:crypto'
import { expectStatus, type Send } from './http.ts'

const VERIFIER = 'a-code-verifier-of-at-least-43-characters-0123456789'
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')
const REDIRECT_URI = 'http://localhost:53682/callback'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

export type Tokens = { access_token: string; refresh_token: string }

/** An authorization server as a client sees it. */
export type Subject = {
  register(): Promise<string>
  /** Authorization and exchange: two requests. */
  flow(clientId: string): Promise<Tokens>
  refresh(clientId: string, tokens: Tokens): Promise<Tokens>
}

/** What differs between two authorization servers: addresses. */
export type Addresses = {
  registration: string
  authorization: string
  token: string
  resource: string
}

export function subject(send: Send, addresses: Addresses): Subject {
  const exchange = async (form: Record<string, string>) => {
    const body = String(new URLSearchParams(form))
    const answer = await send(addresses.token, {
      method: 'POST',
      headers: FORM,
      body,
    })
    return JSON.parse(expectStatus(answer, 200).body) as Tokens
  }
  return {
    async register() {
      const answer = await send(addresses.registration, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          client_name: 'Bench',
          redirect_uris: [REDIRECT_URI],
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token'],
        }),
      })
      return (JSON.parse(expectStatus(answer, 201).body) as { client_id: string }).client_id
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
      const answer = await send(`${addresses.authorization}?${query}`)
      const code = new URL(expectStatus(answer, 302).location).searchParams.get('code')
      if (!code) throw new Error(`no code in ${answer.location}`)
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

/** A refresh with the token that the last one brought; the first call gets it by a flow. */
export function refreshing(oauth: Subject, clientId: string): () => Promise<void> {
  let tokens: Tokens | undefined
  return async () => {
    tokens = tokens ? await oauth.refresh(clientId, tokens) : await oauth.flow(clientId)
  }
}
