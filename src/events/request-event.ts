import type { McpCall } from './mcp'
import type { Actors, Reason } from './reason'

/** Facts of a request of any kind. */
export type CommonFacts = Actors & {
  /** The error code of the response. */
  error?: string | undefined
  grantId?: string | undefined
  /** The decoded parameters of the query, without values that may be secrets. */
  query?: Record<string, string> | undefined
  /** The decoded parameters of the form, likewise. */
  form?: Record<string, string> | undefined
  /** The message to an MCP server. */
  mcp?: McpCall | undefined
}

type Frame = CommonFacts & {
  method: string
  host: string
  /** The path without the query, which may contain a code. */
  path: string
  status: number
  /** The response's headers, without values that may be secrets, and without those of every response. */
  responseHeaders?: [name: string, value: string][] | undefined
  userAgent?: string | undefined
}

/** The outcome of a forwarded request at the origin. */
export type OriginOutcome = 'responded' | 'unreachable' | 'timed-out'

/** The audience and the issuer of the assertion that the origin received. */
export type ReceivedAssertion = { aud: string[]; iss: string }

// The facts of each kind. A decision has all facts that its kind requires.
type Facts = {
  /** The gate refused the request. */
  challenge: {
    response: '401-bearer' | '302-login' | '401-script' | '403'
    /** The URL that the challenge names; a 403 names none. */
    resourceMetadata?: string
    /** The credential of the request, and why it was not accepted. */
    credential:
      | 'none'
      | 'expired-access-token'
      | 'revoked-access-token'
      | 'unknown-access-token'
      | 'access-token-of-another-application'
      | 'other-bearer-token'
      | 'application-token'
      | 'service-token'
  }
  /** The gate admitted the request. */
  admission: {
    by: 'access-token' | 'application-token' | 'service-token' | 'bypass' | 'no-application'
    /** The outcome at the origin. If it responded, `status` is its own; else it is the emulator's. */
    origin?: OriginOutcome
    /** The claims that the origin verifies, if it responded with an error or not at all. */
    assertion?: ReceivedAssertion
    /** The id of the MCP portal that is the origin. */
    portal?: string
  }
  discovery: {
    document: 'protected-resource' | 'authorization-server' | 'keys'
    place: 'access-path' | 'rfc-9728' | 'rfc-8414' | 'certs'
    /** The host of the request: the team domain, or an application's. */
    of: 'team-domain' | 'application'
    /** Whether the authorization server's metadata announces `iss` (RFC 9207). */
    announcesIssuer?: boolean
  }
  registration: {
    redirectUris: string[]
    /** Metadata of RFC 7591 and OpenID Connect registration, as sent. */
    applicationType?: string
    grantTypes?: string[]
    tokenEndpointAuthMethod: string
  }
  authorization: {
    step: 'request' | 'login' | 'consent' | 'servers' | 'code' | 'denied' | 'blocked'
    redirectUri?: string
    /** The value as sent. */
    resource?: string
    scope?: string
    codeChallengeMethod?: string
    /** Prefixes of hashes, long enough to compare. */
    stateHash?: string
    codeChallengeHash?: string
    isAutomatic?: boolean
  }
  login: { step: 'page' | 'provider' | 'done' }
  token: {
    grantType: string
    /** The value as sent. */
    resource?: string
    hasVerifier: boolean
    /** The violation of RFC 7636 4.1 by a code_verifier, which is accepted nevertheless. */
    verifierProblem?: string
    /** The lifetime of the issued access token. */
    expiresInSeconds: number
    /** The pair was issued before: the refresh token was reused within the grace period. */
    isRepeated?: boolean
  }
  /** The token that the revocation endpoint received. */
  revocation: { token: 'revoked' | 'unknown' }
  'api-call': { code?: number }
}

export type RequestKind = keyof Facts

/** A request and its decision. A refused request may lack facts. */
export type RequestEvent = {
  [K in RequestKind]: { kind: K } & Frame & Partial<Facts[K]>
}[RequestKind]

/** Facts of a request that are known before it is decided. */
export type RequestFacts = CommonFacts &
  ({ [K in RequestKind]: { kind: K } & Partial<Facts[K]> }[RequestKind] | { kind?: undefined })

/** The decision about a request. Without an outcome, the status of the response determines it. */
export type RequestDecision = {
  [K in RequestKind]: { kind: K } & Facts[K]
}[RequestKind] &
  CommonFacts &
  Omit<Reason, 'outcome'> & { outcome?: Reason['outcome'] | undefined }

/** The event of a request while the request is handled. */
export type RequestDraft = RequestFacts &
  Partial<Reason> & {
    /** Whether another event of the request replaces its own. */
    isCovered?: boolean
  }
