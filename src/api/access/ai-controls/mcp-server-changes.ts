import { stamped } from '../../../access/timestamps'
import { isProblem, readCredential } from '../../../mcp/credential'
import { overrideProblem } from '../../../mcp/override'
import {
  isOAuthUndetected,
  type McpServer,
  newServer,
  type ParsedServer,
  type ServerUpdate,
  serverSchema,
  unsynced,
} from '../../../mcp/server'
import type { AppContext } from '../../../request/context'
import { reportDecision } from '../../../request/events'
import { currentConfiguration } from '../../../request/prepare'
import { syncServer } from '../../../upstream/sync'
import { change, deletion, save } from '../../change'
import { deletedApplications, serverApplication } from './dashboard-applications'
import { invalidMember, nothingToUpdate } from './mcp-error'
import { requireServer } from './mcp-records'
import { mcpServerView } from './mcp-server-view'
import { whoChanges } from './who-changes'

/**
 * Creates a server. Without OAuth, its catalogue is read at once.
 *
 * @throws ApiError 7001
 */
export async function createServer(c: AppContext, body: ParsedServer) {
  const credential = readCredential(body, undefined, c.get('now'))
  if (isProblem(credential)) throw invalidMember(credential.message, credential.member)
  const by = await whoChanges(c)
  const created = await change(c, async (from) => {
    if (from.mcpServers.some(({ id }) => id === body.id)) {
      throw invalidMember(`The id ${body.id} is already in use`, 'id')
    }
    const server = stamped({ ...newServer(body, credential), ...by.created }, c.get('now'))
    requireOverrides(server)
    const made = await serverApplication(c, server)
    return { edits: [save('mcpServers', server), ...made], result: server }
  })
  // API: documented [MP1].
  if (body.auth_type !== 'oauth' || isOAuthUndetected(created)) await syncServer(c, body.id)
  return mcpServerView(requireServer(await currentConfiguration(c), body.id))
}

/**
 * Updates a server, and reads its catalogue after its credential or, with a quirk, its URL has changed.
 *
 * Quirk: full-server-updates, instead of MP5 and MP6.
 *
 * @throws ApiError 7001 for a wrong member, 7000 without one that can be changed, 404
 */
export async function updateServer(c: AppContext, id: string | undefined, body: ServerUpdate) {
  const { id: _, ...members } = body
  const { auth_type, hostname, ...settable } = members
  const isFull = c.get('quirks').has('full-server-updates')
  requireServer(c.get('configuration'), id)
  if (Object.keys(isFull ? members : settable).length === 0) throw nothingToUpdate()
  const url = isFull && hostname !== undefined ? requireUrl(hostname) : undefined
  const by = await whoChanges(c)
  const result = await change(c, (from) => {
    const old = requireServer(from, id)
    const server = stamped(
      { ...updated(old, body, url ?? old.hostname, c.get('now')), ...by.modified },
      c.get('now'),
      old,
    )
    requireOverrides(server)
    return { edits: [save('mcpServers', server)], result: server }
  })
  if (hostname !== undefined && hostname !== result.hostname) {
    reportDecision(c, {
      kind: 'api-call',
      rule: 'MP5',
      why: `The hostname of ${result.id} is still ${result.hostname}: an update ignores it without an error.`,
      change:
        'Delete the server, and create it again with the other URL, or turn on the quirk full-server-updates.',
    })
  }
  // API: observed [MP7]. The response still says `waiting`; the sync comes after it.
  const view = mcpServerView(result)
  if (result.status === 'waiting' && result.auth_type !== 'oauth') await syncServer(c, result.id)
  return view
}

function requireUrl(hostname: unknown): string {
  const { data } = serverSchema.shape.hostname.safeParse(hostname)
  if (data === undefined) throw invalidMember('Invalid url', 'hostname')
  return data
}

// API: observed [MP5]. `hostname` of the body is ignored. API: observed [MP7]. A change of the credential or of its
// type begins with `waiting`. Assumed: so does a change of the URL, with a new client of the portal.
function updated(old: McpServer, body: ServerUpdate, url: string, now: number): McpServer {
  const { auth_credentials, auth_type, client_secret, hostname: _, id: __, ...members } = body
  const type = auth_type ?? old.auth_type
  const isSameType = type === old.auth_type
  const isSecretNew = auth_credentials !== undefined || client_secret !== undefined
  const isMoved = url !== old.hostname
  if (isSameType && !isSecretNew && !isMoved) return { ...old, ...withoutMissing(members) }
  const given = { auth_type: type, auth_credentials, client_secret }
  const isRegistered = old.credential.kind === 'oauth' && old.credential.mode === 'dcr'
  const isKept = isSameType && !(isMoved && isRegistered)
  const credential = readCredential(given, isKept ? old.credential : undefined, now)
  if (isProblem(credential)) throw invalidMember(credential.message, credential.member)
  const { error: ___, error_details: ____, ...rest } = old
  return {
    ...rest,
    ...withoutMissing(members),
    hostname: url,
    auth_type: type,
    credential,
    ...unsynced(credential),
  }
}

/** Deletes a server and its entries in portals. @throws ApiError 404 */
export async function deleteServer(c: AppContext, id: string | undefined) {
  return change(c, (from) => {
    const server = requireServer(from, id)
    // Assumed: its entries in portals vanish.
    const portals = from.mcpPortals.filter((each) =>
      each.servers.some(({ server_id: mapped }) => mapped === server.id),
    )
    const edits = [
      deletion('mcpServers', server.id),
      ...portals.map((each) =>
        save('mcpPortals', {
          ...each,
          servers: each.servers.filter(({ server_id: mapped }) => mapped !== server.id),
        }),
      ),
      ...deletedApplications(c, from, server),
    ]
    return { edits, result: mcpServerView(server) }
  })
}

function requireOverrides(server: McpServer): void {
  for (const list of ['tools', 'prompts'] as const) {
    const problem = overrideProblem(server[`updated_${list}`], server[list])
    if (!problem) continue
    throw invalidMember(problem.message, `updated_${list}`, problem.index, problem.member)
  }
}

function withoutMissing<T extends object>(
  members: T,
): { [K in keyof T]: Exclude<T[K], undefined> } {
  const present = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as { [K in keyof T]: Exclude<T[K], undefined> }
}
