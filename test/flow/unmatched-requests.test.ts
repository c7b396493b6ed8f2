import { beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT, api } from '../support/api'
import { APP, application, emulator, TEAM } from '../support/emulator'
import { observer } from '../support/observer'

const SETTINGS = { APPLICATIONS: [application({ domain: 'localhost' })] }
const world = emulator({
  ...SETTINGS,
  ORGANIZATION: {
    deny_unmatched_requests: true,
    deny_unmatched_requests_exempted_zone_names: ['open.example'],
  },
  ORIGIN: { fetch: () => new Response('from the origin') },
})
const { eventOf } = observer(world.fetch)
beforeEach(world.reset)

describe('deny_unmatched_requests [K40]', () => {
  it('refuses a host that no application covers with error 1043', async () => {
    const response = await world.fetch('http://shadow.example/')
    expect([response.status, await response.text()]).toEqual([403, 'error code: 1043'])
    expect(await eventOf(response, 'challenge')).toMatchObject({
      rule: 'K40',
      change: expect.stringContaining('deny_unmatched_requests_exempted_zone_names'),
    })
  })

  it.each(['http://open.example/', 'http://a.b.open.example/x'])(
    'leaves an exempted zone open: %s',
    async (url) => {
      expect(await (await world.fetch(url)).text()).toBe('from the origin')
    },
  )

  it('exempts no other name that ends alike', async () => {
    expect((await world.fetch('http://not-open.example/')).status).toBe(403)
  })

  it("leaves applications and Cloudflare's own hosts as they are", async () => {
    expect((await world.fetch(`${APP}/mcp`)).status).toBe(401)
    expect((await world.fetch(`${TEAM}/.well-known/oauth-authorization-server`)).status).toBe(200)
    expect(await (await world.fetch(`${TEAM}/`)).text()).not.toContain('1043')
  })

  it('is off by default, and switched by the API', async () => {
    const usual = emulator({ ...SETTINGS, ORIGIN: { fetch: () => new Response('open') } })
    const status = async () => (await usual.fetch('http://shadow.example/')).status
    expect(await status()).toBe(200)
    const path = `${ACCOUNT}/access/organizations`
    const { body } = await api(usual.fetch).put(path, { deny_unmatched_requests: true })
    expect(body.result).toMatchObject({ deny_unmatched_requests: true })
    expect(await status()).toBe(403)
  })
})
