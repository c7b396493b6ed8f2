import * as z from 'zod'
import { HIDDEN_BECAUSE, type HiddenBecause } from '../../mcp/visibility'

const text = z.string()
const time = z.iso.datetime()

/** The names of the reasons for which a server is hidden. */
const REASONS = Object.keys(HIDDEN_BECAUSE) as [HiddenBecause, ...HiddenBecause[]]

/** A server of a portal for one caller. */
export const seenServerSchema = z.object({
  id: text,
  name: text,
  /** The reason why the caller does not see its tools; null if the caller sees them. */
  hidden_because: z.enum(REASONS).nullable(),
  /** The reason in a sentence, with the policy that decided. */
  why: text,
})
export type SeenServer = z.infer<typeof seenServerSchema>

/** A client of a portal: of a person, or a machine. */
const callerSchema = z.object({
  /** The id of the grant; `service:`, the portal and the id of the service token for a machine. */
  id: text,
  email: text.optional(),
  service_token: text.optional(),
  client: z.object({ id: text, name: text.optional() }).optional(),
  /** The MCP revision of a session; undefined for the state of clients without sessions. */
  session: text.optional(),
  servers: z.array(seenServerSchema),
})

export const portalSchema = z.object({
  id: text,
  name: text,
  /** The MCP endpoint, as a client is given it. */
  url: text,
  /** The name of the Access application that protects it; null without one. */
  application: text.nullable(),
  /** The ids of its servers, in the order of the portal. */
  servers: z.array(text),
  callers: z.array(callerSchema),
})

/** The servers and names that a person or a service token would see after connecting now. */
export const sightSchema = z.object({
  portal: text,
  email: text.optional(),
  service_token: text.optional(),
  /** Whether the policies of the portal's application admit the caller, and why. */
  admitted: z.boolean(),
  why: text,
  servers: z.array(seenServerSchema),
  /** The names that the client would see, without the portal's own tools. */
  tools: z.array(text),
  prompts: z.array(text),
})

/** A server behind portals. No member contains a secret. */
export const upstreamSchema = z.object({
  id: text,
  name: text,
  /** Its URL. */
  hostname: text,
  auth_type: text,
  status: text,
  authentication_status: text,
  error: text.optional(),
  last_synced: time.nullable(),
  last_successful_sync: time.nullable(),
  tools: z.int(),
  prompts: z.int(),
  /** The id of the portal's client at the server's authorization server; null without one. */
  client_id: text.nullable(),
  /** The end of the administrator's access token: null without a grant or without an end. */
  admin_grant: z.object({ expires_at: time.nullable() }).nullable(),
})

const differenceSchema = z.object({
  added: z.array(text),
  removed: z.array(text),
  /** The definitions that differ, with the members that do. */
  changed: z.array(z.object({ name: text, members: z.array(text) })),
})

/** The stored catalogue of a server, compared with what the server lists now. */
export const catalogueSchema = z.object({
  server: text,
  /** The time of the sync that stored the catalogue; null if there was none. */
  stored_at: time.nullable(),
  /** The reason why the server could not be compared; null if it was. */
  failure: text.nullable(),
  tools: differenceSchema,
  prompts: differenceSchema,
  /** The URIs of the resources. No sync stores them; clients always see the current ones. */
  resources: z.array(text),
})

/** The responses of the paths of this folder, for `responses.ts`. */
export const PORTAL_RESPONSES = {
  'GET portals': z.object({ portals: z.array(portalSchema) }),
  'GET portals/{id}/sees': sightSchema,
  'GET upstreams': z.object({ upstreams: z.array(upstreamSchema) }),
  'GET upstreams/{id}/catalogue': catalogueSchema,
  'POST upstreams/{id}/sync': upstreamSchema,
  /** The address at which an administrator signs in. */
  'POST upstreams/{id}/admin-grant': z.object({ url: text }),
  'DELETE upstreams/{id}/admin-grant': z.object({ expired: text }),
  'POST upstreams/{id}/client': z.object({ client_id: text }),
  'DELETE upstreams/{id}/client': z.object({ forgotten: text }),
}
