import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'

type Kept = {
  port: number
  client?: unknown
  tokens?: unknown
  discovery?: unknown
  verifier?: string
  state?: string
}

/**
 * An `OAuthClientProvider` for both generations of the MCP TypeScript SDK, as an application would write
 * it: keeps everything in a file of the home directory, opens a browser, and listens at a loopback port.
 */
export class FileProvider {
  readonly #file: string
  readonly #kept: Kept
  readonly #server: Server
  #callbacks = Promise.withResolvers<URLSearchParams>()

  private constructor(file: string, kept: Kept) {
    this.#file = file
    this.#kept = kept
    this.#server = createServer((request, response) => {
      response.end('You can close this window.')
      this.#callbacks.resolve(new URL(request.url ?? '/', 'http://127.0.0.1').searchParams)
    })
  }

  /** Listens at the port of the registered redirect URI, or at a free one. */
  static async open(name: string): Promise<FileProvider> {
    const file = join(homedir(), `${name}.json`)
    const kept: Kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { port: 0 }
    const provider = new FileProvider(file, kept)
    const server = provider.#server
    // Another process with the same registration may be listening.
    await new Promise<void>((done) => {
      server.once('error', () => done()).listen(kept.port, '127.0.0.1', done)
    })
    kept.port ||= (server.address() as AddressInfo).port
    return provider
  }

  get redirectUrl(): string {
    return `http://127.0.0.1:${this.#kept.port}/callback`
  }

  get clientMetadata() {
    return {
      client_name: 'A command-line client',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    }
  }

  /** Waits for the callback of the authorization that was begun, and returns its parameters. */
  async callback(): Promise<URLSearchParams> {
    const parameters = await this.#callbacks.promise
    this.#callbacks = Promise.withResolvers()
    if (parameters.get('state') !== this.#kept.state) throw new Error('The state does not match')
    const error = parameters.get('error')
    if (error) throw new Error(`The authorization failed: ${error}`)
    return parameters
  }

  close(): void {
    this.#server.close()
  }

  redirectToAuthorization(url: URL): void {
    const browser = process.env.BROWSER ?? (process.platform === 'darwin' ? 'open' : 'xdg-open')
    spawn(browser, [url.href], { stdio: 'ignore' })
  }

  state(): string {
    this.#kept.state = randomUUID()
    return this.#kept.state
  }

  // The SDKs return what they are given. Its type differs between them.
  clientInformation(): never {
    return this.#kept.client as never
  }

  saveClientInformation(client: unknown): void {
    this.#save({ client })
  }

  tokens(): never {
    return this.#kept.tokens as never
  }

  saveTokens(tokens: unknown): void {
    this.#save({ tokens })
  }

  discoveryState(): never {
    return this.#kept.discovery as never
  }

  saveDiscoveryState(discovery: unknown): void {
    this.#save({ discovery })
  }

  saveCodeVerifier(verifier: string): void {
    this.#kept.verifier = verifier
  }

  codeVerifier(): string {
    return this.#kept.verifier ?? ''
  }

  invalidateCredentials(scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): void {
    const all = scope === 'all'
    this.#save({
      ...((all || scope === 'client') && { client: undefined }),
      ...((all || scope === 'tokens') && { tokens: undefined }),
      ...((all || scope === 'discovery') && { discovery: undefined }),
    })
  }

  #save(members: Partial<Kept>): void {
    Object.assign(this.#kept, members)
    const { port, client, tokens, discovery } = this.#kept
    writeFileSync(this.#file, JSON.stringify({ port, client, tokens, discovery }))
  }
}
