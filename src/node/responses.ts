import type { z } from 'zod'
import type { Responses } from '../emulator/responses.ts'
import type { AutoSignIn } from '../switches/auto-sign-in.ts'
import type { FAULTS, FaultName } from '../switches/faults.ts'

/** A rule of automatic sign-in. `consent` is `allow` by default. */
export type AutoSignInRule = Pick<AutoSignIn, 'email'> & Partial<AutoSignIn>

/** The emulated clock. */
export type Clock = Responses['GET clock']

/** The parameters with which a fault is switched on. */
export type FaultParameters<N extends FaultName> = z.input<(typeof FAULTS)[N]['parameters']>

export type Fault<N extends FaultName = FaultName> = Omit<
  Responses['PUT faults/{name}'],
  'name' | 'active'
> & {
  name: N
  /** `left`: how many times it still strikes; null: until it is cleared. */
  active:
    | null
    | (z.infer<(typeof FAULTS)[N]['parameters']> & { left: number | null; struck: number })
}

export type Quirk = Responses['PUT quirks/{name}']

/** A client of Managed OAuth. */
export type RegisteredClient = Responses['GET clients']['clients'][number]

/** A report on which rules of the MCP specification and the RFCs a client follows. */
export type ClientReport = Responses['GET clients/{id}/report']

/** The consent that a person gave a client, with the access tokens issued for it. */
export type Grant = Responses['GET grants']['grants'][number]

/** A browser's sign-in at the team domain. */
export type Session = Responses['GET sessions']['sessions'][number]

/** A revocation by an administrator; with `oauth_client`, by the person. */
export type Revocation =
  | { person: string }
  | { deleted_person: string }
  | { application: string }
  | { person: string; oauth_client: string }

/** The caller of an assertion. `application` is an id or a name; that of the MCP server by default. */
export type AssertionOf =
  | { email: string; application?: string | undefined }
  | { service_token: string; application?: string | undefined }

/** A signed assertion with the headers of the origin and the cookie of the caller. */
export type Assertion = Responses['POST assertions']

/** The request that `checkOrigin` sends. `application` is an id or a name. */
export type CheckOriginOptions = { application?: string; path?: string; email?: string }

/** The assertions that the origin let in or refused, and what to change. */
export type OriginReport = Responses['POST check-origin']

/** The whole state as one JSON document, the emulator's secrets included. */
export type State = Responses['GET state']
