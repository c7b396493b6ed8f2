import { formatTime } from '../access/timestamps'
import { isSyncDue, type McpServer } from '../mcp/server'
import type { AppContext } from '../request/context'
import { report } from '../request/events'
import { currentConfiguration } from '../request/prepare'
import type { Configuration } from '../store/configuration'
import type { Plan } from '../store/emulator'
import { connect, type UpstreamCredential } from './connection'
import { serverCredential } from './credential'
import { failureOf } from './failure'
import { PORTAL_WORKER } from './fetch'

const UNAUTHORIZED = 401

/** The result of a sync: the members of a server that it sets. */
type Synced = Pick<McpServer, 'status' | 'error' | 'error_details' | 'last_synced'> &
  Partial<Pick<McpServer, 'tools' | 'prompts' | 'last_successful_sync' | 'credential'>>

/**
 * Reads the catalogue of a server and stores it, or the failure.
 *
 * Portal: documented [MP75]. A sync uses the server's own credential and goes directly to the server.
 *
 * @returns the server after the sync; undefined if it does not exist
 */
export async function syncServer(c: AppContext, id: string): Promise<McpServer | undefined> {
  const server = (await currentConfiguration(c)).mcpServers.find((each) => each.id === id)
  if (!server) return undefined
  const result = await counted(keyOf(c, id), () => syncOf(c, server))
  const { error, status } = result
  report(c, {
    kind: 'server-synced',
    server: id,
    outcome: status === 'ready' ? 'allowed' : status === 'waiting' ? 'asked' : 'refused',
    why:
      status === 'ready'
        ? `The catalogue of ${id} has ${countOf(result.tools, 'tool')} and ${countOf(result.prompts, 'prompt')}.`
        : `The catalogue of ${id} was not updated: ${error ?? 'nobody has signed in to the server yet'}.`,
  })
  return keep(c, id, result)
}

function countOf(entries: readonly unknown[] = [], noun: string): string {
  return `${entries.length} ${noun}${entries.length === 1 ? '' : 's'}`
}

// The servers that are being synced in this isolate, by store and id.
const underWay = new Map<string, number>()

/**
 * Syncs the servers whose automatic sync is due, by the emulated clock. A portal may be a server of itself: a
 * request of a sync must not begin the same sync again.
 */
export async function syncDueServers(c: AppContext, servers: readonly McpServer[]): Promise<void> {
  const isOfPortal = c.req.header('Cf-Worker') === PORTAL_WORKER
  const due = servers.filter(
    (each) => isSyncDue(each, c.get('now')) && !(isOfPortal && underWay.has(keyOf(c, each.id))),
  )
  if (due.length === 0) return
  for (const { id } of due) await syncServer(c, id)
  c.set('configuration', await currentConfiguration(c))
}

/**
 * Reads the catalogue of a server with the tokens of a person. The states stay as they are.
 *
 * Portal: reported [MP20].
 */
export async function syncAs(
  c: AppContext,
  server: McpServer,
  credential: UpstreamCredential,
): Promise<void> {
  const upstream = await connect(c, server, credential, { isDiscovered: true })
  try {
    const { catalogue } = await upstream.list()
    const at = formatTime(c.get('now'))
    await keep(c, server.id, { ...catalogue, last_synced: at, last_successful_sync: at })
  } finally {
    await upstream.close()
  }
}

// Several emulators of one process share this module.
function keyOf(c: AppContext, id: string): string {
  return `${c.get('stores').epoch} ${id}`
}

async function counted<T>(key: string, sync: () => Promise<T>): Promise<T> {
  underWay.set(key, (underWay.get(key) ?? 0) + 1)
  try {
    return await sync()
  } finally {
    const left = (underWay.get(key) ?? 1) - 1
    if (left > 0) underWay.set(key, left)
    else underWay.delete(key)
  }
}

function keep(c: AppContext, id: string, result: Partial<Synced>): Promise<McpServer | undefined> {
  const plan = async (from: Configuration): Promise<Plan<McpServer | undefined>> => {
    const newest = from.mcpServers.find((each) => each.id === id)
    if (!newest) return { edits: [], result: undefined }
    const { error: _, error_details: __, ...rest } = newest
    const value = { ...rest, ...result }
    return { edits: [{ kind: 'mcpServers', id, value }], result: value }
  }
  return c.get('emulator').edit(c.get('settings').seed, plan)
}

// A second attempt refreshes the token that the server has refused [MP78].
async function syncOf(c: AppContext, server: McpServer, refused?: string): Promise<Synced> {
  const at = formatTime(c.get('now'))
  const found = await serverCredential(c, server, refused)
  if ('missing' in found) return found.missing
  try {
    const upstream = await connect(c, server, found.credential, { isDiscovered: true })
    try {
      const { catalogue } = await upstream.list()
      return { ...catalogue, status: 'ready', last_synced: at, last_successful_sync: at }
    } finally {
      await upstream.close()
    }
  } catch (error) {
    const { details, message } = failureOf(error, server)
    const { token } = found.credential
    if (details.status_code === UNAUTHORIZED && refused === undefined && isRefreshable(server)) {
      return syncOf(c, server, token)
    }
    return { status: 'error', error: message, error_details: details, last_synced: at }
  }
}

function isRefreshable({ credential }: McpServer): boolean {
  return credential.kind === 'oauth' && credential.admin?.refresh_token !== undefined
}
