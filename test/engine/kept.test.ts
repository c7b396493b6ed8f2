import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Background } from '../../src/node/engine/background'
import { Folder, withAlarm } from '../../src/node/engine/folder'
import { KeyValueNamespace } from '../../src/node/engine/kv'
import { ObjectNamespace } from '../../src/node/engine/namespace'
import { Probe } from './probe'

type Stub = DurableObjectStub<Probe>

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-'))
})
afterEach(() => rm(folder, { recursive: true }))

function objects() {
  const host = { env: {}, waitUntil: new Background().add }
  const namespace = new ObjectNamespace(Probe as never, host, folder)
  return {
    of: (name: string) => namespace.getByName(name) as Stub,
    wake: () => withAlarm(folder).map((name) => namespace.wake(name)),
    close: () => namespace.close(),
  }
}

describe('KV', () => {
  it('returns no record from the second at which it expires, and deletes it later', async () => {
    let now = 1_000_000
    const kv = new KeyValueNamespace(join(folder, 'kv.sqlite'), () => now * 1000)
    await kv.put('short', 'x', { expirationTtl: 60 })
    await kv.put('long', 'x', { expirationTtl: 120 })
    now += 59
    expect(await kv.get('short')).toBe('x')
    now += 1
    expect(await kv.get('short')).toBeNull()
    expect(await kv.list()).toMatchObject({ keys: [{ name: 'long', expiration: 1_000_120 }] })
    await kv.put('other', 'x')
    now = 1_000_000
    // Back before the expiry, when only deleted records are missing.
    expect(await kv.get('short')).toBeNull()
    kv.close()
  })

  it('has its records after it is opened again', async () => {
    const file = join(folder, 'kv.sqlite')
    const kv = new KeyValueNamespace(file, Date.now)
    await kv.put('a', 'x', { metadata: { b: 1 } })
    kv.close()
    const again = new KeyValueNamespace(file, Date.now)
    expect(await again.getWithMetadata('a')).toMatchObject({ value: 'x', metadata: { b: 1 } })
    again.close()
  })
})

describe('Durable Objects in a folder', () => {
  it('keep what a call wrote before it threw', async () => {
    const { close, of } = objects()
    const halfway = of('half').writeThenThrow()
    await expect(halfway).rejects.toThrow('halfway')
    expect(await of('half').written()).toEqual([1])
    close()
    const again = objects()
    expect(await again.of('half').written()).toEqual([1])
    again.close()
  })

  it('ring an alarm that was set before the process ended', async () => {
    const before = objects()
    await before.of('alarm').ring(50)
    await before.of('none').written()
    before.close()
    const { close, of, wake } = objects()
    wake()
    await vi.waitFor(
      async () => expect(await of('alarm').steps()).toEqual(['alarm null 0']),
      10_000,
    )
    expect(await of('none').steps()).toEqual([])
    close()
  })

  it('leave no file when they have deleted everything', async () => {
    const { close, of } = objects()
    await of('gone').written()
    await of('stays').written()
    expect(await readdir(folder)).toHaveLength(4)
    await of('gone').deleteAll()
    expect(await readdir(folder)).toHaveLength(2)
    expect(await of('gone').written()).toEqual([])
    close()
  })

  it('are refused once the emulator is closed', async () => {
    const { close, of } = objects()
    const stub = of('closed')
    await stub.step('before')
    close()
    await expect(stub.step('after')).rejects.toThrow('The emulator is closed')
  })
})

describe('A folder', () => {
  it('is locked by one emulator at a time, even within one process, and free after that is closed', () => {
    const first = new Folder(folder)
    expect(() => new Folder(folder)).toThrow(`${folder} is in use by process ${process.pid}, since`)
    first.close()
    new Folder(folder).close()
  })
})
