import * as z from 'zod'
import { durationMilliseconds, lifetimeSchema, periodSchema } from '../access/duration'

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

// What a request says of itself before it is judged, so what a fault can be limited to there. A client
// that registers has no id yet, keys and the API are of no application.
const LIMITED_BY: Record<Endpoint, readonly ('client' | 'application')[]> = {
  metadata: ['application'],
  keys: [],
  registration: [],
  authorization: ['client', 'application'],
  token: ['client', 'application'],
  revocation: ['client', 'application'],
  application: ['client', 'application'],
  api: [],
}

// How often, and for whom; a fault without these strikes everybody until it is cleared.
const times = z.int().min(1).max(1_000_000).optional()
const scope = {
  times,
  client: z.string().min(1).optional(),
  application: z.string().min(1).optional(),
}
const at = (endpoint: Endpoint) => ({ endpoint: z.enum(ENDPOINTS).default(endpoint) })

type Scoped = {
  endpoint?: Endpoint | undefined
  client?: string | undefined
  application?: string | undefined
}

// Taken without a word, such a fault would never strike.
function refuseDeadScope({ endpoint, ...given }: Scoped, context: z.RefinementCtx): void {
  if (endpoint === undefined) return
  for (const name of ['client', 'application'] as const) {
    if (given[name] === undefined || LIMITED_BY[endpoint].includes(name)) continue
    const others = ENDPOINTS.filter((each) => LIMITED_BY[each].includes(name)).join(', ')
    const message = `a request to ${endpoint} names no ${name}, so this would never strike; endpoints that do: ${others}`
    context.addIssue({ code: 'custom', path: [name], message })
  }
}

const LONGEST_DELAY_SECONDS = 60

/**
 * Everything that can be broken on purpose: what it does, why anybody would want it, and its
 * parameters. The control, the console and docs/control.md are made of this one table. Each is on once:
 * switched on again, at another endpoint or for another client, it is there and no longer here.
 */
export const FAULTS = {
  slow: {
    what: 'Answers come late, by `delay` of real time, a minute at most.',
    source: 'any network',
    parameters: z
      .strictObject({
        ...scope,
        ...at('token'),
        delay: periodSchema
          .refine(
            (text) => durationMilliseconds(text) <= LONGEST_DELAY_SECONDS * 1000,
            `expected ${LONGEST_DELAY_SECONDS}s at most: this is real time, not the emulated clock's`,
          )
          .default('3s'),
      })
      .superRefine(refuseDeadScope),
  },
  error: {
    what: 'An endpoint answers 500, 503 or 429 with `Retry-After`, and does nothing.',
    source: 'RFC 9110 15.6.4, RFC 6585 4; clients that log in anew upon a 500 at refresh',
    parameters: z
      .strictObject({
        ...scope,
        ...at('token'),
        status: z.union([z.literal(500), z.literal(503), z.literal(429)]).default(503),
        retry_after: z.int().min(0).max(86_400).default(30),
      })
      .superRefine(refuseDeadScope),
  },
  'dropped-answer': {
    what: 'The code is redeemed and tokens are issued; the connection breaks before the client has them.',
    source: 'any network; the second try is a code replay (T8)',
    parameters: z.strictObject(scope),
  },
  'expired-code': {
    what: 'The code is over when it is redeemed. Managed OAuth only.',
    source: 'RFC 6749 4.1.2',
    parameters: z.strictObject(scope),
  },
  'revoked-grant': {
    what: 'The grant is found revoked at the next refresh, and stays so. Managed OAuth only.',
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
    parameters: z.strictObject({ ...scope, times: times.default(1) }),
  },
  'keys-unavailable': {
    what: 'The published keys answer 503.',
    source: 'O11; origins that cannot verify without them',
    parameters: z.strictObject(
      { times, retry_after: z.int().min(0).max(86_400).default(30) },
      {
        error: ({ code }) =>
          code === 'unrecognized_keys'
            ? 'expected times and retry_after only: the keys are asked for in the name of no client and no application'
            : undefined,
      },
    ),
  },
  'blocked-user-agent': {
    what: "The edge's bot protection refuses a user agent with 403, error 1010: on every path, or at `endpoint`.",
    source: 'P16',
    parameters: z
      .strictObject({
        ...scope,
        endpoint: z.enum(ENDPOINTS).optional(),
        user_agent: z.string().min(1).max(200).optional(),
      })
      .superRefine(refuseDeadScope),
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
    what: 'The authorization response carries the `iss` of another server. A client that compares it stops. Managed OAuth only.',
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
