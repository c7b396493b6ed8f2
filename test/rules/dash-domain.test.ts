import { describe, expect, it } from 'vitest'
import { teamDomain } from '../../src/access/team-domain'
import { dashDomain } from '../../src/account/oauth/dash-domain'

const dashAt = (url: string, setting?: string) =>
  dashDomain(
    setting,
    teamDomain({ TEAM_DOMAIN: '127.0.0.1', ACCESS_PATH: 'auto' }, new URL(url), undefined),
    new URL(url),
  )

describe("The dashboard's host", () => {
  it("is the team domain's if DASH_DOMAIN is not set", () => {
    expect(dashAt('http://127.0.0.1:8788/x')).toEqual({
      origin: 'http://127.0.0.1:8788',
      host: '127.0.0.1:8788',
      isRequestHost: true,
      isApart: false,
    })
    expect(dashAt('http://localhost:8788/').isRequestHost).toBe(false)
  })

  it.each([
    ['dash.localhost', 'http://dash.localhost:8788', "takes the request's port"],
    ['dash.localhost:99', 'http://dash.localhost:99', 'has its own port'],
  ])('is %s if DASH_DOMAIN is set: %s %s', (setting, origin) => {
    expect(dashAt('http://127.0.0.1:8788/', setting)).toMatchObject({
      origin,
      isRequestHost: false,
      isApart: true,
    })
    expect(dashAt(`${origin}/`, setting).isRequestHost).toBe(true)
  })
})
