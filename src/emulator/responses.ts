import * as z from 'zod'
import type { RecordedEvent } from '../events/event'
import type { CheckResult } from '../report'
import { autoSignInSchema } from '../switches/auto-sign-in'
import { FAULT_GROUPS, FAULT_NAMES } from '../switches/faults'
import { QUIRK_GROUPS, QUIRK_NAMES } from '../switches/quirks'
import { ORIGIN_CHECK_NAMES } from './origin-checks'
import { PORTAL_RESPONSES } from './portals/schemas'

const text = z.string()
const time = z.iso.datetime()

/** The cursor of the next page of a list; missing on the last page. */
const page = { cursor: text.optional() }

const clockSchema = z.object({ now: time, now_seconds: z.int(), offset_seconds: z.int() })

const autoSignInResponseSchema = z.union([
  z.null(),
  autoSignInSchema,
  z.array(autoSignInSchema).min(2),
])

// A parameter of a fault, in the forms of JSON Schema that the table of faults uses.
const choice = z.union([text, z.number()])
const parameterSchema = z.looseObject({
  type: text.optional(),
  default: choice.optional(),
  enum: z.array(choice).optional(),
  anyOf: z.array(z.looseObject({ const: choice.optional() })).optional(),
})

const faultSchema = z.object({
  name: z.enum(FAULT_NAMES),
  /** The part of a flow that it breaks. */
  group: z.enum(FAULT_GROUPS),
  what: text,
  source: text,
  /** JSON Schemas of the parameters that the fault takes. */
  parameters: z.record(text, parameterSchema),
  /** Null if it is off, else its parameters. `left`: the remaining strikes; null: until it is cleared. */
  active: z
    .looseObject({ left: z.int().nullable(), struck: z.int(), times: z.int().optional() })
    .nullable(),
})

const quirkSchema = z.object({
  name: z.enum(QUIRK_NAMES),
  group: z.enum(QUIRK_GROUPS),
  what: text,
  source: text,
  on: z.boolean(),
})

const clientMembers = {
  id: text,
  name: text.optional(),
  redirect_uris: z.array(text),
  grant_types: z.array(text),
  token_endpoint_auth_method: text,
  registered_at: time,
}
/** A registered client, with the informational members of its registration. */
const clientSchema = z.looseObject(clientMembers)

const clientReportSchema = z.object({
  client: z.object(clientMembers),
  summary: z.object({ passed: z.int(), failed: z.int(), not_seen: z.int() }),
  // The checks are typed in report/.
  checks: z.array(z.custom<CheckResult>()),
})

const named = z.object({ id: text, name: text.optional() })

/** A person's grant to a client, with its access tokens. */
const grantSchema = z.object({
  id: text,
  client: named,
  application: named,
  email: text,
  resource: text,
  created_at: time,
  session_ends_at: time,
  revoked: z.boolean(),
  tokens: z.array(z.object({ id: text, issued_at: time, expires_at: time })),
})

/** A browser's sign-in at the team domain. */
const sessionSchema = z.object({
  id: text,
  email: text,
  identity_provider: text,
  ip: text,
  signed_in_at: time,
  expires_at: time,
  applications: z.array(z.object({ name: text, hostname: text })),
})

const peopleResponseSchema = z.array(
  z.object({ name: text, email: text, groups: z.array(text) }).loose(),
)

const zoneSchema = z.record(text, z.array(text))

const decision = z.enum(['let-in', 'refused'])
/** The response of the origin to one assertion. */
const originCheckSchema = z.object({
  assertion: z.enum(ORIGIN_CHECK_NAMES),
  what: text,
  expected: decision,
  /** Null if the request was not sent, or got no response. */
  status: z.int().nullable(),
  result: decision.nullable(),
  /** The correction of the server, if the result is not the expected one. */
  change: text.nullable(),
})

/** A row of docs/fidelity.md. */
const ruleSchema = z.object({
  id: text,
  section: text,
  behaviour: text,
  /** The other cells, with the headings of their columns. */
  details: z.array(z.object({ name: text, value: text })),
})

