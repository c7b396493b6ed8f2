import { type Person, peopleSchema } from '../../access/identity'
import type { Problems, Values } from '../../pages/configure/fields'
import { PEOPLE_FIELD, PeoplePage } from '../../pages/configure/people'
import type { AppContext } from '../../request/context'
import { report } from '../../request/events'
import { linesOf, sentValues } from './form'
import { administratorPage, readPageForm, respond } from './page'

/** Handles `/_emulator/configure/access/people`: the same as `PUT /_emulator/people`. */
export async function peoplePage(c: AppContext): Promise<Response> {
  const { emulator, settings, state } = c.var
  if (c.req.method === 'GET') {
    return show(
      c,
      200,
      { people: settings.PEOPLE.map(lineOf).join('\n') },
      state.people !== undefined,
    )
  }
  const form = await readPageForm(c)
  const path = '/_emulator/people'
  if (form.get('intent') === 'restore') {
    await emulator.setPeople(undefined)
    report(c, { kind: 'control', method: 'PUT', path, body: null })
    return c.redirect('/_emulator/configure/access/people', 303)
  }
  const values = sentValues(form, [PEOPLE_FIELD])
  const parsed = peopleSchema.safeParse(linesOf(String(values.people)).map(personOf))
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(
      ({ path: [line, ...rest], message }) =>
        `Line ${Number(line) + 1}: ${rest.join('.')}: ${message}.`,
    )
    return show(c, 400, values, state.people !== undefined, { people: wrong })
  }
  await emulator.setPeople(parsed.data)
  report(c, { kind: 'control', method: 'PUT', path, body: parsed.data })
  return c.redirect('/_emulator/configure/access/people', 303)
}

async function show(
  c: AppContext,
  status: number,
  values: Values,
  isChanged: boolean,
  problems?: Problems,
): Promise<Response> {
  const page = await administratorPage(c)
  return respond(c, status, (nonce) => (
    <PeoplePage {...page} {...{ nonce, values, isChanged, problems }} />
  ))
}

function lineOf({ name, email, groups }: Person): string {
  return `${name} <${email}>${groups.length > 0 ? ` ${groups.join(', ')}` : ''}`
}

// Returns what a line says; the schema refuses what is missing.
function personOf(line: string): object {
  const [, name = '', email = '', groups = ''] = line.match(/^([^<]*)<([^>]*)>(.*)$/) ?? ['', line]
  return {
    name: name.trim(),
    email,
    groups: groups
      .split(',')
      .map((group) => group.trim())
      .filter((group) => group !== ''),
  }
}
