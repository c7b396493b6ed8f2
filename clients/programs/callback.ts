import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Sends a request with the name of the program, for every library: the report tells programs by it. */
export function send(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set('user-agent', 'a-program/1.0.0')
  return fetch(url, { ...init, headers })
}

/** The metadata that programs register, without their redirect URI. */
export const CLIENT_METADATA = {
  client_name: 'A program on a library',
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
}

/** The loopback callback of a program, and a function that opens the browser. */
export type Callback = {
  port: number
  redirectUri: string
  /** Opens the authorization URL, and returns the URL at which the browser arrives. */
  authorize(url: URL): Promise<URL>
  close(): void
}

/** Listens at a port of 127.0.0.1; 0 chooses a free one. */
export async function listen(wanted: number): Promise<Callback> {
  let arrived = Promise.withResolvers<URL>()
  const server = createServer((request, response) => {
    response.end('You can close this window.')
    arrived.resolve(new URL(request.url ?? '/', redirectUri))
  })
  // Another process with the same registration may be listening.
  await new Promise<void>((done) =>
    server.once('error', () => done()).listen(wanted, '127.0.0.1', done),
  )
  const port = wanted || (server.address() as AddressInfo).port
  const redirectUri = `http://127.0.0.1:${port}/callback`
  return {
    port,
    redirectUri,
    authorize(url) {
      arrived = Promise.withResolvers<URL>()
      const browser = process.env.BROWSER ?? (process.platform === 'darwin' ? 'open' : 'xdg-open')
      spawn(browser, [url.href], { stdio: 'ignore' })
      return arrived.promise
    },
    close: () => void server.close(),
  }
}

/** A file of the home directory, in which a program keeps its credentials. */
export class Credentials<T extends object> {
  readonly #file: string

  constructor(name: string) {
    this.#file = join(homedir(), `${name}.json`)
  }

  read(): Partial<T> {
    return existsSync(this.#file) ? JSON.parse(readFileSync(this.#file, 'utf8')) : {}
  }

  write(credentials: Partial<T>): void {
    writeFileSync(this.#file, JSON.stringify(credentials))
  }
}

/** Returns the resource and the issuer of the metadata that the `Bearer` challenge names. */
export async function resourceOf(url: string): Promise<{ resource: string; issuer: string }> {
  const response = await send(url, { method: 'POST', body: '{}' })
  const challenge = response.headers.get('www-authenticate') ?? ''
  const named = challenge.match(/resource_metadata="([^"]+)"/)?.[1]
  const { origin, pathname } = new URL(url)
  const metadata = await send(named ?? `${origin}/.well-known/oauth-protected-resource${pathname}`)
  const document = (await metadata.json()) as { resource: string; authorization_servers: string[] }
  return { resource: document.resource, issuer: document.authorization_servers[0] ?? '' }
}

/** Sends a request to the MCP server with an access token, and returns the status. */
export async function call(url: string, accessToken: string): Promise<number> {
  const response = await send(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${accessToken}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  })
  await response.body?.cancel()
  return response.status
}