/** Every JSON response of the control, by method and path below `/_emulator/`. */
export const RESPONSES = {
  'GET openapi.json': z.looseObject({ openapi: text }),
  'GET healthz': z.object({ status: z.literal('ok') }),
  'GET urls': z.object({
    application: text,
    mcp_server: text,
    team_domain: text,
    console: text,
    /** The management API. */
    api: text,
    /** The `iss` of the assertions. */
    issuer: text,
    /** The `aud` of the application of the MCP server; null if no application covers it. */
    aud: text.nullable(),
    /** The published keys of the assertions. */
    certs: text,
    /** The MCP endpoint of each portal, as a client is given it. */
    portals: z.array(z.object({ id: text, url: text })),
  }),
  'GET auto-sign-in': autoSignInResponseSchema,
  'PUT auto-sign-in': autoSignInResponseSchema,
  'GET in-effect': z.object({
    /** The seconds by which the emulated clock is ahead of the real one. */
    clock_offset_seconds: z.int(),
    auto_sign_in: z.array(autoSignInSchema),
    faults: z.array(z.enum(FAULT_NAMES)),
    quirks: z.array(z.enum(QUIRK_NAMES)),
  }),
  'DELETE in-effect': z.object({ cleared: z.literal(true) }),
  'GET settings': z.object({
    /** Null is the built-in demo. */
    origin: text.nullable(),
    team_domain: text,
    applications: z.array(z.object({ name: text, domains: z.array(text), aud: text })),
    /** Sentences about rules that never match. */
    warnings: z.array(text).optional(),
    /** The same for equal settings. */
    revision: text,
  }),
  'POST settings': z.object({
    applications: z.int(),
    policies: z.int(),
    warnings: z.array(text).optional(),
    revision: text,
  }),
  'GET clock': clockSchema,
  'PATCH clock': clockSchema,
  'POST revoke': z.object({
    revoked: z.record(text, text),
    /** Set if nobody of this address is known. */
    note: text.optional(),
  }),
  'POST tokens': z.object({
    client_id: text,
    access_token: text,
    token_type: z.literal('bearer'),
    expires_in: z.int(),
    scope: z.literal(''),
    resource: text,
    /** Missing if the client is not registered for refresh tokens. */
    refresh_token: text.optional(),
  }),
  'POST assertions': z.object({
    assertion: z.jwt(),
    /** The headers of Access that the origin receives. */
    headers: z.record(text, text),
    /** `CF_Authorization=<jwt>`; missing for a service token in a strict organization. */
    cookie: text.optional(),
  }),
  'POST check-origin': z.object({
    /** The request that was sent with each assertion: `POST http://localhost:8788/mcp`. */
    request: text,
    application: named,
    /** The values that the origin has to verify. */
    expected: z.object({ aud: text, issuer: text, certs: text }),
    /** Null if the check shows nothing: the origin does not respond, or not to this request. */
    verifies: z.boolean().nullable(),
    why: text,
    checks: z.array(originCheckSchema),
  }),
  'POST keys/rotate': z.object({ current: text, published: z.array(text) }),
  'GET people': peopleResponseSchema,
  'PUT people': peopleResponseSchema,
  'GET dns': zoneSchema,
  'PUT dns': zoneSchema,
  // Events are typed by kind (events/event.ts).
  'GET events': z.object({ events: z.array(z.custom<RecordedEvent>()) }),
  'GET faults': z.object({ faults: z.array(faultSchema) }),
  'PUT faults': z.object({ faults: z.array(faultSchema) }),
  'DELETE faults': z.object({ cleared: z.literal(true) }),
  'PUT faults/{name}': faultSchema,
  'DELETE faults/{name}': faultSchema,
  'GET quirks': z.object({ quirks: z.array(quirkSchema) }),
  'PUT quirks/{name}': quirkSchema,
  'GET clients': z.object({ clients: z.array(clientSchema), ...page }),
  'DELETE clients': z.object({ forgotten: z.int() }),
  'DELETE clients/{id}': z.object({ forgotten: text }),
  'GET clients/{id}/report': clientReportSchema,
  'GET grants': z.object({ grants: z.array(grantSchema), ...page }),
  'DELETE grants': z.object({ revoked: z.int() }),
  'DELETE grants/{id}': z.object({ revoked: text }),
  'DELETE grants/{id}/tokens/{token}': z.object({ revoked: text }),
  'GET sessions': z.object({ sessions: z.array(sessionSchema) }),
  'DELETE sessions': z.object({ ended: z.int() }),
  'DELETE sessions/{id}': z.object({ ended: text }),
  'GET rules': z.object({ rules: z.array(ruleSchema) }),
  'GET rules/{id}': ruleSchema,
  // A state is checked in full when it is loaded (state.ts).
  'GET state': z.looseObject({ version: z.int(), at: time }),
  'PUT state': z.object({ loaded: z.object({ clients: z.int(), grants: z.int() }) }),
  'POST reset': z.object({ reset: z.literal(true) }),
  ...PORTAL_RESPONSES,
} as const satisfies Record<string, z.ZodType>

export type Responses = { [R in keyof typeof RESPONSES]: z.infer<(typeof RESPONSES)[R]> }
