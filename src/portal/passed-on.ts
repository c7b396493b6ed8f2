import { LOG_LEVEL_META_KEY, type ServerContext } from '@modelcontextprotocol/server'
import * as z from 'zod'
import type { CallOptions } from '../upstream/connection'
import type { PortalCaller } from './caller'

/** The levels of log messages, the least severe first (RFC 5424 6.2.1). */
export const LOG_LEVELS = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
] as const

const envelopeSchema = z.object({ [LOG_LEVEL_META_KEY]: z.enum(LOG_LEVELS) })

/**
 * Passes on what follows from a call: its cancellation to the server, and the server's progress and log messages to
 * the client, on the stream of the call.
 *
 * Assumed [MP79].
 */
export function passedOn(caller: PortalCaller, { mcpReq }: ServerContext): CallOptions {
  // The client may be gone.
  const notify = (method: string, params: Record<string, unknown>) =>
    void mcpReq.notify({ method, params }).catch(() => undefined)
  const progressToken = mcpReq._meta?.progressToken
  const log = wantedLog(caller, mcpReq.envelope)
  return {
    signal: mcpReq.signal,
    ...(progressToken !== undefined && {
      onprogress: (progress) => notify('notifications/progress', { ...progress, progressToken }),
    }),
    ...(log && {
      logLevel: log.level,
      onlog: (message) => {
        if (isWanted(message.level, log.level)) notify('notifications/message', message)
      },
    }),
  }
}

// MCP 2026-07-28 Logging: a request without a level gets no messages. A session of 2025 without one gets what the
// server sends.
function wantedLog(
  { session }: PortalCaller,
  envelope: ServerContext['mcpReq']['envelope'],
): { level: string | undefined } | undefined {
  if (session) return { level: session.state.logLevel }
  const { data } = envelopeSchema.safeParse(envelope)
  return data && { level: data[LOG_LEVEL_META_KEY] }
}

function isWanted(level: string, least: string | undefined): boolean {
  const rank = (each: string) => (LOG_LEVELS as readonly string[]).indexOf(each)
  return least === undefined || rank(level) >= rank(least)
}
