import type { RecordedEvent } from '../events/event'

/**
 * The grants of Managed OAuth that events tell the giving of, by their ids, the newest first. The list of
 * grants has no order, and gets a grant a moment after its tokens were answered.
 */
export function grantsGiven(events: RecordedEvent[], clientId?: string): string[] {
  const ids = events.map((event) => {
    const isGiven = event.kind === 'token' && event.outcome === 'allowed'
    if (!isGiven || event.grantType !== 'authorization_code') return undefined
    return clientId === undefined || event.client?.id === clientId ? event.grantId : undefined
  })
  return [...new Set(ids.reverse())].filter((id) => id !== undefined)
}
