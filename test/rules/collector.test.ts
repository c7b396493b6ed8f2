import { beforeEach, describe, expect, it, vi } from 'vitest'
import { COLLECTED_EVERY_SECONDS, Collector } from '../../src/store/emulator/collector'

const NOW = 1_800_000_000
const DAY = 86_400

let storage: Map<string, unknown>
let records: Map<string, number>
let isFailing: boolean
const sync = () =>
  ({
    get: (key: string) => storage.get(key),
    put: (key: string, value: unknown) => void storage.set(key, value),
  }) as unknown as SyncKvStorage
const kv = {
  list: async ({ prefix = '' }) => {
    if (isFailing) throw new Error('KV does not respond')
    const names = [...records.keys()].filter((name) => name.startsWith(prefix))
    const keys = names.map((name) => ({ name, metadata: { endsAtSeconds: records.get(name) } }))
    return { keys, list_complete: true }
  },
  delete: async (key: string) => void records.delete(key),
} as unknown as KVNamespace
const collectorAt = (now: number) => new Collector(sync(), kv, now)

beforeEach(() => {
  storage = new Map()
  records = new Map()
  isFailing = false
})

describe('A collection is due', () => {
  it.each([1, -1])('six hours of the emulated clock after the last one: %d', (direction) => {
    const collector = collectorAt(NOW)
    expect(collector.isDue(NOW + direction * (COLLECTED_EVERY_SECONDS - 1))).toBe(false)
    expect(collector.isDue(NOW + direction * COLLECTED_EVERY_SECONDS)).toBe(true)
  })

  it('after a restart as before it', async () => {
    await collectorAt(NOW).collect('epoch', NOW)
    const later = NOW + COLLECTED_EVERY_SECONDS
    expect(collectorAt(later).isDue(later)).toBe(true)
    expect(collectorAt(later).isDue(later - 1)).toBe(false)
  })

  it('at once if it failed, or if one run was not enough', async () => {
    vi.spyOn(console, 'warn').mockReturnValueOnce()
    const later = NOW + COLLECTED_EVERY_SECONDS
    const collector = collectorAt(NOW)
    isFailing = true
    await collector.collect('epoch', later)
    expect(collector.isDue(later)).toBe(true)
    isFailing = false
    for (let number = 0; number <= 900; number++) records.set(`epoch:session:${number}`, 0)
    await collector.collect('epoch', later)
    expect(collector.isDue(later)).toBe(true)
    await collector.collect('epoch', later)
    expect(collector.isDue(later)).toBe(false)
    expect(records.size).toBe(0)
  })
})

describe('The records of an ended epoch', () => {
  it('are swept by the next collection if KV did not respond before, and no others', async () => {
    vi.spyOn(console, 'warn').mockReturnValueOnce()
    const collector = collectorAt(NOW)
    for (const epoch of ['one', 'two', 'current']) records.set(`${epoch}:client:x`, NOW + DAY)
    collector.sweepLater('one')
    collector.sweepLater('two')
    isFailing = true
    await collector.collect('current', NOW)
    expect(records.size).toBe(3)
    isFailing = false
    await collector.collect('current', NOW)
    expect([...records.keys()]).toEqual(['current:client:x'])
  })

  it('are swept once', async () => {
    const collector = collectorAt(NOW)
    collector.sweepLater('one')
    await collector.collect('current', NOW)
    records.set('one:client:x', NOW + DAY)
    await collector.collect('current', NOW)
    expect(records.size).toBe(1)
  })
})
