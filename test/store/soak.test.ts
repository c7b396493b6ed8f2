import { listDurableObjectIds, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, inject, it } from 'vitest'
import { Client } from '../support/client'
import { controlOf } from '../support/control'
import { emulator, stopClock } from '../support/emulator'
import { type Sizes, sizesOf, soak } from '../support/flows'

stopClock()
const world = emulator()
const client = new Client(world.fetch)
const control = controlOf(world.fetch)
beforeEach(world.reset)

const FLOWS = inject('flows')
const TOGETHER = 20
const FLAT_AFTER = 12
const LOOKED_EVERY = Math.ceil(FLOWS / TOGETHER / 20)
const TABLES = ['session', 'session_application', 'connection', 'edit', 'user', 'token_use']

/** Runs every object's alarm, as hours without requests would. */
async function alarms(): Promise<void> {
  const { EMULATOR, GRANTS } = env as Record<string, DurableObjectNamespace>
  for (const namespace of [GRANTS, EMULATOR]) {
    if (!namespace) throw new Error('no namespace')
    for (const id of await listDurableObjectIds(namespace)) {
      await runDurableObjectAlarm(namespace.get(id))
    }
  }
}

describe('Expired records are deleted as the clock moves', () => {
  it(`the storage does not grow over ${FLOWS} flows, and is empty once all has expired`, async ({
    annotate,
  }) => {
    // A grant of a day is kept for another: after nine lots as many go as come.
    const flat: Sizes[] = []
    let lots = 0
    await soak(client, FLOWS, TOGETHER, '6h', async (done) => {
      lots++
      if (lots !== FLAT_AFTER && lots % LOOKED_EVERY !== 0 && done < FLOWS) return
      const sizes = await sizesOf(control)
      await annotate(`after ${done} flows: ${JSON.stringify(sizes)}`)
      if (lots >= FLAT_AFTER) flat.push(sizes)
    })
    const [first, ...later] = flat
    if (!first) throw new Error('too few flows')
    expect(first.grants).toBeGreaterThan(TOGETHER)
    for (const sizes of later) {
      for (const name of ['clients', 'sessions', 'grants', ...TABLES]) {
        expect([name, sizes[name]]).toEqual([
          name,
          expect.toSatisfy((size: number) => size <= (first[name] ?? 0) * 1.3),
        ])
      }
      expect(sizes.revocations).toBeLessThanOrEqual(10_000)
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
  }, 36_000_000)

  it('Durable Objects from before a reset keep no storage', async () => {
    await world.signIn({ email: 'ada@example.com' })
    const { tokens } = await client.connect()
    await world.reset()
    await alarms()
    await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
    // Objects since the reset keep theirs.
    await world.signIn({ email: 'ada@example.com' })
    const again = await client.connect()
    await alarms()
    await expect(client.request('/whoami', again.tokens.access_token)).toBeAdmitted()
  })
})
