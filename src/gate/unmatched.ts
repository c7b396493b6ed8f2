import type { AppContext } from '../request/context'
import { reportDecision } from '../request/events'

/**
 * Returns whether the organization denies a request that no application covers.
 *
 * Access: documented [K40], `deny_unmatched_requests` and its exempted zones. Hosts of Cloudflare are in
 * no zone of the account.
 */
export function isUnmatchedDenied(c: AppContext): boolean {
  const { configuration, dash, team, url } = c.var
  const { organization } = configuration
  if (!organization.deny_unmatched_requests || team.isRequestHost || dash.isRequestHost)
    return false
  const exempted = organization.deny_unmatched_requests_exempted_zone_names ?? []
  return !exempted.some((zone) => url.hostname === zone || url.hostname.endsWith(`.${zone}`))
}

/** Responds with error 1043. Assumed: the status and the form, which are those of error 1010. */
export function refuseUnmatched(c: AppContext): Response {
  c.set('isChallenge', true)
  reportDecision(c, {
    kind: 'challenge',
    response: '403',
    credential: 'none',
    outcome: 'refused',
    rule: 'K40',
    why: `No application of Access covers ${c.get('url').host}, and the organization has deny_unmatched_requests on.`,
    change:
      'Add an application that covers the host, or list its zone in deny_unmatched_requests_exempted_zone_names.',
  })
  return c.text('error code: 1043', 403)
}
