import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import Provider, { type AuthorizationCode } from 'oidc-provider'
import { CLIENT } from './oidc-setting'
import { freePort } from './server'

/** The claims of this provider's accounts, beside `sub` and `email`, which are those of the login. */
const ACCOUNTS: Record<string, Record<string, unknown>> = {
  'ada@example.com': {
    name: 'Ada Lovelace',
    department: 'engineering',
    groups: ['analysts', 'admins'],
    upn: 'ada@upn.example.com',
  },
  'grace@example.com': { name: 'Grace Hopper', department: 'navy', groups: [] },
}

/**
 * A real OpenID Connect server, the certified `oidc-provider` of npm, with its own login and consent
 * pages: any login is accepted, with any password.
 */
export class OpenIdProvider {
  /** The authorization codes that were redeemed, with the parameters of their requests. */
  readonly codes: AuthorizationCode[] = []
  readonly #server: Server
  #listener: RequestListener = (_, response) => response.writeHead(503).end()

  private constructor(readonly port: number) {
    this.#server = createServer((request, response) => this.#listener(request, response))
  }

  /** Listens on a free port: a client has to know the address before the client's is known. */
  static async start(): Promise<OpenIdProvider> {
    const provider = new OpenIdProvider(await freePort())
    provider.#server.listen(provider.port, '127.0.0.1')
    await once(provider.#server, 'listening')
    return provider
  }

  get host(): string {
    return `127.0.0.1:${this.port}`
  }

  get issuer(): string {
    return `http://${this.host}`
  }

  /** Registers the emulator as its client. PKCE is optional, and checked if it is used. */
  serve(redirectUri: string): void {
    const provider = new Provider(this.issuer, {
      clients: [
        {
          ...CLIENT,
          redirect_uris: [redirectUri],
          token_endpoint_auth_method: 'client_secret_basic',
        },
      ],
      pkce: { required: () => false },
      claims: {
        openid: ['sub'],
        email: ['email'],
        profile: ['name', 'department', 'groups', 'upn'],
      },
      // Access does not use the userinfo endpoint: the claims have to be in the id_token.
      conformIdTokenClaims: false,
      cookies: { keys: ['a key of the test'] },
      ttl: { Interaction: 600, Session: 600, Grant: 600, IdToken: 600, AccessToken: 600 },
      findAccount: (_: unknown, login: string) => ({
        accountId: login,
        claims: () => ({ sub: login, email: login, ...ACCOUNTS[login] }),
      }),
    })
    provider.on('authorization_code.consumed', (code) => this.codes.push(code))
    this.#listener = provider.callback()
  }

  async stop(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}
