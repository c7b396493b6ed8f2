import * as z from 'zod'
import { lifetimeSchema, periodSchema } from './duration'

/** Where a fault of HTTP can strike. */
export const ENDPOINTS = [
  'metadata',
  'keys',
  'registration',
  'authorization',
  'token',
  'revocation',
  'application',
  'api',
] as const
export type Endpoint = (typeof ENDPOINTS)[number]

// How often, and for whom; a fault without these strikes everybody until it is cleared.
const scope = {
  times: z.int().min(1).max(1_000_000).optional(),
  client: z.string().min(1).optional(),
  application: z.string().min(1).optional(),
}
const at = (endpoint: Endpoint) => ({ endpoint: z.enum(ENDPOINTS).default(endpoint) })

/**
 * Everything that can be broken on purpose: what it does, why anybody would want it, and its
 * parameters. The control, the console and the README are made of this one table.
 */
export const FAULTS = {
  slow: {
    what: 'Answers come late, by `delay` of real time.',
    source: 'any network',
    parameters: z.strictObject({
      ...scope,
      ...at('token'),
      delay: periodSchema.default('3s'),
    }),
  },
  error: {
    what: 'An endpoint answers 500, 503 or 429 with `Retry-After`, and does nothing.',
    source: 'RFC 9110 15.6.4, RFC 6585 4; clients that log in anew upon a 500 at refresh',
    parameters: z.strictObject({
      ...scope,
      ...at('token'),
      status: z.union([z.literal(500), z.literal(503), z.literal(429)]).default(503),
      retry_after: z.int().min(0).max(86_400).default(30),
    }),
  },
  'dropped-answer': {
    what: 'The code is redeemed and tokens are issued; the connection breaks before the client has them.',
    source: 'any network; the second try is a code replay (T8)',
    parameters: z.strictObject(scope),
  },
  'expired-code': {
    what: 'The code is over when it is redeemed.',
    source: 'RFC 6749 4.1.2',
    parameters: z.strictObject(scope),
  },
  'revoked-grant': {
    what: 'The grant is found revoked at the next refresh, and stays so.',
    source: 'P21, T13',
    parameters: z.strictObject(scope),
  },
  'lost-rotation': {
    what: 'The refresh token is rotated, and the answer with the next one is lost (502).',
    source: 'P9; the second try is a reuse (T13) unless there is a grace',
    parameters: z.strictObject(scope),
  },
  'key-rotation': {
    what: 'A new signing key signs from the next admitted request on.',
    source: 'O10, O11; origins that fetched the keys once',
    parameters: z.strictObject({ ...scope, times: scope.times.default(1) }),
  },
  'keys-unavailable': {
    what: 'The published keys answer 503.',
    source: 'O11; origins that cannot verify without them',
    parameters: z.strictObject({ ...scope, retry_after: z.int().min(0).max(86_400).default(30) }),
  },
  'blocked-user-agent': {
    what: "The edge's bot protection refuses a user agent with 403, error 1010, discovery included.",
    source: 'P16',
    parameters: z.strictObject({
      ...scope,
      endpoint: z.enum(ENDPOINTS).optional(),
      user_agent: z.string().min(1).max(200).optional(),
    }),
  },
  'late-settings': {
    what: 'What the API changes reaches the edge only after `delay` of emulated time.',
    source: 'R8-R14; changes to Access take a while to be everywhere',
    parameters: z.strictObject({ delay: lifetimeSchema.default('60s') }),
  },
  'clock-skew': {
    what: "Assertions are signed by a clock that is ahead of the origin's by `skew` (behind, with a minus).",
    source: 'O7; `nbf` and `exp` of RFC 7519 4.1',
    parameters: z.strictObject({
      ...scope,
      skew: z
        .string()
        .refine(
          (text) => lifetimeSchema.safeParse(text.replace(/^-/, '')).success,
          'expected a duration such as "5m" or "-5m"',
        )
        .default('5m'),
    }),
  },
  'wrong-issuer': {
    what: 'The authorization response carries the `iss` of another server. A client that compares it stops.',
    source: 'RFC 9207 2.4, RFC 9700 4.4 (mix-up)',
    parameters: z.strictObject(scope),
  },
} as const satisfies Record<string, Fault>

type Fault = { what: string; source: string; parameters: z.ZodObject }

export type FaultName = keyof typeof FAULTS
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[]

/** A fault's parameters, as its schema leaves them. */
export type FaultParameters<N extends FaultName> = z.infer<(typeof FAULTS)[N]['parameters']>

/** A fault that is switched on. */
export type ActiveFault<N extends FaultName = FaultName> = {
  name: N
  parameters: FaultParameters<N>
  /** How often it still strikes; null: until it is cleared. */
  left: number | null
  struck: number
}

/** What a request is about, for the scope of a fault. */
export type FaultSubject = {
  clientId?: string | undefined
  application?: { id: string; name: string } | undefined
}

/** Whether the fault is for this client and this application. */
export function concerns({ parameters }: ActiveFault, subject: FaultSubject): boolean {
  const client = 'client' in parameters ? parameters.client : undefined
  const application = 'application' in parameters ? parameters.application : undefined
  const { id, name } = subject.application ?? {}
  return (
    (client === undefined || client === subject.clientId) &&
    (application === undefined || application === id || application === name)
  )
}
