import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Client } from '../support/client'
import { DashClient, withClients } from '../support/dashboard'
import { ADA, APP, emulator } from '../support/emulator'
import { NAVIGATION } from '../support/person'

const world = emulator()
// An isolate opens its stores once: a replaced binding is used from one reset to the next.
beforeEach(world.reset)

const grantsWith = (method: string, cause: Error) => ({
  GRANTS: { getByName: () => ({ [method]: () => Promise.reject(cause) }) },
})

describe('A store without free file descriptors or disk space is a 503 with that reason', () => {
  it.each([
    // Node's SQLite, the operating system, and workerd, which gives the Worker only a reference.
    ['unable to open database file', 'The emulator cannot open more files'],
    ['EMFILE: too many open files, open', 'The emulator cannot open more files'],
    ['internal error; reference = hl51shv36u9o8603erkca3rb', 'often too many open files'],
    ['database or disk is full: SQLITE_FULL', 'The disk is full'],
    ['ENOSPC: no space left on device, write', 'The disk is full'],
  ])('%s', async (cause, sentence) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const broken = new Client(emulator(grantsWith('admit', new Error(cause))).fetch)

    const response = await broken.request('/whoami', `oauth:${'a'.repeat(65)}`)

    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
    expect(await response.json()).toEqual({
      error: 'temporarily_unavailable',
      error_description: expect.stringContaining(sentence),
    })
  })

  it('as a page for a browser', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const cause = new Error('SQLITE_CANTOPEN')
    const EMULATOR = { getByName: () => ({ read: () => Promise.reject(cause) }) }
    const { fetch } = emulator({ EMULATOR })

    const page = await fetch(`${APP}/whoami`, { headers: NAVIGATION })

    expect(page.status).toBe(503)
    expect(await page.text()).toContain('The emulator cannot open more files')
  })
})

describe('An unexpected failure of the storage', () => {
  it('is a 500 and logged, and is not reported as an error of the client', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const cause = new Error('the grants are gone')
    const broken = new Client(emulator(grantsWith('admit', cause)).fetch)

    const response = await broken.request('/whoami', `oauth:${'a'.repeat(65)}`)
    await world.reset()

    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({
      error: 'server_error',
      error_description: expect.not.stringContaining('grants are gone'),
    })
    expect(log).toHaveBeenCalledWith(cause)
  })

  it('is an event with the client, the person and the request', async () => {
    const broken = emulator({ ...withClients({}), ...grantsWith('open', new Error('no storage')) })
    const client = new DashClient(broken.fetch)
    await broken.signIn(ADA)

    const response = await client.authorization()

    expect(response.status).toBe(500)
    expect(await world.events()).toContainEqual(
      expect.objectContaining({
        kind: 'failure',
        message: 'no storage',
        client: { id: client.clientId, name: 'Zone lister' },
        ...ADA,
        rayId: response.headers.get('cf-ray'),
      }),
    )
  })
})
