import type { Application } from '../access/application'
import { signService } from '../access/assertion'
import { wholeSeconds } from '../access/duration'
import { findServiceToken, isGoodNow, shownServiceToken } from '../access/service-token'
import type { AppContext } from '../request/context'
import { impersonationOf } from '../request/impersonation'
import { judge, logDecision, reasonFor, whereFrom } from '../request/judge'
import type { Admitted, CredentialRefusal } from './admission'
import { loginCookies } from './app-cookie'

/**
 * Admits a machine by its service token, or returns why not; undefined if the request has none.
 *
 * Access: observed [O8, O9, O13, O16]. The response also sets the assertion as a cookie. Access:
 * documented [O20]. A strict organization sets none.
 */
export async function byServiceToken(
  c: AppContext,
  application: Application,
): Promise<Admitted | CredentialRefusal | undefined> {
  const presented = shownServiceToken(
    c.req.raw.headers,
    application.read_service_tokens_from_header,
  )
  if (!presented) return undefined
  const { configuration, emulator, now, team, url } = c.var
  const { strict_service_token_auth: isStrict } = configuration.organization
  // Access: documented [K19]. A strict organization refuses a token that is sent in both forms.
  const isRefused = isStrict && presented.isTwice
  const tokens = isRefused ? [] : configuration.serviceTokens
  const impersonated = impersonationOf(c)?.serviceToken
  const token = impersonated
    ? isGoodNow(impersonated, now) && impersonated
    : await findServiceToken(tokens, presented.credentials, now)
  if (!token) {
    const refusal = { decision: 'deny', policy: undefined } as const
    logDecision(c, application, 'service_auth', whereFrom(c), refusal)
    return {
      credential: 'service-token',
      service: 'not-authenticated',
      rule: 'U17',
      why: 'The service token is unknown, disabled or expired, or its secret is wrong.',
      change:
        'Compare it with SERVICE_TOKENS or access/service_tokens. After a rotation the old secret works only until previous_client_secret_expires_at.',
    }
  }
  const serviceToken = { id: token.id, name: token.name, commonName: token.client_id }
  const subject = { serviceToken, ...whereFrom(c) }
  const verdict = judge(c, application, 'service_auth', subject)
  const { rule, why, change } = reasonFor(c, application, subject, verdict)
  if (verdict.decision !== 'non_identity') {
    return { credential: 'service-token', service: 'not-authorized', rule, why, change }
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
    event: { by: 'service-token', rule, why, change },
    admission: isStrict
      ? { assertion, serviceToken }
      : {
          assertion,
          serviceToken,
          setCookies: await loginCookies(application, url, assertion, c.get('ticketSecret')),
        },
  }
}
