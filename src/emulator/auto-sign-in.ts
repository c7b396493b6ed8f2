import * as z from 'zod'
import { chosenSchema } from '../access/chosen-schema'
import type { AppContext } from '../request/context'
import { type AutoSignIn, autoSignInSchema } from '../switches/auto-sign-in'
import { readControl } from './body'
import { respond } from './respond'

export const rulesSchema = chosenSchema<null | AutoSignIn | AutoSignIn[]>(
  'null, a rule, or a list of rules',
  (value) => {
    if (value === null) return z.null()
    return Array.isArray(value) ? z.array(autoSignInSchema).max(100) : autoSignInSchema
  },
  () => [z.null(), autoSignInSchema, z.array(autoSignInSchema)],
)

/** Handles `GET /_emulator/auto-sign-in`: shows `null`, the rule, or the list of rules. */
export function showAutoSignIn(c: AppContext): Response {
  return respond(c, 'GET auto-sign-in', rulesView(c.get('state').autoSignIns))
}

/**
 * Handles `PUT /_emulator/auto-sign-in`: authorizations complete without pages, as the person and with
 * the consent of a rule. A rule can be limited to a client or to the next n authorizations. The first
 * matching rule of a list counts; `null` turns automatic sign-in off. Policies still apply.
 *
 * @throws OAuthError `invalid_request`
 */
export async function changeAutoSignIn(c: AppContext): Promise<Response> {
  const rules = await readControl(c, rulesSchema)
  const list = rules === null ? [] : [rules].flat()
  return respond(
    c,
    'PUT auto-sign-in',
    rulesView((await c.get('emulator').switches.setAutoSignIns(list)).autoSignIns),
  )
}

function rulesView(rules: AutoSignIn[]): null | AutoSignIn | AutoSignIn[] {
  const [first = null] = rules
  return rules.length > 1 ? rules : first
}
