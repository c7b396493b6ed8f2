import { type Application, grantLifetimes } from '../../access/application'
import { wholeSeconds } from '../../access/duration'
import { survivedRevocation } from '../../access/sign-in'
import type { Credential } from '../../access/token'
import type { Parameters } from '../../oauth/parameters'
import type { AppContext } from '../../request/context'
import { strikes } from '../../request/faults'
import type { Client } from '../../store/clients'
import type { AccessGrant } from '../../store/grants/grant'
import { noteGrantAndApplication } from '../grant'
import { namedApplication } from './named-application'
import { decideRefresh, logRefresh } from './refresh-decision'
import {
  refreshTokenOfAnotherClient,
  refreshTokenReused,
  refreshTokenRevoked,
  sessionEnded,
  unknownRefreshToken,
} from './refusals'
import type { Issued } from './response'

/**
 * Handles `grant_type=refresh_token`: evaluates the policies again and issues the next pair [T11-T18].
 * The reasons why a refresh is refused are in `refusals.ts`.
 *
 * Redirect rules are not checked: they apply to authorizations, not to grants [T14].
 *
 * @throws OAuthError `invalid_request`, `invalid_grant`, `invalid_target`
 */
export async function refresh(
  c: AppContext,
  client: Client,
  parameters: Parameters,
): Promise<Issued> {
  const { now, settings, stores } = c.var
  const { grants } = stores
  const text = parameters.require('refresh_token')
  const named = namedApplication(c, parameters)
  const token = grants.parseRefreshToken(text)
  const grant = token && (await grants.find(token.grantId))
  if (!grant) throw unknownRefreshToken()
  const graceSeconds = wholeSeconds(settings.REFRESH_TOKEN_GRACE)
  const requireOwnToken = () => statusOfOwnToken(c, token, graceSeconds)
  if (grant.clientId !== client.clientId) {
    await requireOwnToken()
    throw refreshTokenOfAnotherClient()
  }
  const decision = decideRefresh(c, grant, named)
  if (decision.refusal) {
    await requireOwnToken()
    noteGrantAndApplication(c, grant)
    if (decision.verdict) logRefresh(c, decision)
    throw decision.refusal
  }
  const { application, oauth, verdict } = decision
  await endByFault(c, grant, application, requireOwnToken)
  const rotation = await grants.rotate(token, {
    accessTokenLifetimeSeconds: grantLifetimes(application, oauth).accessTokenLifetimeSeconds,
    policyId: verdict.policy.id,
    graceSeconds,
    onReuse: settings.REFRESH_TOKEN_REUSE,
    now,
  })
  if (rotation.outcome === 'unknown') throw unknownRefreshToken()
  noteGrantAndApplication(c, grant)
  switch (rotation.outcome) {
    case 'rotated':
      logRefresh(c, decision)
      return {
        grant,
        pair: rotation.pair,
        event: rotation.isRepeated ? REPEATED : rotated(c, grant),
      }
    case 'reused':
      throw refreshTokenReused(settings.REFRESH_TOKEN_REUSE)
    case 'revoked':
      throw refreshTokenRevoked()
    case 'session-ended':
      throw sessionEnded()
  }
}

// A grant's id is not secret: every token of the grant contains it. So the grant is neither described
// nor changed until the request has proved to have a refresh token of it (RFC 6819 4.5.3). The
// rotation checks this itself; whatever is decided before the rotation has to check it here.
async function statusOfOwnToken(c: AppContext, token: Credential, graceSeconds: number) {
  const { now, stores } = c.var
  const status = await stores.grants.refreshTokenStatus(token, { graceSeconds, now })
  if (status === 'unknown') throw unknownRefreshToken()
  return status
}

// Only a valid refresh token uses up the fault.
async function endByFault(
  c: AppContext,
  { clientId, id }: AccessGrant,
  application: Application,
  requireOwnToken: () => Promise<string>,
): Promise<void> {
  const isOn = c.get('state').faults.some(({ name }) => name === 'revoked-grant')
  if (!isOn || (await requireOwnToken()) !== 'good') return
  if (await strikes(c, 'revoked-grant', { clientId, application })) {
    await c.get('stores').grants.end(id)
  }
}

const REPEATED = {
  rule: 'T13',
  isRepeated: true,
  why: 'This refresh token was already rotated. Within REFRESH_TOKEN_GRACE the same pair is returned again.',
  change: 'Store the new refresh token before anything else, and refresh in one process.',
}

function rotated(c: AppContext, grant: AccessGrant): Issued['event'] {
  const why = 'The refresh token is replaced by a new pair.'
  const change = 'The quirk strict-revocation (or REVOCATION "strict") ends grants at once.'
  switch (survivedRevocation(c.get('state').revocations, grant)) {
    case undefined:
      return { rule: 'T12', why }
    case 'person': {
      const who = grant.identity.email
      return {
        rule: 'T15',
        why: `${why} ${who} was revoked, which does not end grants (P21).`,
        change,
      }
    }
    case 'application':
      return {
        rule: 'T16',
        why: `${why} The application's tokens were revoked after the grant was made, so the application will refuse the new access token.`,
        change,
      }
  }
}
