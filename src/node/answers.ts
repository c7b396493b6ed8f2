import type { z } from 'zod'
import type { Responses } from '../emulator/responses.ts'
import type { AutoSignIn } from '../switches/auto-sign-in.ts'
import type { FAULTS, FaultName } from '../switches/faults.ts'

/** Who signs in by themselves; `consent` is `allow` unless told. */
export type AutoSignInRule = Pick<AutoSignIn, 'email'> & Partial<AutoSignIn>

/** The emulated clock. */
export type Clock = Responses['GET clock']

/** What a fault is told when it is switched on. */
export type FaultParameters<N extends FaultName> = z.input<(typeof FAULTS)[N]['parameters']>

export type Fault<N extends FaultName = FaultName> = Omit<
  Responses['PUT faults/{name}'],
  'name' | 'active'
> & {
  name: N
  /** `left`: how often it still strikes; null: until it is cleared. */
  active:
    | null
    | (z.infer<(typeof FAULTS)[N]['parameters']> & { left: number | null; struck: number })
}

export type Quirk = Responses['PUT quirks/{name}']

/** A client of Managed OAuth. */
export type RegisteredClient = Responses['GET clients']['clients'][number]

/** What a client did of what the MCP specification and the RFCs ask. */
export type ClientReport = Responses['GET clients/{id}/report']

/** What a person has allowed a client, with the access tokens that came of it. */
export type Grant = Responses['GET grants']['grants'][number]

/** A browser's sign-in at the team domain. */
export type Session = Responses['GET sessions']['sessions'][number]

/** What an administrator takes away; with `oauth_client`, what the person does themselves. */
export type Revocation =
  | { person: string }
  | { deleted_person: string }
  | { application: string }
  | { person: string; oauth_client: string }

/** Everything as one JSON; it holds the emulator's secrets. */
export type State = Responses['GET state']
