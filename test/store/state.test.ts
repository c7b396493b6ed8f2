import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Client } from '../support/client'
import { controlOf } from '../support/control'
import { ADA, APP, emulator, stopClock } from '../support/emulator'
import { Person } from '../support/person'
import { bindings, emulatorObjectWith } from '../support/store'

stopClock()
const { KV } = bindings
const world = emulator()
const client = new Client(world.fetch)
const control = controlOf(world.fetch)
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

describe('Loading a state', () => {
  it('deletes what it wrote to KV if the Durable Object refuses the rest', async () => {
    const { tokens } = await client.connect()
    const state = await (await control('GET', 'state')).json()
    const keys = async () => (await KV.list()).keys.length
    const before = await keys()
    const EMULATOR = emulatorObjectWith({ load: () => Promise.reject(new Error('full')) })
    const failing = controlOf(emulator({ EMULATOR }).fetch)

    const response = await failing('PUT', 'state', state)

    expect(response.status).toBe(500)
    await vi.waitFor(async () => expect(await keys()).toBe(before), 10_000)
    await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
  })

  it('keeps the records of grants and sessions as long as new ones, even while the clock is ahead', async () => {
    // A state has whole seconds, so a part of one would be lost on the way.
    vi.setSystemTime(Math.floor(Date.now() / 1000) * 1000)
    const { watched, lifetimes } = watchWrites()
    const there = emulator({ KV: watched })
    await new Client(there.fetch).connect()
    await world.signIn(null)
    await (await new Person(there.fetch).open(APP)).press(ADA.email)
    await vi.waitFor(() => expect(lifetimes).toHaveLength(2), 10_000)
    const state = await (await control('GET', 'state')).json()
    await world.advance('9000h')

    const response = await controlOf(there.fetch)('PUT', 'state', state)

    expect(response.status).toBe(200)
    const written = lifetimes.splice(0, 2)
    expect(lifetimes.sort()).toEqual(written.sort())
  })
})

/** KV, and the lifetimes in seconds that records of grants and sessions are written with, after their kind. */
function watchWrites() {
  const lifetimes: string[] = []
  const put: KVNamespace['put'] = (key, value, options) => {
    const kind = key.match(/:(grant|session):/)?.[1]
    if (kind) lifetimes.push(`${kind} ${options?.expirationTtl}`)
    return KV.put(key, value as string, options)
  }
  const [get, list, remove] = [KV.get.bind(KV), KV.list.bind(KV), KV.delete.bind(KV)]
  return { lifetimes, watched: { get, list, delete: remove, put } }
}
