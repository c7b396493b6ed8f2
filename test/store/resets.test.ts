import { listDurableObjectIds } from 'cloudflare:test'
import { beforeEach, expect, it, vi } from 'vitest'
import { Client } from '../support/client'
import { ADA, emulator } from '../support/emulator'
import { isWorkerd, size } from '../support/size'
import { alarms, bindings } from '../support/store'

const RESETS = size(24, isWorkerd ? 2000 : 10_000)
const GRANTS = 3
// One for each character that a grant's id can begin with.
const MOST_OBJECTS = 64

const world = emulator()
const client = new Client(world.fetch)
beforeEach(world.reset)

const objects = async () => (await listDurableObjectIds(bindings.GRANTS)).length
// A grant's record that was being written during the reset stays until its time to live has passed.
const keptForever = async () =>
  (await bindings.KV.list()).keys.filter(({ expiration }) => expiration === undefined)

it(`${RESETS} resets with ${GRANTS} grants each reuse ${MOST_OBJECTS} objects, and leave nothing in KV permanently`, async () => {
  const before = await objects()
  for (let reset = 0; reset < RESETS; reset++) {
    await world.signIn(ADA)
    const { client_id } = await client.register()
    const flows = Array.from({ length: GRANTS }, async () => {
      const exchange = await client.exchange(client_id, await client.code(client_id))
      expect(exchange.status).toBe(200)
    })
    await Promise.all(flows)
    await world.reset()
  }

  expect((await objects()) - before).toBeLessThanOrEqual(MOST_OBJECTS)
  await vi.waitFor(async () => expect(await keptForever()).toEqual([]), { timeout: 10_000 })
}, 3_600_000)

it('the grants of before a reset are deleted, and those of after it stay', async () => {
  await world.signIn(ADA)
  const { tokens } = await client.connect()
  await world.reset()
  await alarms()
  await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
  await world.signIn(ADA)
  const again = await client.connect()
  await alarms()
  await expect(client.request('/whoami', again.tokens.access_token)).toBeAdmitted()
})
