import * as z from 'zod'
import { suggestionFor } from '../access/nearest-name'
import type { AppContext } from '../request/context'
import { QUIRK_NAMES, QUIRKS, type QuirkName } from '../switches/quirks'
import { readControl } from './body'
import { notFound } from './not-found'
import { respond } from './respond'

export const switchSchema = z.strictObject({ on: z.boolean() })

/** Handles `GET /_emulator/quirks`: lists every quirk, and whether it is on. */
export function showQuirks(c: AppContext): Response {
  return respond(c, 'GET quirks', {
    quirks: QUIRK_NAMES.map((name) => view(name, c.get('quirks').has(name))),
  })
}

/**
 * Handles `PUT /_emulator/quirks/{name}`: switches a quirk on or off.
 *
 * @throws OAuthError `invalid_request`
 */
export async function switchQuirk(c: AppContext): Promise<Response> {
  const name = QUIRK_NAMES.find((each) => each === c.req.param('name'))
  if (!name) {
    const given = c.req.param('name') ?? ''
    throw notFound(`quirk ${given}`, suggestionFor(given, QUIRK_NAMES))
  }
  const { on } = await readControl(c, switchSchema)
  await c.get('emulator').switches.setQuirk(name, on)
  return respond(c, 'PUT quirks/{name}', view(name, on))
}

function view(name: QuirkName, on: boolean) {
  const { group, what, source } = QUIRKS[name]
  return { name, group, what, source, on }
}
