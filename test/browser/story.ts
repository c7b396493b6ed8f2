import { bearer, Client, type Fetch, tokensOf } from '../support/client.ts'
import { networkFetch, type Server } from '../support/server.ts'

/** A client with its own user agent, which separates its flow from those of other clients. */
export function clientNamed({ app, team }: Server, userAgent: string): Client {
  const fetch: Fetch = (url, init) => {
    const isBrowser = url.includes('/oauth/authorization')
    const headers = new Headers(init?.headers)
    headers.set('user-agent', isBrowser ? 'Mozilla/5.0' : userAgent)
    return networkFetch(url, { ...init, headers })
  }
  return new Client(fetch, app, team)
}

/** A flow from the first 401 to the refresh after the access token has expired. */
export async function fullStory(server: Server): Promise<void> {
  const { app, team, control } = server
  const client = clientNamed(server, 'claude-code/2.1.4')
  await control('PUT', 'auto-sign-in', { email: 'ada@example.com' })
  const call = (accessToken?: string) =>
    client.fetch(`${app}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(accessToken && bearer(accessToken)),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
    })
  await call()
  await client.fetch(`${app}/.well-known/oauth-protected-resource/mcp`)
  await client.fetch(`${team}/.well-known/oauth-authorization-server`)
  const { clientId, tokens } = await client.connect({ client_name: 'Claude Code' })
  await call(tokens.access_token)
  await control('PATCH', 'clock', { advance: '16m' })
  await call(tokens.access_token)
  const refreshed = await tokensOf(client.refresh(clientId, tokens.refresh_token))
  await call(refreshed.access_token)
}
