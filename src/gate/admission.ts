import type { Identity } from '../access/identity'

/** Who is let in, and what the origin is told of it. */
export type Admission = {
  /** Undefined for a bypass: Access says nothing to the origin then [O19]. */
  assertion?: string
  /** Of a person; a service token has none [O13]. */
  identity?: Identity
  /** Whether `Authorization` was the credential: then it does not reach the origin [O2]. */
  byAuthorization?: boolean
  /** Where the login gives the caller a cookie too. */
  setCookie?: string
}
