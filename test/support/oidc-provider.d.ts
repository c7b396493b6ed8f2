// The package has no types. These are the parts that are used here.
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export type Account = { accountId: string; claims(): Record<string, unknown> & { sub: string } }
  /** An authorization code, with the parameters of its request. */
  export type AuthorizationCode = {
    scope: string
    nonce?: string
    codeChallenge?: string
    codeChallengeMethod?: string
  }

  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>)
    callback(): (request: IncomingMessage, response: ServerResponse) => void
    on(event: 'authorization_code.consumed', listener: (code: AuthorizationCode) => void): this
  }
}
