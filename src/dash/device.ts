import { DashError } from '../account/oauth/dash-error'
import type { AppContext } from '../request/context'
import { authenticateClient } from './client'

/**
 * `POST /oauth2/device/auth`: refused, for no client of an account may use the device grant (B.1).
 *
 * Not like Cloudflare: wrangler may there, with `login --device`, which demands https.
 *
 * @throws DashError always
 */
export async function deviceAuthorization(c: AppContext): Promise<never> {
  await authenticateClient(c)
  throw new DashError(
    'invalid_grant',
    "The requested OAuth 2.0 Client does not have the 'urn:ietf:params:oauth:grant-type:device_code' grant.",
  )
}
