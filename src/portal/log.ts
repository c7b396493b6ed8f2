import type { McpServer } from '../mcp/server'
import { serverApplication } from '../mcp/visibility'
import type { AppContext } from '../request/context'
import { report } from '../request/events'
import { whereFrom } from '../request/judge'
import { type PortalCaller, seenBy } from './caller'

type Names = { ToolCallName?: string; PromptGetName?: string; ResourceReadURI?: string }

/**
 * Begins a record of a call, as Logpush has it in `mcp_portal_logs`: without arguments and results.
 *
 * Portal: documented [MP77].
 *
 * @returns a function that ends the record, with the error if the call failed
 */
export function logCall(
  c: AppContext,
  { email, place, session, userId }: PortalCaller,
  server: McpServer,
  method: string,
  names: Names,
): (error?: string) => void {
  const started = Date.now()
  const { configuration } = c.var
  const { country, ip } = whereFrom(c)
  return (error) =>
    report(c, {
      kind: 'portal-call',
      ...(email !== undefined && { email }),
      record: {
        ClientCountry: country ?? '',
        ClientIP: ip ?? '',
        ColoCode: '',
        Datetime: new Date(c.get('now') * 1000).toISOString(),
        Error: error ?? '',
        Method: method,
        PortalAUD: place.application.aud,
        PortalID: place.portal.id,
        PromptGetName: '',
        ResourceReadURI: '',
        ServerAUD: serverApplication(configuration.applications, server.id)?.aud ?? '',
        ServerID: server.id,
        ServerResponseDurationMs: Date.now() - started,
        ServerURL: server.hostname,
        SessionID: session?.id ?? '',
        Success: error === undefined,
        ToolCallName: '',
        UserEmail: email ?? '',
        UserID: userId,
        ...names,
      },
    })
}

/**
 * Records a call of a tool that exists, but that the caller does not see. No request is sent to its server.
 *
 * Assumed: such a call is in the log, without success.
 */
export function logRefusal(c: AppContext, caller: PortalCaller, name: string, error: string): void {
  const own = seenBy(c, caller).find(({ server: { id, tools } }) =>
    tools.some((each) => `${id}_${each.name}` === name),
  )
  if (!own) return
  const ToolCallName = name.slice(own.server.id.length + 1)
  logCall(c, caller, own.server, 'tools/call', { ToolCallName })(error)
}
