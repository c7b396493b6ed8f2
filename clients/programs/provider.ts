import { randomUUID } from 'node:crypto'
import { type Callback, CLIENT_METADATA, Credentials, listen } from './callback.ts'

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
  readonly #credentials: Credentials<Kept>
  readonly #kept: Partial<Kept>
  readonly #callback: Callback
  #arrived: Promise<URL> | undefined

  private constructor(credentials: Credentials<Kept>, kept: Partial<Kept>, callback: Callback) {
    this.#credentials = credentials
    this.#kept = kept
    this.#callback = callback
  }

  /** Listens at the port of the registered redirect URI, or at a free one. */
  static async open(name: string): Promise<FileProvider> {
    const credentials = new Credentials<Kept>(name)
    const kept = credentials.read()
    const callback = await listen(kept.port ?? 0)
    return new FileProvider(credentials, { ...kept, port: callback.port }, callback)
  }

  get redirectUrl(): string {
    return this.#callback.redirectUri
  }

  get clientMetadata() {
    return { ...CLIENT_METADATA, redirect_uris: [this.redirectUrl] }
  }

  /** Waits for the callback of the authorization that was begun, and returns its parameters. */
  async callback(): Promise<URLSearchParams> {
    const { searchParams } = (await this.#arrived) ?? new URL(this.redirectUrl)
    if (searchParams.get('state') !== this.#kept.state) throw new Error('The state does not match')
    const error = searchParams.get('error')
    if (error) throw new Error(`The authorization failed: ${error}`)
    return searchParams
  }

  close(): void {
    this.#callback.close()
  }

  redirectToAuthorization(url: URL): void {
    this.#arrived = this.#callback.authorize(url)
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
    this.#credentials.write({ ...(port && { port }), client, tokens, discovery })
  }
}
