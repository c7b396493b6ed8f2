import type { RecordedEvent } from '../events/event'
import { type Check, type Finding, failed, notSeen, passed } from './check'
import { type EventOf, lastServerMetadata, ofKind, type Story, switchOn } from './story'

/** Checks of how the client validates the `iss` of the authorization response. */
export const ISSUER_CHECKS: Check[] = [
  {
    id: 'issuer',
    title: 'Rejects a response with the iss of another server',
    source: 'MCP 2026-07-28 Authorization Response Validation; RFC 9207 2.4',
    level: 'MUST',
    judge: discards({
      fault: 'wrong-issuer',
      what: 'carried the iss of another server',
      hint: `${switchOn('wrong-issuer')}, then authorize. The response will carry a wrong iss.`,
      change:
        'Compare iss with the issuer of the metadata, character by character, before any other step.',
      isDue: () => true,
    }),
  },
  {
    id: 'issuer-missing',
    title: 'Rejects a response without the iss that the metadata announces',
    source: 'MCP 2026-07-28 Authorization Response Validation; RFC 9207 2.4',
    level: 'MUST',
    judge: discards({
      fault: 'missing-issuer',
      what: 'lacked the iss that the metadata announces',
      hint: `${switchOn('missing-issuer')}, let the client read the metadata again, then authorize. The metadata will announce an iss, and the response will lack it.`,
      change:
        'If authorization_response_iss_parameter_supported is true, reject a response without iss (P33).',
      // A client that read the metadata earlier expects no iss.
      isDue: (story, { number }) => lastServerMetadata(story, number)?.announcesIssuer === true,
    }),
  },
]

type Fault = EventOf<'fault'>

function discards(of: {
  fault: 'wrong-issuer' | 'missing-issuer'
  what: string
  hint: string
  change: string
  isDue(story: Story, fault: Fault): boolean
}) {
  return (story: Story): Finding => {
    const { events, exchanges } = story
    const faults = ofKind(events, 'fault').filter(
      (event) => event.fault === of.fault && of.isDue(story, event),
    )
    if (faults.length === 0) return notSeen(of.hint)
    const seen: RecordedEvent[] = []
    for (const fault of faults) {
      const response = ofKind(events, 'authorization').find(({ rayId }) => rayId === fault.rayId)
      const exchange = exchanges.find(
        ({ grantId }) => grantId !== undefined && grantId === response?.grantId,
      )
      if (exchange) {
        return failed(
          {
            why: `The response ${of.what}, but the client sent its code to the token endpoint.`,
            change: of.change,
          },
          fault,
          response,
          exchange,
        )
      }
      const after = nextRequestAfter(story, fault)
      if (after) seen.push(fault, after)
      else if (isCodeExpired(story, fault)) seen.push(fault)
    }
    if (seen.length === 0) {
      return notSeen(
        `The response ${of.what}, and its code may still be redeemed. Authorize again, or advance the clock.`,
      )
    }
    return passed(`The response ${of.what}, and its code was not redeemed.`, ...seen)
  }
}

// A later authorization or token request shows that the client has discarded the response.
function nextRequestAfter({ authorizations, events }: Story, { number, rayId }: RecordedEvent) {
  const requests = new Set<RecordedEvent>(authorizations.map(({ request }) => request))
  return events.find(
    (event) =>
      event.number > number &&
      event.rayId !== rayId &&
      (requests.has(event) || (event.kind === 'token' && event.grantId !== undefined)),
  )
}

function isCodeExpired({ codeLifetimeSeconds, now }: Story, { at }: RecordedEvent): boolean {
  return now > Date.parse(at) / 1000 + codeLifetimeSeconds
}
