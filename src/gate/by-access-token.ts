import { type Application, managedOAuth } from '../access/application'
import { signIdentity } from '../access/assertion'
import { grantRevocationKeys, isRevoked, revisionOf } from '../access/revocation'
import { TOKEN_PREFIX } from '../access/token'
import type { AppContext } from '../env'
import { bearerToken } from '../oauth/bearer'
import type { AccessGrant, AccessToken } from '../store/grant'
import type { Admission } from './admit'

/** Who is let in by a Managed OAuth access token, or undefined where nobody is [O1, O2]. */
export async function byAccessToken(
  c: AppContext,
  application: Application,
): Promise<Admission | undefined> {
  const token = bearerToken(c.req.header('authorization'))
  if (!token?.startsWith(TOKEN_PREFIX) || !managedOAuth(application)) return undefined
  const admitted = await c.var.stores.grants.admit(token, c.var.now)
  // Assumed [T20]: the token of another application is as good as none.
  if (admitted.outcome !== 'admitted' || admitted.grant.applicationId !== application.id) {
    return undefined
  }
  const { grant } = admitted
  // Access: observed [T16]. A grant from before the application's `revoke_tokens` still refreshes,
  // and what it gets is refused here.
  const keys = grantRevocationKeys(grant, c.var.settings.REVOCATION)
  if (isRevoked(c.var.state.revocations, keys, revisionOf(grant.identityNonce))) return undefined
  return {
    assertion: await assertionOf(c, application, grant, admitted.token),
    identity: grant.identity,
    byAuthorization: true,
  }
}

// Signing costs more than all the rest of the gate, so it is done once per access token. The
// claims are those of the token, so that another isolate signs the very same bytes.
const assertions = new Map<string, Promise<string>>()
const ASSERTIONS_REMEMBERED = 10_000

async function assertionOf(
  c: AppContext,
  application: Application,
  grant: AccessGrant,
  token: AccessToken,
): Promise<string> {
  const { emulator, team, url } = c.var
  const signingKey = await emulator.signingKey()
  const key = `${token.hash} ${team.origin} ${url.host} ${signingKey.jwk.kid}`
  const known = assertions.get(key)
  if (known) return known
  if (assertions.size >= ASSERTIONS_REMEMBERED) assertions.clear()
  const assertion = signIdentity(
    {
      issuer: team.origin,
      audience: application.aud,
      identity: grant.identity,
      identityNonce: grant.identityNonce,
      country: grant.country,
      policyId: token.policyId,
      host: url.host,
      issuedAtSeconds: token.issuedAtSeconds,
      // Assumed: the assertion of a Managed OAuth request lives as long as its access token.
      expiresAtSeconds: token.expiresAtSeconds,
    },
    signingKey,
  )
  assertions.set(key, assertion)
  assertion.catch(() => assertions.delete(key))
  return assertion
}
