import { beforeEach, describe, expect, inject, it } from 'vitest'
import { Client } from '../support/client'
import { controlOf } from '../support/control'
import { emulator, stopClock } from '../support/emulator'
import { sizesOf, soak } from '../support/flows'
import { alarms } from '../support/store'

stopClock()
const world = emulator()
const client = new Client(world.fetch)
const control = controlOf(world.fetch)
beforeEach(world.reset)

const FLOWS = inject('flows')
const TOGETHER = 20
const LOOKED_EVERY = Math.ceil(FLOWS / TOGETHER / 20)

// A lot is six hours, and what it leaves is known. A grant lives for a day and is kept for another: eight
// lots. The sign-ins of the API's list live for a day: four lots, with two in each flow and the browser's
// own. In both, two more lots may be waiting for the collection, which runs at some event of a lot.
const MOST = {
  clients: 1,
  sessions: 10,
  grants: 10 * TOGETHER,
  dashboardGrants: 0,
  // Older ones are merged.
  revocations: 10_000,
  session: 6 * (2 * TOGETHER + 1),
  session_application: 6 * (2 * TOGETHER + 1),
  connection: 0,
  edit: 0,
  late_edit: 0,
  portal_state: 0,
  tool_call: 0,
  user: 1,
  token_use: 0,
}

describe('Expired records are deleted as the clock moves', () => {
  it(`the storage does not grow over ${FLOWS} flows, and is empty once all has expired`, async ({
    annotate,
  }) => {
    let lots = 0
    await soak(client, FLOWS, TOGETHER, '6h', async (done) => {
      lots++
      if (lots % LOOKED_EVERY !== 0 && done < FLOWS) return
      const { characters, ...sizes } = await sizesOf(control)
      await annotate(`after ${done} flows: ${JSON.stringify({ ...sizes, characters })}`)
      expect(new Set(Object.keys(sizes))).toEqual(new Set(Object.keys(MOST)))
      const exceeded = Object.entries(MOST).filter(([name, most]) => (sizes[name] ?? 0) > most)
      expect(exceeded.map(([name, most]) => [name, sizes[name], `at most ${most}`])).toEqual([])
      if (done === FLOWS) expect(sizes.grants).toBeGreaterThan(TOGETHER)
    })
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
})
