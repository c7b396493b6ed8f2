import { controlLabel } from './control-label'
import type { RecordedEvent } from './event'
import type { RequestEvent } from './request-event'

/**
 * The participants of a flow, in the order of the diagram. The client stands between the authorization
 * server and the application, so that few arrows cross a participant.
 */
export const PARTICIPANTS = [
  ...(['person', 'team', 'client', 'application', 'origin'] as const),
  /** The servers of an MCP portal, which is the origin. */
  'upstream',
  'api',
] as const
export type Participant = (typeof PARTICIPANTS)[number]

/** The text and the arrow of one event in a sequence diagram. */
export type Line = {
  /** Undefined for events without participants: a move of the clock, a fault. */
  arrow?: { from: Participant; to: Participant }
  /** The request: `POST /mcp`. */
  label: string
  /** The MCP message of the request: `tools/call whoami`. */
  call?: string
  /** The response: `401 Bearer`. */
  result?: string
}

type Request = Extract<RecordedEvent, { status: number }>
type UpstreamRequest = Extract<RecordedEvent, { kind: 'upstream-request' }>

/** Returns whether an event is that of a request to the emulator. */
export function isRequest(event: RecordedEvent): event is Request {
  return 'status' in event
}

/** Returns whether an event is a request of a portal to one of its servers. */
export function isUpstream(event: RecordedEvent): event is UpstreamRequest {
  return event.kind === 'upstream-request'
}

/**
 * Returns the line of an event.
 *
 * @param userAgent the user agent of the flow's client
 */
export function lineOf(event: RecordedEvent, userAgent: string | undefined): Line {
  if (isRequest(event)) return requestLine(event, userAgent)
  if (isUpstream(event)) return upstreamLine(event)
  if (event.kind === 'control') return { label: controlLabel(event) }
  if (event.kind === 'fault') return { label: `fault ${event.fault} struck ${event.path}` }
  return { label: event.kind }
}

function requestLine(event: Request, userAgent: string | undefined): Line {
  return {
    arrow: arrowOf(event, userAgent),
    label: `${event.method} ${event.path}`,
    ...(event.mcp && { call: [event.mcp.method, event.mcp.name].filter(Boolean).join(' ') }),
    result: [event.status, resultOf(event)].filter(Boolean).join(' '),
  }
}

function arrowOf(event: RequestEvent, userAgent: string | undefined): Required<Line>['arrow'] {
  switch (event.kind) {
    case 'challenge':
      return { from: event.response === '302-login' ? 'person' : 'client', to: 'application' }
    case 'admission':
      return { from: event.by === 'application-token' ? 'person' : 'client', to: 'origin' }
    case 'discovery': {
      const to = event.of === 'application' ? 'application' : 'team'
      // An origin fetches the keys to verify assertions.
      const isOrigin = event.document === 'keys' && event.userAgent !== userAgent
      return { from: isOrigin ? 'origin' : 'client', to }
    }
    case 'authorization':
    case 'login':
      return { from: 'person', to: 'team' }
    case 'registration':
    case 'token':
    case 'revocation':
      return { from: 'client', to: 'team' }
    case 'api-call':
      return { from: 'client', to: 'api' }
  }
}

// Labels of the responses to a challenge, beside the status.
const CHALLENGES = {
  '401-bearer': 'Bearer',
  '302-login': 'login',
  '401-script': 'script',
  '403': undefined,
}

/** Returns the part of the result that the status does not show. */
function resultOf(event: Request): string | undefined {
  if (event.kind === 'challenge') return event.response && CHALLENGES[event.response]
  if (event.error) return event.error
  if (event.kind === 'admission') return originResultOf(event)
  if (event.outcome === 'failed') return undefined
  switch (event.kind) {
    case 'authorization':
      return event.step === 'denied' ? 'access_denied' : event.step
    case 'login':
      return event.step
    case 'token':
      if (event.outcome !== 'allowed') return undefined
      return event.grantType === 'refresh_token' ? 'new pair' : 'tokens'
    case 'registration':
      return event.outcome === 'allowed' ? 'client_id' : undefined
    case 'revocation':
      return event.token
    default:
      return undefined
  }
}

// Access admitted the request, so an error is the origin's.
function originResultOf({ origin, status }: Extract<Request, { kind: 'admission' }>) {
  if (origin === 'unreachable') return 'origin unreachable'
  if (origin === 'timed-out') return 'origin timed out'
  return origin === 'responded' && status >= 400 ? 'from the origin' : undefined
}

function upstreamLine(event: UpstreamRequest): Line {
  const { mcpMethod, mcpName, method, responseStatus, url } = event
  const call = [mcpMethod, mcpName].filter(Boolean).join(' ')
  return {
    arrow: { from: 'origin', to: 'upstream' },
    label: `${method} ${url.replace(/^https?:\/\//, '')}`,
    ...(call && { call }),
    result: responseStatus === undefined ? 'no response' : String(responseStatus),
  }
}
