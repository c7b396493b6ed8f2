import { beforeEach, describe, expect, it, vi } from 'vitest'
import { APP, application, emulator } from '../support/emulator'

const BROWSER = { accept: 'text/html' }
beforeEach(() => emulator().reset())

describe('A wrong setting', () => {
  const log = vi.fn()
  beforeEach(() => {
    vi.spyOn(console, 'error').mockImplementation(log.mockClear())
  })
  const wrong = emulator({ CODE_LIFETIME: 'soon', ORIGIN_URL: 'localhost:3000' })

  it('stops every request, with a page that names the value and what was expected', async () => {
    const response = await wrong.fetch(`${APP}/`, { headers: BROWSER })
    expect(response.status).toBe(500)
    const page = (await response.text()).replaceAll('&quot;', '"')
    expect(page).toContain('CODE_LIFETIME is "soon": expected a duration')
    expect(page).toContain('ORIGIN_URL is "localhost:3000": expected http://host[:port]')
  })

  it('is reported to a client as JSON, and logged', async () => {
    const response = await wrong.fetch(`${APP}/mcp`)
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({
      error: 'server_error',
      error_description: expect.stringContaining('CODE_LIFETIME is "soon"'),
    })
    expect(log).toHaveBeenCalledWith(expect.stringContaining('CODE_LIFETIME is "soon"'))
  })

  it.each([
    ['APPLICATIONS[0].polices', { ...application(), polices: [] }],
    ['APPLICATIONS[0].domain', application({ domain: 'https://x' })],
    [
      'APPLICATIONS[0].oauth_configuration.dynamic_client_registration.allowed_uris[0]',
      application({
        oauth_configuration: { dynamic_client_registration: { allowed_uris: ['x://y/*'] } },
      }),
    ],
    [
      'APPLICATIONS[0].oauth_configuration.grant.access_token_lifetime',
      application({ oauth_configuration: { grant: { access_token_lifetime: '15 minutes' } } }),
    ],
    [
      'APPLICATIONS[0].policies[0].include[0]',
      application({ policies: [{ name: 'x', decision: 'allow', include: [{ emails: 'x' }] }] }),
    ],
  ])('is reported with its member: %s', async (setting, app) => {
    const response = await emulator({ APPLICATIONS: [app] }).fetch(`${APP}/mcp`)
    const body = (await response.json()) as { error_description: string }
    expect(body.error_description).toContain(setting)
  })
})

describe('A structured setting', () => {
  it('may be JSON text, as --var passes it', async () => {
    const json = JSON.stringify([application({ oauth_configuration: { enabled: false } })])
    const response = await emulator({ APPLICATIONS: json }).fetch(`${APP}/mcp`)
    expect(response.status).toBe(302)
  })
})
