import { JOSEError } from 'jose/errors'
import { SignJWT } from 'jose/jwt/sign'
import { jwtVerify } from 'jose/jwt/verify'

/**
 * The step that a ticket is valid for. It is the JWT's `aud`, so that a ticket cannot be used for
 * another step.
 */
export type TicketStep =
  // At the team domain
  | 'login'
  | 'pin'
  | 'callback'
  | 'session'
  | 'authorized'
  | 'consent'
  | 'portal-servers'
  | 'portal-select'
  // At the console
  | 'control'
  // At the dashboard
  | 'dash-login'
  | 'dash-session'
  | 'dash-consent'
  | 'dash-connected'

/**
 * Signs a ticket: a short-lived JWT that proves that a step of a login or an authorization was reached.
 * The browser carries it, so that nothing unfinished is stored.
 *
 * @param secret the emulator's HMAC key, which a reset replaces
 * @param lifetimeSeconds how long the step may take
 */
export function signTicket(
  secret: Uint8Array,
  step: TicketStep,
  claims: Record<string, unknown>,
  now: number,
  lifetimeSeconds: number,
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setAudience(step)
    .setIssuedAt(now)
    .setExpirationTime(now + lifetimeSeconds)
    .sign(secret)
}

/**
 * Returns the claims of a ticket, or undefined if its signature is wrong, it is for another step, or it
 * has expired. The caller parses the claims with its own schema.
 */
export async function readTicket(
  secret: Uint8Array,
  step: TicketStep,
  ticket: string,
  now: number,
): Promise<unknown> {
  try {
    const { payload } = await jwtVerify(ticket, secret, {
      algorithms: ['HS256'],
      audience: step,
      currentDate: new Date(now * 1000),
      requiredClaims: ['exp'],
    })
    return payload
  } catch (error) {
    if (error instanceof JOSEError) return undefined
    throw error
  }
}
