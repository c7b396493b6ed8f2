import * as z from 'zod'
import { chosenSchema } from '../access/chosen-schema'
import { type Person, peopleSchema } from '../access/identity'
import type { AppContext } from '../request/context'
import { readSettings } from '../settings'
import { readControl } from './body'
import { respond } from './respond'

export const newPeopleSchema = chosenSchema<null | Person[]>(
  'null, or a list of people',
  (value) => (value === null ? z.null() : peopleSchema),
  () => [z.null(), peopleSchema],
)

/** Handles `GET /_emulator/people`: shows the people whom the login page offers. */
export function showPeople(c: AppContext): Response {
  return respond(c, 'GET people', c.get('settings').PEOPLE)
}

/**
 * Handles `PUT /_emulator/people`: replaces the people of the setting `PEOPLE`, until a reset. `null` returns
 * to the setting. Policies see a person's new groups at the next login and refresh.
 *
 * @throws OAuthError `invalid_request`
 */
export async function changePeople(c: AppContext): Promise<Response> {
  const people = await readControl(c, newPeopleSchema)
  await c.get('emulator').setPeople(people ?? undefined)
  return respond(c, 'PUT people', people ?? (await readSettings(c.env)).PEOPLE)
}
