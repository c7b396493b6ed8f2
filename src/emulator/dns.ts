import * as z from 'zod'
import type { AppContext } from '../request/context'
import { readControl } from './body'
import { respond } from './respond'

export const zoneSchema = z.record(
  z.string().toLowerCase(),
  z.array(z.string()),
  'expected {"example.com":["a TXT record"]}',
)

/** Handles `GET /_emulator/dns`: shows the TXT records of the emulated zone by host. */
export async function showDns(c: AppContext): Promise<Response> {
  return respond(c, 'GET dns', await c.get('emulator').dns())
}

/**
 * Handles `PUT /_emulator/dns`: replaces the emulated zone, and verifies the domains of OAuth clients
 * again soon after. With the setting `DNS_RESOLVER`, a real resolver is used instead of this zone.
 *
 * @throws OAuthError `invalid_request`
 */
export async function changeDns(c: AppContext): Promise<Response> {
  const zone = await readControl(c, zoneSchema)
  await c.get('emulator').setDns(zone)
  return respond(c, 'PUT dns', zone)
}
