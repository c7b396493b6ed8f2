import * as z from 'zod'
import { chosenSchema } from '../access/chosen-schema'
import type { AppContext } from '../request/context'
import { type AutoSignIn, autoSignInSchema } from '../switches/auto-sign-in'
import { readControl } from './body'
import { respond } from './respond'

const rulesSchema = chosenSchema<null | AutoSignIn | AutoSignIn[]>(
  'null, a rule, or a list of rules',
  (value) => {
    if (value === null) return z.null()
    return Array.isArray(value) ? z.array(autoSignInSchema).max(100) : autoSignInSchema
  },
)

/** `GET /_emulator/auto-sign-in`: who signs in by themselves: `null`, one rule, or a list of them. */
export function showAutoSignIn(c: AppContext): Response {
  return respond(c, 'GET auto-sign-in', answer(c.get('state').autoSignIns))
}

/**
 * `PUT /_emulator/auto-sign-in`: authorizations complete without pages, as this person and with
 * this answer to the consent page; for one client, or for the next n authorizations, where the rule
 * says so. Of a list the first rule that fits counts; `null` turns it off. Policies still apply.
 *
 * @throws OAuthError `invalid_request`
 */
export async function changeAutoSignIn(c: AppContext): Promise<Response> {
  const rules = await readControl(c, rulesSchema)
  const list = rules === null ? [] : [rules].flat()
  return respond(
    c,
    'PUT auto-sign-in',
    answer((await c.get('emulator').setAutoSignIns(list)).autoSignIns),
  )
}

function answer(rules: AutoSignIn[]): null | AutoSignIn | AutoSignIn[] {
  const [first = null] = rules
  return rules.length > 1 ? rules : first
}
