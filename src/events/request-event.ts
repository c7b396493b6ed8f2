import type { Actors, Reason } from './reason'

/** Facts of a request of any kind. */
export type CommonFacts = Actors & {
  /** The error code of the response, in the protocol's own words. */
  error?: string | undefined
  grantId?: string | undefined
}

type Frame = CommonFacts & {
  method: string
  host: string
  /** Without its query, which may hold a code. */
  path: string
  status: number
  userAgent?: string | undefined
}

// The facts of each kind. Every decision of the kind has those that are required.
type Facts = {
  /** The gate let nobody in. */
  challenge: {
    response: '401-bearer' | '302-login' | '401-script' | '403'
    /** The URL that the challenge names; a 403 names none. */
    resourceMetadata?: string
    /** What was shown, and what it was worth. */
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
  /** The gate let somebody in, or everybody. */
  admission: {
    by: 'access-token' | 'application-token' | 'service-token' | 'bypass' | 'no-application'
  }
  discovery: {
    document: 'protected-resource' | 'authorization-server' | 'keys'
    place: 'access-path' | 'rfc-9728' | 'rfc-8414' | 'certs'
    /** Whether it was asked of the team domain, or of an application's host. */
    of: 'team-domain' | 'application'
  }
  registration: {
    redirectUris: string[]
    /** RFC 7591 and OpenID Connect registration, as sent; none where nothing was. */
    applicationType?: string
    grantTypes?: string[]
    tokenEndpointAuthMethod: string
  }
  authorization: {
    step: 'request' | 'login' | 'consent' | 'code' | 'denied' | 'blocked'
    redirectUri?: string
    /** As it was sent. */
    resource?: string
    codeChallengeMethod?: string
    /** Begins of hashes: enough to see that two are the same. */
    stateHash?: string
    codeChallengeHash?: string
    isAutomatic?: boolean
  }
  login: { step: 'page' | 'provider' | 'done' }
  token: {
    grantType: string
    /** As it was sent. */
    resource?: string
    hasVerifier: boolean
    /** What RFC 7636 4.1 has against the code_verifier, which is taken all the same. */
    verifierProblem?: string
    /** How long the access token lives that was given. */
    expiresInSeconds: number
    /** The same pair once more: the refresh token was rotated before, and the grace window forgave it. */
    isRepeated?: boolean
  }
  /** What the revocation endpoint was shown. */
  revocation: { token: 'revoked' | 'unknown' }
  'api-call': { code?: number }
}

export type RequestKind = keyof Facts

/** A request, and how it was decided. A refusal may come before a fact is known. */
export type RequestEvent = {
  [K in RequestKind]: { kind: K } & Frame & Partial<Facts[K]>
}[RequestKind]

/** Facts of a request that are known before it is decided. */
export type RequestFacts = CommonFacts &
  ({ [K in RequestKind]: { kind: K } & Partial<Facts[K]> }[RequestKind] | { kind?: undefined })

/** The decision about a request. Without an outcome, the status of the response says it. */
export type RequestDecision = {
  [K in RequestKind]: { kind: K } & Facts[K]
}[RequestKind] &
  CommonFacts &
  Omit<Reason, 'outcome'> & { outcome?: Reason['outcome'] | undefined }

/** The event of a request while the request is handled. */
export type RequestDraft = RequestFacts &
  Partial<Reason> & {
    /** Whether another event of the request stands for its own. */
    isCovered?: boolean
  }
