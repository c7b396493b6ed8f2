import * as z from 'zod'
import type { AppContext } from '../request/context'
import { readControl } from './body'
import { respond } from './respond'

const zoneSchema = z.record(
  z.string().toLowerCase(),
  z.array(z.string()),
  'expected {"example.com":["a TXT record"]}',
)

/** `GET /_emulator/dns`: the emulated zone, its TXT records by host. */
export async function showDns(c: AppContext): Promise<Response> {
  return respond(c, 'GET dns', await c.get('emulator').dns())
}

/**
 * `PUT /_emulator/dns`: replaces the emulated zone, where the domains of OAuth clients are verified
 * unless `DNS_RESOLVER` names a real resolver. They are looked at soon after.
 *
 * @throws OAuthError `invalid_request`
 */
export async function changeDns(c: AppContext): Promise<Response> {
  const zone = await readControl(c, zoneSchema)
  await c.get('emulator').setDns(zone)
  return respond(c, 'PUT dns', zone)
}
