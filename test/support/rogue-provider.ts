import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import { CLIENT } from './oidc-setting'
import { freePort } from './server'

/**
 * An OpenID Connect provider that signs Ada in without a page, and misbehaves on purpose: no real
 * provider can be made to respond with an invalid id_token, which a client has to refuse.
 */
export class RogueProvider {
  /** Claims of the id_token, in place of the valid ones; undefined omits one. */
  claims: JWTPayload = {}
  readonly #server: Server
  #nonce = ''
  #keys: Promise<{ own: CryptoKey; jwk: JWK }> | undefined

  private constructor(readonly port: number) {
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  static async start(): Promise<RogueProvider> {
    const provider = new RogueProvider(await freePort())
    provider.#keys = makeKeys()
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

  async stop(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', this.issuer)
    if (url.pathname === '/auth') {
      this.#nonce = url.searchParams.get('nonce') ?? ''
      const callback = new URL(url.searchParams.get('redirect_uri') ?? '')
      callback.searchParams.set('code', 'a-code')
      callback.searchParams.set('state', url.searchParams.get('state') ?? '')
      response.writeHead(302, { location: callback.href }).end()
    } else if (url.pathname === '/token') {
      json(response, { id_token: await this.#idToken(), token_type: 'Bearer', access_token: 'x' })
    } else if (url.pathname === '/jwks') {
      json(response, { keys: [(await this.#keys)?.jwk] })
    } else {
      response.writeHead(404).end()
    }
  }

  async #idToken(): Promise<string> {
    const keys = await this.#keys
    if (!keys) throw new Error('not started')
    const now = Math.floor(Date.now() / 1000)
    const token = new SignJWT({
      iss: this.issuer,
      sub: 'ada',
      aud: CLIENT.client_id,
      iat: now,
      exp: now + 60,
      nonce: this.#nonce,
      email: 'ada@example.com',
      ...this.claims,
    })
    token.setProtectedHeader({ alg: 'RS256', kid: 'own' })
    return token.sign(keys.own)
  }
}

async function makeKeys() {
  const { privateKey: own, publicKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'own', alg: 'RS256', use: 'sig' }
  return { own, jwk }
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
