import type { Context } from 'hono'
import type { TeamDomain } from '../access/team-domain'
import type { DashDomain } from '../account/oauth/dash-domain'
import type { RequestDraft } from '../events/request-event'
import type { Settings } from '../settings'
import type { Configuration } from '../store/configuration'
import type { Emulator } from '../store/emulator'
import type { EmulatorState } from '../store/emulator/state'
import type { StoreBindings, Stores } from '../store/stores'
import type { Endpoint } from '../switches/faults'
import type { Quirks } from '../switches/quirks'

type Bindings = StoreBindings & {
  /** The application as a Worker; wins over `ORIGIN_URL`. */
  ORIGIN?: Fetcher
}

/** What a request is judged by, found once before any surface sees it. */
type Variables = {
  settings: Settings
  /** Applications, policies and all else of Access as the API has left it. */
  configuration: Configuration
  emulator: Emulator
  /** The request's id, 16 hexadecimal characters: what the answer says as `Cf-Ray`. */
  rayId: string
  /** What the route has declared itself to be, once one has. */
  endpoint?: Endpoint | 'page'
  /** The request's event as far as it is known; no response depends on it. */
  draft: RequestDraft
  /** The body of a request to the control that is one. */
  said?: unknown
  /** The variants of the product that are on. */
  quirks: Quirks
  state: EmulatorState
  ticketSecret: Uint8Array
  /** The emulated time, in whole seconds since 1970. */
  now: number
  /** Whether the answer is the origin's. */
  isForwarded: boolean
  /** Whether the response is the gate's challenge, which has the recorded headers and no others. */
  isChallenge: boolean
  url: URL
  /** Whether it was sent to this machine: then whoever sends it may control the emulator. */
  isLocal: boolean
  team: TeamDomain
  dash: DashDomain
  stores: Stores
  /** Sends a request to the surfaces in this process. Set for the emulator's own control only. */
  sendToSurfaces: (request: Request) => Promise<Response>
}

export type Env = { Bindings: Bindings; Variables: Variables }
/** What every request passes reads it with `get`, because `var` is a new object of all variables each time. */
export type AppContext = Context<Env>
