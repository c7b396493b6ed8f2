import type { RecordedEvent } from '../events/event'

/**
 * Returns the ids of the grants of Managed OAuth whose first tokens are among the events, the newest
 * first. The store's list of grants has no order, and contains a grant only a moment after its tokens were sent.
 */
export function issuedGrants(events: RecordedEvent[], clientId?: string): string[] {
  const ids = events.map((event) => {
    const isIssued = event.kind === 'token' && event.outcome === 'allowed'
    if (!isIssued || event.grantType !== 'authorization_code') return undefined
    return clientId === undefined || event.client?.id === clientId ? event.grantId : undefined
  })
  return [...new Set(ids.reverse())].filter((id) => id !== undefined)
}
