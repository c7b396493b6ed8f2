import { parse } from 'node-html-parser'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { FAULT_PRESETS } from '../../src/switches/fault-presets'
import { FAULT_NAMES } from '../../src/switches/faults'
import { QUIRK_NAMES } from '../../src/switches/quirks'
import { Client } from '../support/client'
import { controlOf } from '../support/control'
import { ADA, APP, emulator, stopClock } from '../support/emulator'

stopClock()
const { fetch, reset, signIn } = emulator()
const client = new Client(fetch)
const control = controlOf(fetch)

beforeEach(reset)
afterAll(reset)

async function on(): Promise<string[]> {
  const { faults } = (await (await control('GET', 'in-effect')).json()) as { faults: string[] }
  return faults
}

describe('PUT /_emulator/faults', () => {
  it('switches exactly the faults of its body on', async () => {
    await control('PUT', 'faults/slow', {})
    const response = await control('PUT', 'faults', {
      'lost-rotation': { times: 1 },
      error: { endpoint: 'keys' },
    })
    expect(response.status).toBe(200)
    expect((await on()).sort()).toEqual(['error', 'lost-rotation'])
    expect((await fetch(`${APP}/cdn-cgi/access/certs`)).status).toBe(503)
    await control('PUT', 'faults', {})
    expect(await on()).toEqual([])
  })

  it.each([
    ['an unknown fault', { eror: {} }, 'did you mean error?'],
    ['a wrong parameter', { slow: {}, error: { status: 418 } }, 'error.status'],
    ['an application that does not exist', { error: { application: 'x' } }, 'does not exist'],
  ])('refuses %s, and changes nothing', async (_what, body, reason) => {
    await control('PUT', 'faults/slow', {})
    const response = await control('PUT', 'faults', body)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(reason)
    expect(await on()).toEqual(['slow'])
  })
})

describe('The page of faults', () => {
  const page = async () => parse(await (await fetch(`${APP}/_emulator/console/faults`)).text())
  const press = (name: string, root: Awaited<ReturnType<typeof page>>) => {
    const form = root
      .querySelectorAll('.presets li')
      .find((item) => item.querySelector('strong')?.text === name)
      ?.querySelector('form')
    const inputs = form?.querySelectorAll('input') ?? []
    const fields = inputs.map((each) => [each.getAttribute('name'), each.getAttribute('value')])
    return fetch(`${APP}/_emulator/console/do`, {
      method: 'POST',
      headers: { origin: APP, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields as [string, string][]).toString(),
    })
  }

  it.each(FAULT_PRESETS)('turns a situation on with one click: $name', async ({ name, faults }) => {
    const response = await press(name, await page())
    expect(response.headers.get('location')).toBe('/_emulator/console/faults')
    expect((await on()).sort()).toEqual(Object.keys(faults).sort())
    const marked = (await page())
      .querySelectorAll('.presets li')
      .filter((each) => !each.querySelector('form'))
    expect(marked.map((each) => each.querySelector('strong')?.text)).toEqual([name])
  })

  it('the first situation: the next refresh fails once, and then succeeds', async () => {
    await signIn(ADA)
    const { clientId, tokens } = await client.connect()
    await press('The next refresh fails once', await page())
    const failed = await client.refresh(clientId, tokens.refresh_token)
    expect([failed.status, failed.headers.get('retry-after')]).toEqual([503, '5'])
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })

  it('offers the clients and applications that a fault can be limited to', async () => {
    const { client_id: clientId } = await client.register({ client_name: 'Reports' })
    const root = await page()
    const options = (id: string) =>
      root.querySelectorAll(`#${id} option`).map((each) => [each.getAttribute('value'), each.text])
    expect(options('error-client')).toEqual([
      ['', 'any'],
      [clientId, `Reports (${clientId})`],
    ])
    expect(options('error-application')).toEqual([
      ['', 'any'],
      [expect.any(String), 'Demo'],
    ])
  })

  it('has every fault and every quirk in a group', async () => {
    const root = await page()
    const ids = [
      ...FAULT_NAMES.map((name) => `fault-${name}`),
      ...QUIRK_NAMES.map((name) => `quirk-${name}`),
    ]
    for (const id of ids) expect(root.querySelectorAll(`#${id}`), id).toHaveLength(1)
  })
})
