import { DashError } from '../account/oauth/dash-error'
import type { AppContext } from '../request/context'
import { authenticateClient } from './client'

/**
 * Refuses `POST /oauth2/device/auth`: clients of an account cannot use the device grant.
 *
 * Dashboard: documented [D6]. Not like Cloudflare: wrangler can use it there (`login --device`), but
 * requires https.
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
