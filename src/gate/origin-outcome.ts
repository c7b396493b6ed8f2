import { decodeJwt } from 'jose/jwt/decode'
import type { OriginOutcome, ReceivedAssertion } from '../events/request-event'
import type { AppContext } from '../request/context'
import { note, reportRefusal } from '../request/events'
import { impersonationOf } from '../request/impersonation'

/** A forwarded request, and its outcome at the origin. */
type Forwarded = {
  outcome: OriginOutcome
  /** The origin as the developer knows it. */
  origin: 'your origin' | 'the built-in demo'
  /** The status of the response; the emulator's own if the origin sent none. */
  status: number
  /** Why the origin sent no response, with or without a full stop. */
  problem?: string
  /** The assertion that the origin received. */
  assertion: string | undefined
}

/**
 * Adds to the request's event what the origin did, apart from the decision of Access: whatever the origin
 * responds, the request was admitted.
 */
export function noteOrigin(c: AppContext, forwarded: Forwarded): void {
  const { assertion, origin, outcome, problem, status } = forwarded
  impersonationOf(c)?.onOrigin?.(outcome, status)
  const draft = c.get('draft')
  if (draft.kind !== 'admission') return
  const isResponse = outcome === 'responded'
  const isError = !isResponse || status >= 400
  const received = isError && assertion !== undefined ? receivedOf(assertion) : undefined
  note(c, { kind: 'admission', origin: outcome, ...(received && { assertion: received }) })
  if (!isError) return
  const forwardedWhy = draft.by === 'no-application' ? 'Forwarded' : 'Admitted'
  if (!isResponse) {
    const why = `${forwardedWhy}; ${problem?.replace(/\.?$/, '.')} ${draft.why ?? ''}`.trim()
    reportRefusal(c, { outcome: 'failed', why, change: START_ORIGIN })
    return
  }
  const isRefusal = status === 401 || status === 403
  const facts = isRefusal ? ` ${factsOf(received)}` : ''
  draft.why =
    `${forwardedWhy}; ${origin} responded with ${status}.${facts} ${draft.why ?? ''}`.trim()
  if (isRefusal && received) draft.change = CHECK_ORIGIN
}

const START_ORIGIN = 'Start your application, or set ORIGIN_URL to its address.'
const CHECK_ORIGIN =
  'Compare aud and iss with those that your server verifies, or let POST /_emulator/check-origin do it.'

function factsOf(received: ReceivedAssertion | undefined): string {
  if (!received) return 'It received no assertion.'
  return `It received an assertion with aud ${received.aud.join(', ')} and iss ${received.iss}.`
}

// A person's assertion has a list in `aud`, a service token's a text [O7, O8].
function receivedOf(assertion: string): ReceivedAssertion {
  const { aud = [], iss = '' } = decodeJwt(assertion)
  return { aud: [aud].flat(), iss }
}
