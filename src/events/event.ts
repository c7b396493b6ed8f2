import type { Identity } from '../access/identity'
import type { FaultName } from '../switches/faults'
import type { DashboardEvent } from './dashboard-event'
import type { Actors, Reason } from './reason'
import type { RequestEvent } from './request-event'

/** Where a decision of Access was asked for. */
export type AccessAction = 'login' | 'authorization' | 'refresh' | 'service_auth'

/** Something worth telling the developer, that no answer on the wire tells. */
export type Event =
  | RequestEvent
  | DashboardEvent
  /** Somebody used the emulator's own control: the clock, a switch, a revocation. */
  | { kind: 'control'; method: string; path: string; body?: unknown }
  /** A fault that was switched on has struck. */
  | (Actors & { kind: 'fault'; fault: FaultName; path: string })
  /** A one-time PIN that the real service would have sent by e-mail. */
  | { kind: 'one-time-pin'; application: string; email: string; code: string }
  /** The real service would have sent none, because the policies deny the person. */
  | { kind: 'one-time-pin-not-sent'; application: string; email: string }
  /** Policies were asked that have rules of kinds which nothing here can decide. */
  | {
      kind: 'rules-not-emulated'
      application: string
      email?: string
      commonName?: string
      ruleKinds: string[]
      decision: string
    }
  /** What Access decided about a person or a machine: the entries of its own log. */
  | {
      kind: 'access-request'
      action: AccessAction
      allowed: boolean
      application: { id: string; name: string; domain?: string | undefined; type: string }
      /** The policy that decided; none where no policy matched. */
      policy?: { id: string; name: string } | undefined
      email?: string | undefined
      /** The type of the identity provider, or `service_token`. */
      connection: string
      serviceToken?: { id: string; name: string } | undefined
      ip: string
      country: string
    }
  /** A sign-in: of a browser at the team domain, or of a client that was allowed. */
  | {
      kind: 'signed-in'
      /** Who has it: a browser at the team domain, or a client of Managed OAuth. */
      holder: 'browser' | 'client'
      identity: Identity
      /** The sign-in's id, which begins its `identity_nonce`. */
      sessionId: string
      /** The number of the last revocation before it. */
      revision: number
      expiresAtSeconds: number
      ip: string
      country: string
    }
  /** A sign-in was used for an application. */
  | {
      kind: 'application-opened'
      sessionId: string
      application: { id: string; name: string; type: string }
      hostname: string
    }
  /** A request to the API had members that there are none of. They were dropped, as Access does. */
  | { kind: 'members-dropped'; method: string; path: string; members: string[] }

/** What happens beside the requests, or follows from one. */
export type Occurrence = Exclude<Event, RequestEvent>

/** An event with its reason, the request that it belongs to (`Cf-Ray`), and the emulated time. */
export type ReportedEvent = Event & Reason & { rayId: string; at: string }

/** As it is kept: numbered in the order of what happened. */
export type RecordedEvent = ReportedEvent & { number: number }
