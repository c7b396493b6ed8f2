/**
 * Events and their reasons: types, texts, one line for a terminal, and sequence diagrams.
 *
 * Pure: `request/events.ts` records events, and the store numbers and keeps them.
 */
import type { Identity } from '../access/identity'
import type { FaultName } from '../switches/faults'
import type { DashboardEvent } from './dashboard-event'
import type { PortalLogRecord } from './portal-log'
import type { Actors, Reason } from './reason'
import type { RequestEvent } from './request-event'

/** The place where Access evaluated its policies. */
export type AccessAction = 'login' | 'authorization' | 'refresh' | 'service_auth'

/** A fact for the developer that no response contains. */
export type Event =
  | RequestEvent
  | DashboardEvent
  /** A use of the emulator's control: the clock, a switch, a revocation. */
  | { kind: 'control'; method: string; path: string; body?: unknown }
  /** A fault has struck. */
  | (Actors & { kind: 'fault'; fault: FaultName; path: string })
  /** A one-time PIN that the real service would have sent by e-mail. */
  | { kind: 'one-time-pin'; application: string; email: string; code: string }
  /** The real service would have sent no one-time PIN, because the policies deny the person. */
  | { kind: 'one-time-pin-not-sent'; application: string; email: string }
  /** Policies were evaluated that have rules of kinds that are not emulated. */
  | {
      kind: 'rules-not-emulated'
      application: string
      email?: string
      commonName?: string
      ruleKinds: string[]
      decision: string
    }
  /** A decision of Access about a person or a machine: an entry in its log of access requests. */
  | {
      kind: 'access-request'
      action: AccessAction
      allowed: boolean
      application: { id: string; name: string; domain?: string | undefined; type: string }
      /** The deciding policy; undefined if no policy matched. */
      policy?: { id: string; name: string } | undefined
      email?: string | undefined
      /** The type of the identity provider, or `service_token`. */
      connection: string
      serviceToken?: { id: string; name: string } | undefined
      ip: string
      country: string
    }
  /** A new sign-in. */
  | {
      kind: 'signed-in'
      /** The holder: a browser at the team domain, or a client of Managed OAuth. */
      holder: 'browser' | 'client'
      identity: Identity
      /** The sign-in's id. Its `identity_nonce` begins with it. */
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
  /** A request of a portal to one of its servers. It contains no credential. */
  | {
      kind: 'upstream-request'
      server: string
      method: string
      url: string
      mcpMethod?: string | undefined
      /** The tool, prompt or resource, as the server knows it. */
      mcpName?: string | undefined
      protocolVersion?: string | undefined
      credential: 'sent' | 'none'
      /** The status of the response; missing if the server did not respond. */
      responseStatus?: number
      durationMs: number
    }
  /** A call through a portal, as Logpush has it in `mcp_portal_logs`. */
  | { kind: 'portal-call'; email?: string; record: PortalLogRecord }
  /** The catalogue of a server was read again. */
  | { kind: 'server-synced'; server: string }
  /** An authorization is for a resource on a host that this emulator does not have. */
  | {
      kind: 'foreign-resource'
      client: Actors['client']
      resource: string
      covers: string
      expected: string
    }
  /** A person has become a user of an end-user application's population. */
  | {
      kind: 'user-created'
      email: string
      application: { id: string; name: string }
      userId: string
      populationId: string
    }
  /** A GET or HEAD request had a body, which was not forwarded to the origin. */
  | { kind: 'body-dropped'; method: string; path: string }
  /** A request to the API had unknown members, which were dropped. Access: observed [K3]. */
  | { kind: 'members-dropped'; method: string; path: string; members: string[] }
  /** A request to the API set members that decide nothing in the emulator. */
  | { kind: 'members-without-effect'; method: string; path: string; members: string[] }
  /** A client has, or requests, scopes whose group alone is in the catalogue. They are accepted. */
  | (Pick<Actors, 'client'> & { kind: 'scopes-not-listed'; scopes: string[] })

/** An event that is not a request's own. */
export type Occurrence = Exclude<Event, RequestEvent>

/** An event with its reason, the request that it belongs to (`Cf-Ray`), and the emulated time. */
export type ReportedEvent = Event & Reason & { rayId: string; at: string }

/** An event as the store keeps it, numbered in chronological order. */
export type RecordedEvent = ReportedEvent & { number: number }
