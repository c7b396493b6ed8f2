import type { Application } from '../access/application'
import { signService } from '../access/assertion'
import { wholeSeconds } from '../access/duration'
import { findServiceToken, isGoodNow, shownServiceToken } from '../access/service-token'
import type { AppContext } from '../request/context'
import { impersonationOf } from '../request/impersonation'
import { judge, logDecision, reasonFor, whereFrom } from '../request/judge'
import type { Admitted, CredentialRefusal } from './admission'
import { appCookie } from './app-cookie'

/**
 * A machine let in by its service token, or why not; undefined where it shows none.
 *
 * Access: observed [O8, O9, O13, O16]. The login gives its assertion as a cookie too, unless the
 * organization is strict (documented, [O20]).
 */
export async function byServiceToken(
  c: AppContext,
  application: Application,
): Promise<Admitted | CredentialRefusal | undefined> {
  const { configuration, emulator, now, team, url } = c.var
  const { strict_service_token_auth: isStrict } = configuration.organization
  const shown = shownServiceToken(c.req.raw.headers, application.read_service_tokens_from_header)
  if (!shown) return undefined
  // Access: documented. A token in both forms at once is refused by strict organizations.
  const isRefused = isStrict && shown.isTwice
  const tokens = isRefused ? [] : configuration.serviceTokens
  const impersonated = impersonationOf(c)?.serviceToken
  const token = impersonated
    ? isGoodNow(impersonated, now) && impersonated
    : await findServiceToken(tokens, shown.credentials, now)
  if (!token) {
    const refusal = { decision: 'deny', policy: undefined } as const
    logDecision(c, application, 'service_auth', whereFrom(c), refusal)
    return {
      credential: 'service token',
      service: 'not authenticated',
      rule: 'U17',
      why: 'The service token shown is not known, its secret is wrong, or it is off or over.',
      change:
        'Look at SERVICE_TOKENS or access/service_tokens; an old secret lives on after a rotation only where it was asked for.',
    }
  }
  const serviceToken = { id: token.id, name: token.name, commonName: token.client_id }
  const subject = { serviceToken, ...whereFrom(c) }
  const verdict = judge(c, application, 'service_auth', subject)
  const { rule, why, change } = reasonFor(c, application, subject, verdict)
  if (verdict.decision !== 'non_identity') {
    return { credential: 'service token', service: 'not authorized', rule, why, change }
  }
  const lifetime = verdict.policy.session_duration ?? application.session_duration
  const assertion = await signService(
    {
      issuer: team.origin,
      audience: application.aud,
      commonName: token.client_id,
      host: url.host,
      issuedAtSeconds: now,
      expiresAtSeconds: now + wholeSeconds(lifetime),
    },
    await emulator.signingKey(),
  )
  return {
    event: { by: 'service token', rule, why, change },
    admission: isStrict
      ? { assertion }
      : { assertion, setCookie: appCookie(application, url, assertion) },
  }
}
