import { errors, jwtVerify, SignJWT } from 'jose'

/**
 * The steps that a ticket can be good for. Each is the JWT's `aud`, so that a ticket of one step is
 * no ticket of another.
 */
export type Step =
  // At the team domain.
  | 'login'
  | 'pin'
  | 'callback'
  | 'session'
  | 'authorized'
  | 'consent'
  // At the console.
  | 'control'
  // At the dashboard.
  | 'dash-login'
  | 'dash-session'
  | 'dash-consent'
  | 'dash-connected'

/**
 * A signed, short-lived proof that one step of a login or an authorization was reached: three
 * dot-separated parts (a JWT), carried by the browser instead of being stored.
 *
 * @param secret the emulator's own HMAC key, replaced at reset
 * @param lifetimeSeconds how long the step may take
 */
export function signTicket(
  secret: Uint8Array,
  step: Step,
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
 * The claims of a ticket, or undefined where it is not ours, for another step, or too old. The
 * caller reads the claims through a schema of its own.
 */
export async function readTicket(
  secret: Uint8Array,
  step: Step,
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
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}
