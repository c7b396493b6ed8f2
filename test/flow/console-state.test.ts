import { parse } from 'node-html-parser'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { Client } from '../support/client'
import { controlOf } from '../support/control'
import { ADA, APP, application, emulator, stopClock } from '../support/emulator'
import { Person } from '../support/person'

stopClock()
const GROUP = '6f7ba0a3-0f4c-4f0a-a0a5-6b1b6c0e7f11'
const policy = (name: string, decision: string, rules: object) => ({ name, decision, ...rules })
const { fetch, reset, signIn } = emulator({
  GROUPS: [{ id: GROUP, name: 'Engineering', include: [{ everyone: {} }] }],
  APPLICATIONS: [
    application({
      policies: [
        policy('Staff', 'allow', {
          include: [{ email_domain: { domain: 'example.com' } }, { group: { id: GROUP } }],
          require: [{ geo: { country_code: 'XX' } }],
        }),
        policy('Nobody else', 'deny', {
          include: [{ oidc: { claim_name: 'team', claim_value: 'x' } }],
        }),
      ],
    }),
  ],
})
const client = new Client(fetch)
const control = controlOf(fetch)

beforeEach(reset)
afterAll(reset)

async function page(path: string) {
  return parse(await (await fetch(APP + path)).text())
}

describe('A policy is shown with its rules in words, and names instead of ids', () => {
  it.each(['/_emulator/console/state', '/_emulator/configure/access/applications'])(
    '%s',
    async (path) => {
      const root = await page(path)
      const lines = root
        .querySelectorAll('.policy-rules > li')
        .map((each) => each.text.replaceAll(/\s+/g, ' ').trim())
      expect(lines).toEqual([
        'Allow Staff Include: Emails ending in example.com, Access group EngineeringRequire: Country XX',
        'Block Nobody else Include: oidc team x',
      ])
    },
  )
})

describe('One request ends everything in a list', () => {
  const counts = async () => {
    const { grants } = (await (await control('GET', 'grants')).json()) as {
      grants: { revoked: boolean }[]
    }
    const { clients } = (await (await control('GET', 'clients')).json()) as { clients: unknown[] }
    const { sessions } = (await (await control('GET', 'sessions')).json()) as {
      sessions: unknown[]
    }
    return [grants.filter(({ revoked }) => !revoked).length, clients.length, sessions.length]
  }
  const end = async (list: string) => (await control('DELETE', list)).json()

  beforeEach(async () => {
    const person = await new Person(fetch).open(`${APP}/whoami`)
    await person.press('Log in', ADA)
    await signIn(ADA)
    await client.connect({ client_name: 'First' })
    await client.connect({ client_name: 'Second' })
    // The list contains a grant a moment after its tokens were sent.
    await expect.poll(counts, { timeout: 20_000 }).toEqual([2, 2, 1])
  })

  it('grants: tokens are refused from then on', async () => {
    const { clientId, tokens } = await client.connect()
    expect(await end('grants')).toEqual({ revoked: 3 })
    expect(await counts()).toEqual([0, 3, 1])
    expect((await client.request('/whoami', tokens.access_token)).status).toBe(401)
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(400)
    expect(await end('grants')).toEqual({ revoked: 0 })
  })

  it('clients: with their grants', async () => {
    expect(await end('clients')).toEqual({ forgotten: 2 })
    expect(await counts()).toEqual([0, 0, 1])
  })

  it('sessions of browsers', async () => {
    expect(await end('sessions')).toEqual({ ended: 1 })
    expect(await counts()).toEqual([2, 2, 0])
  })

  it('and the page has a button for each, while there is something to end', async () => {
    const buttons = async () =>
      (await page('/_emulator/console/state'))
        .querySelectorAll('.end-all button')
        .map(({ text }) => text)
    expect(await buttons()).toEqual(['Revoke all grants', 'Delete all clients', 'End all sessions'])
    for (const list of ['clients', 'sessions']) await end(list)
    expect(await buttons()).toEqual([])
  })
})
