import type { z } from 'zod'
import type { AutoSignIn } from '../access/auto-sign-in.ts'
import type { CheckResult } from '../access/client-report/index.ts'
import type { FAULTS, FaultName } from '../access/faults.ts'
import type { QuirkName } from '../access/quirks.ts'

/** Who signs in by themselves; `consent` is `allow` unless told. */
export type AutoSignInRule = Pick<AutoSignIn, 'email'> & Partial<AutoSignIn>

/** The emulated clock. */
export type Clock = { now: string; now_seconds: number; offset_seconds: number }

/** What a fault is told when it is switched on. */
export type FaultParameters<N extends FaultName> = z.input<(typeof FAULTS)[N]['parameters']>

export type Fault<N extends FaultName = FaultName> = {
  name: N
  what: string
  source: string
  /** JSON Schemas of what it can be told. */
  parameters: Record<string, unknown>
  /** `left`: how often it still strikes; null: until it is cleared. */
  active:
    | null
    | (z.infer<(typeof FAULTS)[N]['parameters']> & { left: number | null; struck: number })
}

export type Quirk = { name: QuirkName; what: string; source: string; on: boolean }

/** A client of Managed OAuth. */
export type RegisteredClient = {
  id: string
  name?: string
  redirect_uris: string[]
  grant_types: string[]
  token_endpoint_auth_method: string
  registered_at: string
}

/** What a client did of what the MCP specification and the RFCs ask. */
export type ClientReport = {
  client: RegisteredClient
  summary: { passed: number; failed: number; not_seen: number }
  checks: CheckResult[]
}

/** What a person has allowed a client, with the access tokens that came of it. */
export type Grant = {
  id: string
  client: { id: string; name?: string }
  application: { id: string; name?: string }
  email: string
  resource: string
  created_at: string
  session_ends_at: string
  revoked: boolean
  tokens: { id: string; issued_at: string; expires_at: string }[]
}

/** A browser's sign-in at the team domain. */
export type Session = {
  id: string
  email: string
  identity_provider: string
  ip: string
  signed_in_at: string
  expires_at: string
  applications: { name: string; hostname: string }[]
}

/** What an administrator takes away; with `oauth_client`, what the person does themselves. */
export type Revocation =
  | { person: string }
  | { deleted_person: string }
  | { application: string }
  | { person: string; oauth_client: string }

/** Everything as one JSON; it holds the emulator's secrets. */
export type State = { version: number; at: string } & Record<string, unknown>
