import { expect, it } from 'vitest'
import { emulator, TEAM } from '../support/emulator'
import { bindings } from '../support/store'

type Certs = { keys: { kid: string }[] }

// Signing keys survive a reset, so only an object that has never been used has none. A binding of its
// own gives each emulator an isolate's memory of its own: nothing but the object can tell them that
// the keys exist.
it('The signing keys are created once, however many isolates need them first [O11]', async () => {
  const name = crypto.randomUUID()
  const isolates = Array.from({ length: 50 }, () =>
    emulator({ EMULATOR: { getByName: () => bindings.EMULATOR.getByName(name) } }),
  )

  const responses = await Promise.all(
    isolates.map(({ fetch }) => fetch(`${TEAM}/cdn-cgi/access/certs`)),
  )

  expect(responses.map(({ status }) => status)).toEqual(Array(50).fill(200))
  const sets = await Promise.all(
    responses.map(async (response) => ((await response.json()) as Certs).keys),
  )
  const kids = new Set(sets.flatMap((keys) => keys.map(({ kid }) => kid)))
  expect(sets.map((keys) => keys.length)).toEqual(Array(50).fill(2))
  expect(kids.size).toBe(2)
})
