import type { Application } from '../../access/application'
import { MANAGED_OAUTH_FORMS } from '../../access/token'
import type { AppContext } from '../../env'
import { strikes } from '../../faults'
import { OAuthError } from '../../oauth/errors'
import type { Parameters } from '../../oauth/parameters'
import { codeChallengeOf } from '../../oauth/pkce'
import { tell } from '../../report'
import type { Client } from '../../store/clients'
import { resourceNote } from '../resource-note'
import {
  namedApplication,
  otherResource,
  revocationRefusal,
  type TokenAnswer,
  tellGrant,
  tokenAnswer,
} from './issue'

/**
 * `grant_type=authorization_code`: redeems a code, exactly once [T1, T7-T10].
 *
 * Access: observed for the code's form [T7] and that the rest is `invalid_grant`; the texts of the
 * rest are ours.
 *
 * @throws OAuthError `invalid_request`, `invalid_grant`, `invalid_target`
 */
export async function exchangeCode(
  c: AppContext,
  client: Client,
  parameters: Parameters,
): Promise<TokenAnswer> {
  const now = c.get('now')
  const stores = c.get('stores')
  const verifier = parameters.get('code_verifier')
  const code = parameters.require('code')
  const redirectUri = parameters.require('redirect_uri')
  const application = namedApplication(c, parameters)
  // What is no code at all cannot expire.
  const credential = MANAGED_OAUTH_FORMS.code.parse(code)
  if (!credential) throw noCode()
  const isExpired = await strikes(c, 'expired-code', {
    clientId: client.clientId,
    application: application ?? (await applicationOf(c, code)),
  })
  const ended = await administratorsRefusal(c, code)
  const redemption = await stores.grants.redeem(code, {
    clientId: client.clientId,
    redirectUri,
    codeChallenge: verifier && (await codeChallengeOf(verifier)),
    applicationId: application?.id,
    isEnded: ended !== undefined,
    withRefreshToken: client.grantTypes.includes('refresh_token'),
    // The clock of a code whose time is over, whatever that is.
    now: isExpired ? Number.MAX_SAFE_INTEGER : now,
  })
  const isKnown = redemption && !['unknown', 'other client'].includes(redemption.outcome)
  if (isKnown) tell(c, { grantId: credential.grantId })
  switch (redemption?.outcome) {
    case undefined:
      throw noCode()
    case 'redeemed':
      tellGrant(c, redemption.grant)
      tell(c, {
        rule: 'T1',
        why: `The code is redeemed${redemption.pair.refreshToken ? '' : ', without a refresh token: the client is not registered for that grant type'}. ${resourceNote(parameters.get('resource'), redemption.grant.resource)}`.trim(),
      })
      c.executionCtx.waitUntil(stores.grants.keep(redemption.grant, now))
      return tokenAnswer(redemption.grant, redemption.pair, now)
    case 'unknown':
      throw new OAuthError('invalid_grant', 'authorization code is invalid', {
        hint: { why: 'No grant knows this code: it is of another store, or was made up.' },
      })
    case 'other client':
      throw new OAuthError('invalid_grant', 'authorization code was issued to another client', {
        hint: { change: 'Redeem a code with the client_id that it was asked for with.' },
      })
    case 'other redirect_uri':
      throw new OAuthError(
        'invalid_grant',
        'redirect_uri is not the one of the authorization request',
        {
          hint: {
            rule: 'T10',
            change: 'Send the very redirect_uri of the authorization request, port included.',
          },
        },
      )
    case 'other verifier':
    case 'unexpected verifier':
      if (verifier === undefined) {
        throw new OAuthError('invalid_request', 'code_verifier is missing')
      }
      throw new OAuthError('invalid_grant', 'code_verifier does not match the code_challenge', {
        hint: {
          rule: 'T9',
          why: 'BASE64URL(SHA-256(code_verifier)) is not the code_challenge of the authorization request.',
          change: 'Keep the verifier of each request apart, by its state.',
        },
      })
    case 'other resource':
      throw otherResource()
    case 'expired':
      throw new OAuthError('invalid_grant', 'authorization code has expired', {
        hint: {
          why: `The code is over: it lives for CODE_LIFETIME (${c.get('settings').CODE_LIFETIME}).`,
          change: 'Redeem a code as soon as it arrives.',
        },
      })
    case 'replayed':
      throw new OAuthError(
        'invalid_grant',
        'authorization code was used before; what it gave is revoked',
        {
          hint: {
            rule: 'T8',
            why: 'The code was redeemed before. Somebody may have stolen it, so its grant ended with all its tokens (RFC 6749 4.1.2).',
            change: 'Redeem a code once, also where the first answer was lost.',
          },
        },
      )
    case 'revoked':
      if (ended) throw ended
      throw new OAuthError('invalid_grant', 'the grant is revoked', {
        hint: { change: 'Authorize again.' },
      })
  }
}

// Asked before the code is used up, of a grant that is remembered where it was made.
async function administratorsRefusal(c: AppContext, code: string): Promise<OAuthError | undefined> {
  if (Object.keys(c.get('state').revocations.entries).length === 0) return undefined
  const grant = await c.get('stores').grants.findNamed(code)
  return grant && revocationRefusal(c, grant)
}

function noCode(): OAuthError {
  return new OAuthError('invalid_grant', 'Invalid authorization code format', {
    hint: {
      rule: 'T7',
      change: 'Send the code as it came, decoded once; it is no access or refresh token.',
    },
  })
}

// For the scope of a fault, where one is on: the request need not name its application.
async function applicationOf(c: AppContext, code: string): Promise<Application | undefined> {
  if (c.get('state').faults.length === 0) return undefined
  const grant = await c.get('stores').grants.findNamed(code)
  return c.get('configuration').applications.find(({ id }) => id === grant?.applicationId)
}
