import { decodeProtectedHeader } from 'jose'
import { expect, it, vi } from 'vitest'
import { APP, application, emulator, TEAM } from '../support/emulator'
import { credentials, SERVICE_AUTH, serviceToken } from '../support/service-token'
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

it('The first assertion needs one key; the keys are published with that one first [O11]', async () => {
  const name = crypto.randomUUID()
  const created = vi.spyOn(crypto.subtle, 'generateKey')
  const world = emulator({
    EMULATOR: { getByName: () => bindings.EMULATOR.getByName(name) },
    APPLICATIONS: [application({ policies: [SERVICE_AUTH] })],
    SERVICE_TOKENS: [serviceToken()],
  })
  // The demo verifies the assertion.
  const whoami = () => world.fetch(`${APP}/whoami`, { headers: credentials() })
  const admitted = await whoami()
  expect(admitted.status).toBe(200)
  expect(created).toHaveBeenCalledTimes(1)

  const { headers } = (await admitted.json()) as { headers: Record<string, string> }
  const { kid } = decodeProtectedHeader(headers['cf-access-jwt-assertion'] ?? '')
  const { keys } = (await (await world.fetch(`${TEAM}/cdn-cgi/access/certs`)).json()) as Certs
  expect(keys.map((key) => key.kid)).toEqual([kid, expect.any(String)])
  expect(created).toHaveBeenCalledTimes(2)
  expect((await whoami()).status).toBe(200)
})
