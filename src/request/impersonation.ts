import type { Identity } from '../access/identity'
import type { ServiceToken } from '../access/service-token'
import type { OriginOutcome } from '../events/request-event'
import type { Client } from '../store/clients'
import type { AppContext } from './context'

/**
 * The caller as whom the emulator's own control sends a request to the surfaces, without a proof: the
 * control knows no secrets, which are stored as hashes. Everything else is decided as for any request.
 */
export type Impersonation = {
  /** The e-mail address of the person who signs in and consents. */
  email?: string
  /** The client of a token request. */
  client?: Client
  /** The service token of a request to an application. */
  serviceToken?: ServiceToken
  /**
   * The administrator of a request to the API: the sender may control the emulator. The control's own pages
   * read much, so their GET requests leave no event.
   */
  administrator?: { email: string | undefined }
  /** Responds in place of the application's origin. */
  origin?: (request: Request) => Response
  /** Sends the request to the application's origin with this assertion, without a decision of Access. */
  forward?: {
    /** Missing if the origin shall receive none. */
    assertion?: string
    identity: Identity
    /** Whether the origin shall accept the assertion. */
    isGood: boolean
  }
  /** Receives what the origin did, and the status of the response. */
  onOrigin?: (outcome: OriginOutcome, status: number) => void
}

// Keyed by the request object, which only code in this process can have.
const impersonations = new WeakMap<Request, Impersonation>()

/** Marks a request of the control, before it is sent to the surfaces. */
export function impersonate(request: Request, impersonation: Impersonation): void {
  impersonations.set(request, impersonation)
}

/** Returns the impersonation of a request of the control; undefined for every other request. */
export function impersonationOf(c: AppContext): Impersonation | undefined {
  return impersonations.get(c.req.raw)
}
