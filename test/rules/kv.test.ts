import { beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { collect, LONGEST_ID_BYTES, Records, sweep } from '../../src/store/kv'
import { StorageUnavailable } from '../../src/store/unavailable'

const NOW = 1_800_000_000
const DAY = 86_400

type Stored = { value: string; metadata?: unknown; expirationTtl?: number }
const stored = new Map<string, Stored>()
const reads: string[] = []
const PAGE = 2
/** KV with pages of two keys. */
const kv = {
  get: async (key: string) => {
    reads.push(key)
    return JSON.parse(stored.get(key)?.value ?? 'null')
  },
  put: async (key: string, value: string, options: Omit<Stored, 'value'>) => {
    stored.set(key, { value, ...options })
  },
  delete: async (key: string) => void stored.delete(key),
  list: async ({ prefix = '', cursor = '', limit = PAGE }) => {
    const after = [...stored.keys()].filter((key) => key.startsWith(prefix) && key > cursor).sort()
    const keys = after.slice(0, limit).map((name) => ({ name, ...stored.get(name) }))
    return after.length > keys.length
      ? { keys, list_complete: false, cursor: keys.at(-1)?.name }
      : { keys, list_complete: true }
  },
} as unknown as KVNamespace

const opened = (epoch = 'epoch') => new Records(kv, epoch, 'session', z.object({ n: z.number() }))
beforeEach(() => {
  stored.clear()
  reads.length = 0
})

describe('A record', () => {
  it('is found by other isolates, in its epoch alone', async () => {
    await opened().put('one', { n: 1 })
    expect(await opened().find('one')).toEqual({ n: 1 })
    expect(await opened('another').find('one')).toBeUndefined()
  })

  it('is read from KV once, because it never changes', async () => {
    await opened().put('one', { n: 1 })
    const records = opened()
    expect(records.remembered('one')).toBeUndefined()
    await records.find('one')
    expect(await records.find('one')).toEqual({ n: 1 })
    expect(records.remembered('one')).toEqual({ n: 1 })
    expect(reads).toHaveLength(1)
  })

  it('is not read at all by the isolate that wrote it', async () => {
    const records = opened()
    await records.put('one', { n: 1 })
    expect(await records.find('one')).toEqual({ n: 1 })
    expect(reads).toEqual([])
  })

  it('that was deleted is not found, by the isolate that had read it either', async () => {
    const records = opened()
    await records.put('one', { n: 1 })
    await records.delete('one')
    expect(await records.find('one')).toBeUndefined()
  })

  it('in the form of another version counts as missing', async () => {
    await opened().put('one', { n: 'text' } as never)
    expect(await opened().find('one')).toBeUndefined()
  })

  it.each([
    ['ASCII', 'x'],
    ['UTF-8', 'é'],
  ])('whose key has more than 512 bytes is missing, without a read: %s', async (_, character) => {
    const bytes = new TextEncoder().encode(character).length
    const longest = character.repeat((512 - 'epoch:session:'.length) / bytes)
    await opened().find(`${longest}x`)
    expect(reads).toEqual([])
    await opened().find(longest)
    expect(reads).toHaveLength(1)
    expect(longest.length * bytes).toBeGreaterThan(LONGEST_ID_BYTES)
  })

  it.each(['get', 'put', 'delete', 'list'] as const)(
    'is unavailable if KV fails: %s',
    async (name) => {
      const cause = new Error('KV failed')
      const failing = { ...kv, [name]: () => Promise.reject(cause) } as unknown as KVNamespace
      const records = new Records(failing, 'epoch', 'session', z.object({ n: z.number() }))
      const calls = {
        get: () => records.find('one'),
        put: () => records.put('one', { n: 1 }),
        delete: () => records.delete('one'),
        list: () => records.list(10),
      }
      await expect(calls[name]()).rejects.toThrow(StorageUnavailable)
      expect(records.remembered('one')).toBeUndefined()
    },
  )
})

describe('The life of a record', () => {
  const written = async (life?: { fromSeconds: number; seconds: number }) => {
    await opened().put('one', { n: 1 }, life)
    const [record] = stored.values()
    return record
  }

  it('is kept a day longer than it is needed', async () => {
    expect(await written({ fromSeconds: NOW, seconds: 3600 })).toMatchObject({
      expirationTtl: 3600 + DAY,
      metadata: { endsAtSeconds: NOW + 3600 },
    })
  })

  it.each([
    ['whole seconds', 0.5, DAY + 1],
    ['at least the minute that KV requires', -10 * DAY, 60],
    ['at most what the runtime accepts', 2 ** 40, 2_000_000_000],
  ])('is %s', async (_, seconds, expirationTtl) => {
    expect(await written({ fromSeconds: NOW, seconds })).toMatchObject({ expirationTtl })
  })

  it('has no end if none is given', async () => {
    expect(await written()).toEqual({ value: '{"n":1}' })
  })
})

it('The ids of a kind are listed page by page', async () => {
  const records = opened()
  for (const id of ['a', 'b', 'c']) await records.put(id, { n: 1 })
  await opened('another').put('d', { n: 1 })
  const first = await records.list(2)
  expect(first.ids).toEqual(['a', 'b'])
  expect(await records.list(2, first.cursor)).toEqual({ ids: ['c'] })
})

describe('A collection', () => {
  const records = opened()
  const endsAt = (id: string, at: number) =>
    records.put(id, { n: 1 }, { fromSeconds: at, seconds: 0 })

  it('deletes the records that ended a day ago by the emulated clock, on every page', async () => {
    for (const id of ['a', 'b', 'c']) await endsAt(id, NOW - DAY)
    await endsAt('d', NOW - DAY + 1)
    await records.put('e', { n: 1 })
    expect(await collect(kv, 'epoch', NOW)).toBe(true)
    expect((await records.list(10)).ids).toEqual(['d', 'e'])
  })

  it('leaves the records of other epochs', async () => {
    await opened('another').put('a', { n: 1 }, { fromSeconds: 0, seconds: 0 })
    await collect(kv, 'epoch', NOW)
    expect(stored.size).toBe(1)
  })

  it('deletes at most 900 records, because an object may call KV a thousand times, and says so', async () => {
    for (let number = 0; number < 901; number++) await endsAt(`${1000 + number}`, 0)
    const list: KVNamespace['list'] = (options) => kv.list({ ...options, limit: 500 }) as never
    const inLargePages = { ...kv, list } as KVNamespace
    expect(await collect(inLargePages, 'epoch', NOW)).toBe(false)
    expect(stored.size).toBe(1)
    expect(await collect(inLargePages, 'epoch', NOW)).toBe(true)
    expect(stored.size).toBe(0)
  })
})

it('A sweep deletes every record of an epoch, and none of another', async () => {
  for (const id of ['a', 'b', 'c']) await opened().put(id, { n: 1 })
  await opened('another').put('a', { n: 1 })
  await sweep(kv, 'epoch')
  expect([...stored.keys()]).toEqual(['another:session:a'])
})
