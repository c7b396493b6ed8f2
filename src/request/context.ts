/**
 * The request: its typed context, the middleware that every request passes, its body, and its event.
 *
 * Surfaces build on this folder. It knows no surface, and it decides nothing of the protocol.
 */
import type { Context } from 'hono'
import type { TeamDomain } from '../access/team-domain'
import type { DashDomain } from '../account/oauth/dash-domain'
import type { RequestDraft } from '../events/request-event'
import type { Settings } from '../settings'
import type { Configuration } from '../store/configuration'
import type { Emulator } from '../store/emulator'
import type { EmulatorState } from '../store/emulator/state'
import type { StoreBindings, Stores } from '../store/stores'
import type { Endpoint } from '../switches/fault-scope'
import type { Quirks } from '../switches/quirks'

type Bindings = StoreBindings & {
  /** The application as a Worker; wins over `ORIGIN_URL`. */
  ORIGIN?: Fetcher
}

/** Values that are set once for each request, before a surface handles it. */
type Variables = {
  settings: Settings
  /** Applications, policies and the other records of Access, with the changes made through the API. */
  configuration: Configuration
  emulator: Emulator
  /** The request's id, 16 hexadecimal characters; the response carries it as `Cf-Ray`. */
  rayId: string
  /** The endpoint that the route has declared (`endpoint.ts`); unset before that. */
  endpoint?: Endpoint | 'page'
  /** The facts known so far for the request's event. No response depends on them. */
  draft: RequestDraft
  /** The JSON body of a request to `/_emulator`, for its event. */
  controlBody?: unknown
  /** The quirks that are on. */
  quirks: Quirks
  state: EmulatorState
  ticketSecret: Uint8Array
  /** The emulated time, in whole seconds since 1970. */
  now: number
  /** Whether the response comes from the origin. */
  isForwarded: boolean
  /** Whether the response is a challenge of the gate. It carries only the headers that were observed. */
  isChallenge: boolean
  url: URL
  /** Whether the request was sent to a host of this machine. Its sender may control the emulator. */
  isLocal: boolean
  team: TeamDomain
  dash: DashDomain
  stores: Stores
  /** Sends a request to the surfaces in this process: for the emulator's own control, and for upstreams. */
  sendToSurfaces: (request: Request) => Promise<Response>
}

export type Env = { Bindings: Bindings; Variables: Variables }
/** The code that most requests pass reads variables with `get`: `var` copies all of them at each access. */
export type AppContext = Context<Env>
