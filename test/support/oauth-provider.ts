import { REDIRECT_URI } from './client'
import type { Person } from './person'

// The values that both generations of the SDK pass, stored unchanged as both require.
type ClientInformation = { client_id: string; client_secret?: string; issuer?: string }
type Tokens = { access_token: string; token_type: string; refresh_token?: string; issuer?: string }
type Discovery = { authorizationServerUrl: string; resourceMetadataUrl?: string }

/**
 * An `OAuthClientProvider` of the MCP TypeScript SDK, of 1.x and of 2.x, that keeps everything in
 * memory and sends a person's browser to the authorization.
 */
export class MemoryProvider {
  readonly redirectUrl = REDIRECT_URI
  readonly clientMetadata = {
    client_name: 'MCP SDK',
    redirect_uris: [REDIRECT_URI],
    token_endpoint_auth_method: 'none',
  }
  /** The number of authorizations that the SDK started. */
  authorizations = 0
  /** The credentials that the SDK discarded. */
  readonly invalidated: string[] = []
  client: ClientInformation | undefined
  saved: Tokens | undefined
  #discovery: Discovery | undefined
  #state = ''
  #verifier = ''

  constructor(readonly person: Person) {}

  /** The callback's parameters, if they belong to this provider's request. */
  get callback(): URLSearchParams {
    const { callback, page } = this.person
    if (!callback) throw new Error(`no callback, but ${page?.status}: ${page?.text}`)
    const { searchParams } = callback
    if (searchParams.get('state') !== this.#state) throw new Error('the state is another')
    return searchParams
  }

  state(): string {
    this.#state = crypto.randomUUID()
    return this.#state
  }

  clientInformation(): ClientInformation | undefined {
    return this.client
  }

  saveClientInformation(client: ClientInformation): void {
    this.client = client
  }

  tokens(): Tokens | undefined {
    return this.saved
  }

  saveTokens(tokens: Tokens): void {
    this.saved = tokens
  }

  discoveryState(): Discovery | undefined {
    return this.#discovery
  }

  saveDiscoveryState(discovery: Discovery): void {
    this.#discovery = discovery
  }

  async redirectToAuthorization(url: URL): Promise<void> {
    this.authorizations++
    await this.person.open(url.href)
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier
  }

  codeVerifier(): string {
    return this.#verifier
  }

  invalidateCredentials(scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): void {
    this.invalidated.push(scope)
    if (scope === 'all' || scope === 'client') this.client = undefined
    if (scope === 'all' || scope === 'tokens') this.saved = undefined
    if (scope === 'all' || scope === 'discovery') this.#discovery = undefined
  }
}
