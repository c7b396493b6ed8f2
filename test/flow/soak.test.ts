import { listDurableObjectIds, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { Client } from '../support/client'
import { controlOf } from '../support/control'
import { emulator } from '../support/emulator'
import { type Sizes, sizesOf, soak } from '../support/flows'

const world = emulator()
const client = new Client(world.fetch)
const control = controlOf(world.fetch)
beforeEach(world.reset)

const FLOWS = 320
const TOGETHER = 20

/** What hours of doing nothing come to: every object's alarm. */
async function alarms(): Promise<void> {
  const { EMULATOR, GRANTS } = env as Record<string, DurableObjectNamespace>
  for (const namespace of [GRANTS, EMULATOR]) {
    if (!namespace) throw new Error('no namespace')
    for (const id of await listDurableObjectIds(namespace)) {
      await runDurableObjectAlarm(namespace.get(id))
    }
  }
}

describe('What is over is collected, while the clock is moved', () => {
  it(`keeps the storage flat over ${FLOWS} flows, and nothing is left when all of it is over`, async () => {
    const sizes: Sizes[] = []
    await soak(client, FLOWS, TOGETHER, '6h', async () => {
      sizes.push(await sizesOf(control))
    })
    // A grant of a day is kept for another, so there are those of eight lots, and of one that is due.
    const half = sizes[FLOWS / TOGETHER / 2] as Sizes
    const last = sizes.at(-1) as Sizes
    expect(half.grants).toBeGreaterThan(TOGETHER)
    for (const name of ['grants', 'sessions', 'session', 'session_application', 'edit']) {
      expect([name, last[name]]).toEqual([
        name,
        expect.toSatisfy((size) => size <= (half[name] ?? 0) * 1.2),
      ])
    }
    await world.advance('49h')
    await alarms()
    expect(await sizesOf(control)).toMatchObject({
      clients: 1,
      sessions: 0,
      grants: 0,
      session: 0,
      session_application: 0,
      connection: 0,
      edit: 0,
      token_use: 0,
    })
  })

  it('leaves objects of before a reset without storage', async () => {
    await world.signIn({ email: 'ada@example.com' })
    const { tokens } = await client.connect()
    await world.reset()
    await alarms()
    expect((await client.request('/whoami', tokens.access_token)).status).toBe(401)
    // And those of now go on.
    await world.signIn({ email: 'ada@example.com' })
    const again = await client.connect()
    await alarms()
    expect((await client.request('/whoami', again.tokens.access_token)).status).toBe(200)
  })
})
