import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Client } from '../support/client'
import { DashClient, withClients } from '../support/dashboard'
import { ADA, emulator } from '../support/emulator'

const world = emulator()
// An isolate opens its stores once: a replaced binding is used from one reset to the next.
beforeEach(world.reset)

const grantsWith = (method: string, cause: Error) => ({
  GRANTS: { getByName: () => ({ [method]: () => Promise.reject(cause) }) },
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
