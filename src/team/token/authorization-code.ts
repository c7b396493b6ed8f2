import type { Application } from '../../access/application'
import type { Parameters } from '../../oauth/parameters'
import { codeChallengeOf } from '../../oauth/pkce'
import type { AppContext } from '../../request/context'
import { note } from '../../request/events'
import { strikes } from '../../request/faults'
import type { Client } from '../../store/clients'
import type { TokenPair } from '../../store/grants'
import type { AccessGrant, Redemption } from '../../store/grants/grant'
import { applicationOf } from '../grant'
import { resourceNote } from '../resource-note'
import { namedApplication } from './named-application'
import {
  codeExpired,
  codeOfAnotherClient,
  codeReused,
  codeRevoked,
  missingVerifier,
  notACode,
  otherRedirectUri,
  otherResource,
  otherVerifier,
  revokedByAdministrator,
  unknownCode,
} from './refusals'
import type { Issued } from './response'
import { isEndedByAdministrator } from './revocation'
import { namedGrant } from './subject'

/**
 * Handles `grant_type=authorization_code`: redeems a code, exactly once [T1, T7-T10].
 *
 * @throws OAuthError `invalid_request`, `invalid_grant`, `invalid_target`
 */
export async function exchangeCode(
  c: AppContext,
  client: Client,
  parameters: Parameters,
): Promise<Issued> {
  const now = c.get('now')
  const { grants } = c.get('stores')
  const verifier = parameters.get('code_verifier')
  const text = parameters.require('code')
  const redirectUri = parameters.require('redirect_uri')
  const application = namedApplication(c, parameters)
  const code = grants.parseCode(text)
  if (!code) throw notACode()
  const refuseAs = await outcomeInAdvance(c, client, application)
  const redemption = await grants.redeem(code, {
    clientId: client.clientId,
    redirectUri,
    codeChallenge: verifier && (await codeChallengeOf(verifier)),
    applicationId: application?.id,
    refuseAs,
    // Access: documented [T22]. Whatever grant types the client registered.
    withRefreshToken: true,
    now,
  })
  if (redemption.outcome === 'unknown') throw unknownCode()
  if (redemption.outcome === 'other-client') throw codeOfAnotherClient()
  note(c, { grantId: code.grantId })
  switch (redemption.outcome) {
    case 'redeemed':
      grants.keepLater(c.executionCtx, redemption.grant, now)
      return issuedBy(redemption, parameters)
    case 'other-redirect-uri':
      throw otherRedirectUri()
    case 'other-verifier':
    case 'unexpected-verifier':
      throw verifier === undefined ? missingVerifier() : otherVerifier()
    case 'other-resource':
      throw otherResource()
    case 'expired':
      throw codeExpired(c.get('settings').CODE_LIFETIME)
    case 'replayed':
      throw codeReused()
    case 'revoked':
      throw refuseAs === 'revoked' ? revokedByAdministrator() : codeRevoked()
  }
}

function issuedBy(
  { grant, pair }: { grant: AccessGrant; pair: TokenPair },
  parameters: Parameters,
): Issued {
  const why = `The code is redeemed. ${resourceNote(parameters.get('resource'), grant.resource)}`
  return { grant, pair, event: { rule: 'T1', why: why.trim() } }
}

// Returns the outcome of a valid code that a fault or a revocation refuses. The code stays unredeemed.
async function outcomeInAdvance(
  c: AppContext,
  { clientId }: Client,
  named: Application | undefined,
): Promise<Redemption['refuseAs']> {
  const { faults, revocations } = c.get('state')
  // The grant is read only if a fault or a revocation may depend on it.
  if (faults.length === 0 && Object.keys(revocations.entries).length === 0) return undefined
  const grant = await namedGrant(c)
  const application = named ?? (grant && applicationOf(c, grant))
  const isExpired = await strikes(c, 'expired-code', { clientId, application })
  if (grant && isEndedByAdministrator(c, grant)) return 'revoked'
  return isExpired && 'expired'
}
