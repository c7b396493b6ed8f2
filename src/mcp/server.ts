/**
 * `mcp/` is the model of MCP server portals, as pure functions and schemas: servers, portals, their
 * credentials and catalogues, the names that clients see, and who sees which server. It imports
 * `access/` and `oauth/`, and does no I/O. `upstream/` sends requests to the servers, `portal/` serves
 * the clients, and `api/access/ai-controls/` is the API.
 */
import ipaddr from 'ipaddr.js'
import * as z from 'zod'
import { distinct, type RecordKind } from '../access/record-kind'
import type { Timestamps } from '../access/timestamps'
import { credentialSchema, isProblem, readCredential } from './credential'
import { definitionSchema, overridesSchema } from './override'

// API: documented [MP2]. The pattern allows `_`, which Cloudflare's documentation forbids.
const ID = /^[a-z0-9_]+(?:-[a-z0-9_]+)*$/
export const idSchema = z.string().min(1).max(32).regex(ID)
export const nameSchema = z.string().min(1).max(350)
export const descriptionSchema = z.string().max(512)

/** The members of a server that an update can change. */
export const serverMembers = {
  name: nameSchema,
  auth_type: z.enum(['oauth', 'bearer', 'unauthenticated']),
  auth_credentials: z.string().optional(),
  client_secret: z.string().min(1, 'client_secret must be a non-empty string').optional(),
  description: descriptionSchema.nullish(),
  is_shared_oauth_callback_enabled: z.boolean().optional(),
  secure_web_gateway: z.boolean().optional(),
  updated_tools: overridesSchema.optional(),
  updated_prompts: overridesSchema.optional(),
}

/** A server in a request to the API. `hostname` is a URL. */
export const serverSchema = z.strictObject({
  id: idSchema,
  // Not like Cloudflare, which needs https or a private host: any URL of this machine is accepted.
  hostname: z.url({ protocol: /^https?$/ }),
  ...serverMembers,
})
export type ParsedServer = z.infer<typeof serverSchema>

/** The cause of a failed sync. API: documented [MP18]. */
export const errorDetailsSchema = z.object({
  cause: z.string(),
  is_upstream: z.boolean(),
  mcp_code: z.int().optional(),
  retryable: z.boolean(),
  status_code: z.int().optional(),
})
export type ErrorDetails = z.infer<typeof errorDetailsSchema>

const storedSchema = z.object({
  id: idSchema,
  hostname: z.string(),
  name: z.string(),
  auth_type: serverMembers.auth_type,
  description: z.string().nullish(),
  is_shared_oauth_callback_enabled: z.boolean(),
  secure_web_gateway: z.boolean(),
  updated_tools: overridesSchema,
  updated_prompts: overridesSchema,
  credential: credentialSchema,
  /** The catalogue: the definitions as the last successful sync found them. */
  tools: z.array(definitionSchema),
  prompts: z.array(definitionSchema),
  status: z.enum(['waiting', 'ready', 'stale', 'error']),
  authentication_status: z.enum(['not_required', 'required', 'connected', 'stale', 'manual']),
  error: z.string().optional(),
  error_details: errorDetailsSchema.optional(),
  last_synced: z.iso.datetime().optional(),
  last_successful_sync: z.iso.datetime().optional(),
  created_by: z.string().optional(),
  modified_by: z.string().optional(),
})

/** A server as it is stored: with its credential, and with its catalogue. */
export type McpServer = z.infer<typeof storedSchema> & Timestamps

/** A server in a request to replace it. API: observed [MP5, MP6]. Members that are not sent are kept. */
export const serverUpdateSchema = z
  .strictObject({ id: z.unknown(), hostname: z.unknown(), ...serverMembers })
  .partial()
export type ServerUpdate = z.infer<typeof serverUpdateSchema>

/** Returns a new server, which has not been synced. API: documented [MP1, MP20]. */
export function newServer(parsed: ParsedServer, credential: McpServer['credential']): McpServer {
  const { auth_credentials: _, client_secret: __, ...members } = parsed
  return {
    is_shared_oauth_callback_enabled: false,
    secure_web_gateway: false,
    updated_tools: [],
    updated_prompts: [],
    ...members,
    credential,
    tools: [],
    prompts: [],
    ...unsynced(credential),
  }
}

/** Returns the states of a server with a new credential, before its first sync. */
export function unsynced(
  credential: McpServer['credential'],
): Pick<McpServer, 'status' | 'authentication_status'> {
  if (credential.kind !== 'oauth') {
    return { status: 'waiting', authentication_status: 'not_required' }
  }
  if (credential.mode === 'manual') return { status: 'waiting', authentication_status: 'manual' }
  return { status: 'waiting', authentication_status: credential.admin ? 'connected' : 'required' }
}

/** The error of a private server with OAuth. API: observed [MP76]. */
export const OAUTH_NOT_DETECTED = 'oauth authentication was not detected for this server'

/**
 * Returns whether a server is private and its authorization server would have to be discovered. The portal
 * reaches a private server only through the gateway, and the discovery goes around it.
 *
 * API: observed [MP76]. Not like Cloudflare, where every server with plain http or an IP address is private: here one on this
 * machine is public until `secure_web_gateway` is on.
 */
export function isOAuthUndetected({
  credential,
  hostname,
  secure_web_gateway: isBehindGateway,
}: Pick<McpServer, 'credential' | 'hostname' | 'secure_web_gateway'>): boolean {
  if (!isBehindGateway || credential.kind !== 'oauth' || credential.config) return false
  const { hostname: host, protocol } = new URL(hostname)
  return protocol === 'http:' || ipaddr.isValid(host.replace(/^\[(.*)\]$/, '$1'))
}

const seedSchema = z
  .array(
    serverSchema.transform((parsed, context) => {
      const credential = readCredential(parsed, undefined, 0)
      if (!isProblem(credential)) return newServer(parsed, credential)
      const { member, message } = credential
      context.addIssue({ code: 'custom', path: [member], message })
      return z.NEVER
    }),
  )
  .superRefine(distinct('id'))
  .default([])

export const mcpServerKind: RecordKind<McpServer> = {
  noun: 'MCP server',
  idOf: ({ id }) => id,
  schema: z.looseObject(storedSchema.shape),
  seed: { setting: 'MCP_SERVERS', schema: seedSchema },
}

// Documented as about two hours; 24 hours in older documentation.
const SYNCED_EVERY_SECONDS = 2 * 3600

/** Returns whether an automatic sync is due. Without a credential, a sync cannot succeed. */
export function isSyncDue({ credential, last_synced: last }: McpServer, now: number): boolean {
  if (credential.kind === 'oauth' && !credential.admin) return false
  return last === undefined || Date.parse(last) / 1000 + SYNCED_EVERY_SECONDS <= now
}
