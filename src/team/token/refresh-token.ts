import { type Application, grantLifetimes } from '../../access/application'
import { wholeSeconds } from '../../access/duration'
import { livesOn } from '../../access/sign-in'
import type { Parameters } from '../../oauth/parameters'
import type { AppContext } from '../../request/context'
import { strikes } from '../../request/faults'
import type { Client } from '../../store/clients'
import type { AccessGrant } from '../../store/grants/grant'
import { noteGrantAndApplication } from '../grant'
import type { Issued } from './answer'
import { namedApplication } from './named-application'
import { decideRefresh, logRefresh } from './refresh-decision'
import {
  refreshTokenOfAnotherClient,
  refreshTokenReused,
  refreshTokenRevoked,
  sessionEnded,
  unknownRefreshToken,
} from './refusals'

/**
 * `grant_type=refresh_token`: the next pair, after the policies were asked again [T11-T18].
 *
 * Redirect rules are not asked: they bind authorizations, not grants [T14].
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
  // A grant's id is no secret, it is in every token of the grant. Until a refresh token of the grant
  // is shown, the grant is neither described nor changed (RFC 6819 4.5.3). The rotation checks that
  // itself, so only what comes before it has to.
  const requireOwnToken = async () => {
    const status = await grants.refreshTokenStatus(token, { graceSeconds, now })
    if (status === 'unknown') throw unknownRefreshToken()
    return status
  }
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

// The fault is used up only by a refresh token that is good.
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
  why: 'This refresh token was rotated already. Within REFRESH_TOKEN_GRACE the same pair is answered again.',
  change: 'Store the new refresh token before anything else, and refresh in one place.',
}

function rotated(c: AppContext, grant: AccessGrant): Issued['event'] {
  const why = 'The refresh token is replaced by a new pair.'
  const change = 'The quirk strict-revocation (or REVOCATION "strict") ends grants at once.'
  switch (livesOn(c.get('state').revocations, grant)) {
    case undefined:
      return { rule: 'T12', why }
    case 'person': {
      const who = grant.identity.email
      return {
        rule: 'T15',
        why: `${why} ${who} was revoked, which leaves grants alone (P21).`,
        change,
      }
    }
    case 'application':
      return {
        rule: 'T16',
        why: `${why} The tokens of the application were revoked since the grant was made: they will be refused at the application.`,
        change,
      }
  }
}
