import { env } from 'cloudflare:workers'
import { beforeEach, expect, it } from 'vitest'
import { Client, tokensOf } from '../support/client'
import { ADA, APP, emulator } from '../support/emulator'

const calls: string[] = []
const { GRANTS } = env as { GRANTS: DurableObjectNamespace }
const counted = {
  getByName: (name: string) =>
    new Proxy(
      GRANTS.getByName(name) as unknown as Record<string, (...given: unknown[]) => unknown>,
      {
        get:
          (stub, method: string) =>
          (...given: unknown[]) => {
            calls.push(method)
            return stub[method]?.(...given)
          },
      },
    ),
}
const world = emulator({ GRANTS: counted })
const client = new Client(world.fetch)
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

it('Deleting a client ends all its grants with one call for each object that has some', async () => {
  const other = await client.connect()
  const { client_id } = await client.register()
  const tokens: string[] = []
  for (let n = 0; n < 12; n++) {
    const pair = await tokensOf(client.exchange(client_id, await client.code(client_id)))
    tokens.push(pair.access_token)
  }
  // A token is `oauth:` and the id of its grant, whose first character names the object.
  const objects = new Set([...tokens, other.tokens.access_token].map((each) => each[6]))

  calls.length = 0
  const path = `${APP}/_emulator/clients/${client_id}`
  expect((await world.fetch(path, { method: 'DELETE' })).status).toBe(200)

  expect(new Set(calls)).toEqual(new Set(['endAll']))
  expect(calls.length).toBeLessThanOrEqual(objects.size)
  for (const token of tokens) expect((await client.request('/whoami', token)).status).toBe(401)
  expect((await client.request('/whoami', other.tokens.access_token)).status).toBe(200)
})
