/**
 * The table of faults, which break something on purpose: their effects, parameters and sources. A new
 * fault is one entry here. Pure: `faults/` and the handlers (`strikes`) apply a fault, and the store holds
 * the faults that are on (`active-fault.ts`).
 */
import * as z from 'zod'
import { durationMilliseconds, lifetimeSchema, periodSchema } from '../access/duration'
import { at, ENDPOINTS, refuseDeadScope, scope, times } from './fault-scope'

const LONGEST_DELAY_SECONDS = 60

/** The parts of a flow that faults break, in the order of the flow. */
export const FAULT_GROUPS = [
  'Any endpoint',
  'Discovery',
  'Authorization',
  'Tokens',
  'Your server',
  'Changes through the API',
] as const
type FaultGroup = (typeof FAULT_GROUPS)[number]

/**
 * The faults, each with its effect, its source and its parameters. The control and the console read this
 * table, and a test compares docs/control.md with it. Each fault is on at most once: switching it on for
 * another endpoint or client replaces the earlier one.
 *
 * The parameters are getters, because most processes switch no fault on, and building all these schemas takes
 * a tenth of what the modules of a start take.
 */
export const FAULTS = {
  slow: {
    group: 'Any endpoint',
    what: 'Responses are delayed by `delay` of real time, at most one minute.',
    source: 'any network',
    get parameters() {
      return z
        .strictObject({
          ...scope,
          ...at('token'),
          delay: periodSchema
            .refine(
              (text) => durationMilliseconds(text) <= LONGEST_DELAY_SECONDS * 1000,
              `expected at most ${LONGEST_DELAY_SECONDS}s: the delay is in real time, not in emulated time`,
            )
            .default('3s'),
        })
        .superRefine(refuseDeadScope)
    },
  },
  error: {
    group: 'Any endpoint',
    what: 'An endpoint responds with 500, 503 or 429 and `Retry-After`, without any effect.',
    source: 'RFC 9110 15.6.4, RFC 6585 4; clients that start a new login after a 500 at refresh',
    get parameters() {
      return z
        .strictObject({
          ...scope,
          ...at('token'),
          status: z.union([z.literal(500), z.literal(503), z.literal(429)]).default(503),
          retry_after: z.int().min(0).max(86_400).default(30),
        })
        .superRefine(refuseDeadScope)
    },
  },
  'dropped-answer': {
    group: 'Tokens',
    what: 'The code is redeemed and tokens are issued, but the connection breaks before the client receives them.',
    source: 'any network; a retry is a code replay (T8)',
    get parameters() {
      return z.strictObject(scope)
    },
  },
  'expired-code': {
    group: 'Tokens',
    what: 'The code has expired when it is redeemed. Managed OAuth only.',
    source: 'RFC 6749 4.1.2',
    get parameters() {
      return z.strictObject(scope)
    },
  },
  'revoked-grant': {
    group: 'Tokens',
    what: 'The grant is revoked at the next refresh, and stays revoked. Managed OAuth only.',
    source: 'P21, T13',
    get parameters() {
      return z.strictObject(scope)
    },
  },
  'lost-rotation': {
    group: 'Tokens',
    what: 'The refresh token is rotated, but the response with the new one is lost (502).',
    source: 'P9; a retry is a reuse (T13), unless a grace period is set',
    get parameters() {
      return z.strictObject(scope)
    },
  },
  'key-rotation': {
    group: 'Your server',
    what: 'Assertions are signed with a new key from the next admitted request on.',
    source: 'O10, O11; origins that fetch the keys only once',
    get parameters() {
      return z.strictObject({ ...scope, times: times.default(1) })
    },
  },
  'keys-unavailable': {
    group: 'Your server',
    what: 'The endpoint of the published keys responds with 503.',
    source: 'O11; origins that cannot verify assertions without the keys',
    get parameters() {
      return z.strictObject(
        { times, retry_after: z.int().min(0).max(86_400).default(30) },
        {
          error: ({ code }) =>
            code === 'unrecognized_keys'
              ? 'expected only times and retry_after: a request for the keys identifies no client and no application'
              : undefined,
        },
      )
    },
  },
  'blocked-user-agent': {
    group: 'Any endpoint',
    what: "The edge's bot protection blocks a user agent with 403, error 1010: on every path, or only at `endpoint`.",
    source: 'P16',
    get parameters() {
      return z
        .strictObject({
          ...scope,
          endpoint: z.enum(ENDPOINTS).optional(),
          user_agent: z.string().min(1).max(200).optional(),
        })
        .superRefine(refuseDeadScope)
    },
  },
  'ai-crawl-control': {
    group: 'Any endpoint',
    what: 'AI Crawl Control blocks a user agent with 403 or 402 and a JSON body. `/robots.txt` stays open.',
    source: 'P25',
    get parameters() {
      return z
        .strictObject({
          ...scope,
          ...at('application'),
          status: z.union([z.literal(403), z.literal(402)]).default(403),
          user_agent: z.string().min(1).max(200).optional(),
        })
        .superRefine(refuseDeadScope)
    },
  },
  'late-settings': {
    group: 'Changes through the API',
    what: 'A change made through the API reaches the edge after `delay` of emulated time.',
    source: 'R8-R14; changes to Access take time to propagate',
    get parameters() {
      return z.strictObject({ delay: lifetimeSchema.default('60s') })
    },
  },
  'late-application': {
    group: 'Changes through the API',
    what: 'The login page does not find an application that was created through the API less than `delay` of emulated time ago.',
    source: 'A15; changes to Access take time to propagate',
    get parameters() {
      return z.strictObject({ ...scope, delay: lifetimeSchema.default('10s') })
    },
  },
  'clock-skew': {
    group: 'Your server',
    what: "Assertions are signed with a clock that is ahead of the origin's by `skew` (behind, if negative).",
    source: 'O7; `nbf` and `exp` of RFC 7519 4.1',
    get parameters() {
      return z.strictObject({
        ...scope,
        skew: z
          .string()
          .refine(
            (text) => lifetimeSchema.safeParse(text.replace(/^-/, '')).success,
            'expected a duration such as "5m" or "-5m"',
          )
          .default('5m'),
      })
    },
  },
  'wrong-issuer': {
    group: 'Authorization',
    what: 'The authorization response carries the `iss` of another server. A client that validates it stops. Managed OAuth only.',
    source: 'RFC 9207 2.4, RFC 9700 4.4 (mix-up)',
    get parameters() {
      return z.strictObject(scope)
    },
  },
  'missing-issuer': {
    group: 'Authorization',
    what: 'The metadata announces `iss`, but the authorization response does not carry it. A client that has read the metadata stops. Managed OAuth only.',
    source: 'RFC 9207 2.4; P33',
    get parameters() {
      return z.strictObject(scope)
    },
  },
  'wrong-metadata-issuer': {
    group: 'Discovery',
    what: "The authorization server's metadata has the `issuer` of another server. A client that compares it stops. Managed OAuth only.",
    source: 'RFC 8414 3.3; P32',
    get parameters() {
      return z.strictObject({ times })
    },
  },
  'missing-pkce-methods': {
    group: 'Discovery',
    what: "The authorization server's metadata lacks `code_challenge_methods_supported`. A client of MCP stops. Managed OAuth only.",
    source: 'MCP 2026-07-28 Authorization Code Protection',
    get parameters() {
      return z.strictObject({ times })
    },
  },
  'second-team': {
    group: 'Discovery',
    what: "The protected resource metadata names a second team, which is an issuer of its own and knows none of the first team's clients. Managed OAuth only.",
    source: 'MCP 2026-07-28 Authorization Server Binding (SEP-2352)',
    get parameters() {
      return z.strictObject({ times, application: scope.application })
    },
  },
  'bare-challenge': {
    group: 'Discovery',
    what: 'The 401 has no `resource_metadata`. A client has to try the well-known paths. Managed OAuth only.',
    source: 'P28; RFC 9728 3.1',
    get parameters() {
      return z.strictObject(scope)
    },
  },
} as const satisfies Record<string, Fault>

type Fault = { group: FaultGroup; what: string; source: string; parameters: z.ZodObject }

export type FaultName = keyof typeof FAULTS
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[]
