import { type Application, managedOAuth } from '../access/application'
import { signIdentity } from '../access/assertion'
import { wholeSeconds } from '../access/duration'
import { grantSignIn, isSignInGood, survivedRevocation } from '../access/sign-in'
import { isManagedOAuthToken } from '../access/token'
import { populationUserIdFor } from '../access/user-population'
import type { AppContext } from '../request/context'
import { note, noteGrant } from '../request/events'
import { strikes } from '../request/faults'
import type { AccessGrant, AccessToken } from '../store/grants/grant'
import { Remembered } from '../store/remembered'
import type { FaultSubject } from '../switches/active-fault'
import type { Admitted, CredentialRefusal } from './admission'
import { presentedToken } from './requested'

/** Admits by an access token of Managed OAuth, or returns why not; undefined without one [O1, O2]. */
export async function byAccessToken(
  c: AppContext,
  application: Application,
): Promise<Admitted | CredentialRefusal | undefined> {
  const presented = presentedToken(c)
  if (presented === undefined || !managedOAuth(application)) return undefined
  if (!isManagedOAuthToken(presented)) return foreign(presented)
  const now = c.get('now')
  const stores = c.get('stores')
  const admitted = await stores.grants.admit(presented, now)
  if (admitted.outcome !== 'unknown') {
    noteGrant(c, admitted.grant)
    noteClient(c, admitted.grant)
  }
  if (admitted.outcome !== 'admitted') return REFUSALS[admitted.outcome]
  const { grant } = admitted
  // Assumed [T20]: a token of another application is refused like a missing one.
  if (grant.applicationId !== application.id) return ofAnother(application)
  // Access: observed [T16]. A grant made before the application's `revoke_tokens` can still refresh,
  // but the new access token is refused here.
  if (!isSignInGood(c.get('state'), grantSignIn(grant, c.get('settings').REVOCATION))) {
    return REFUSALS['tokens-revoked']
  }
  const subject = { clientId: grant.clientId, application }
  if (await strikes(c, 'key-rotation', subject)) await c.get('emulator').rotateKeys()
  const isLeftAlone = survivedRevocation(c.get('state').revocations, grant) === 'person'
  const token = { ...admitted.token, ...(await skewed(c, subject, admitted.token)) }
  return {
    event: { by: 'access-token', ...(isLeftAlone ? LEFT_ALONE : VALID) },
    admission: {
      assertion: await assertionOf(c, application, grant, token),
      identity: grant.identity,
      grant,
      requestedScope: grant.scope,
      byAuthorization: true,
    },
  }
}

const VALID = { rule: 'O1', why: 'The access token is valid.' }
const LEFT_ALONE = {
  rule: 'T15',
  why: 'The access token is valid: its person was revoked after it was issued, which does not end grants (P21).',
  change: 'The quirk strict-revocation (or REVOCATION "strict") ends grants at once.',
}

function noteClient(c: AppContext, { clientId }: AccessGrant): void {
  const name = c.get('stores').clients.remembered(clientId)?.name
  note(c, { client: { id: clientId, name } })
}

const REFUSALS = {
  unknown: {
    credential: 'unknown-access-token',
    rule: 'U8',
    why: 'No grant has this access token: it was revoked, is from another store or from before a reset, or was never issued.',
    change: 'Authorize again.',
  },
  expired: {
    credential: 'expired-access-token',
    rule: 'U9',
    why: "The access token has expired. Its lifetime is the application's grant.access_token_lifetime (P20). A stream that is already open continues.",
    change: 'Use the refresh token, before expires_in has passed or after this response.',
  },
  revoked: {
    credential: 'revoked-access-token',
    rule: 'U8',
    why: 'The grant of this access token was revoked: by the client, because a code or refresh token was used twice, or at the console.',
    change: 'Authorize again.',
  },
  'tokens-revoked': {
    credential: 'revoked-access-token',
    rule: 'T16',
    why: 'The application or the person was revoked after the grant was made. A refresh may succeed, but the new access token is refused here too.',
    change: 'Authorize again.',
  },
} as const satisfies Record<string, CredentialRefusal>

function foreign(token: string): CredentialRefusal {
  const isJwt = token.startsWith('eyJ')
  return {
    credential: 'other-bearer-token',
    rule: isJwt ? 'O15' : 'U8',
    why: isJwt
      ? 'The bearer token is a JWT. Access tokens of Managed OAuth begin with oauth:. Access accepts its own JWTs as a cookie or in Cf-Access-Token, never as a bearer token.'
      : 'The bearer token was not issued by Managed OAuth, whose access tokens begin with oauth:. Managed OAuth reserves the Authorization header, even if the application has tokens of its own.',
    change: 'Send the access token from the token endpoint.',
  }
}

function ofAnother({ name }: Application): CredentialRefusal {
  return {
    credential: 'access-token-of-another-application',
    rule: 'T20',
    why: `The access token was not issued for ${name}, but for another application.`,
    change: 'Authorize again, with the resource of this application.',
  }
}

async function skewed(
  c: AppContext,
  subject: FaultSubject,
  { issuedAtSeconds, expiresAtSeconds }: AccessToken,
): Promise<Partial<AccessToken>> {
  const fault = await strikes(c, 'clock-skew', subject)
  if (!fault) return {}
  const seconds = wholeSeconds(fault.skew.replace('-', '')) * (fault.skew.startsWith('-') ? -1 : 1)
  return {
    issuedAtSeconds: issuedAtSeconds + seconds,
    expiresAtSeconds: expiresAtSeconds + seconds,
  }
}

// Signing costs more than everything else at the gate, so it is done once per access token. All
// claims follow from the token, so that another isolate signs the same bytes.
const assertions = new Remembered<string, Promise<string>>(10_000)

async function assertionOf(
  c: AppContext,
  application: Application,
  grant: AccessGrant,
  token: AccessToken,
): Promise<string> {
  const emulator = c.get('emulator')
  const team = c.get('team')
  const url = c.get('url')
  const signingKey = await emulator.signingKey()
  const key = `${token.hash} ${token.issuedAtSeconds} ${team.origin} ${url.host} ${signingKey.jwk.kid}`
  const known = assertions.get(key)
  if (known) return known
  const assertion = signIdentity(
    {
      issuer: team.origin,
      audience: application.aud,
      identity: grant.identity,
      userId: await populationUserIdFor(
        application,
        c.get('configuration').populationUsers,
        grant.identity.email,
      ),
      identityNonce: grant.identityNonce,
      country: grant.country,
      policyId: token.policyId,
      host: url.host,
      issuedAtSeconds: token.issuedAtSeconds,
      // Assumed: the assertion expires together with the access token.
      expiresAtSeconds: token.expiresAtSeconds,
    },
    signingKey,
  )
  assertions.set(key, assertion)
  assertion.catch(() => assertions.delete(key))
  return assertion
}
