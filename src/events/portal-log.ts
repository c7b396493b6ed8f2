/**
 * A record of Logpush's dataset `mcp_portal_logs`: a call through a portal, without arguments and results.
 *
 * Portal: documented [MP77]. Assumed: `ToolCallName` is the server's own name; a service token has no
 * `UserEmail`, and its client id as `UserID`.
 */
export type PortalLogRecord = {
  ClientCountry: string
  ClientIP: string
  ColoCode: string
  Datetime: string
  Error: string
  Method: string
  PortalAUD: string
  PortalID: string
  PromptGetName: string
  ResourceReadURI: string
  ServerAUD: string
  ServerID: string
  ServerResponseDurationMs: number
  ServerURL: string
  SessionID: string
  Success: boolean
  ToolCallName: string
  UserEmail: string
  UserID: string
}
