import { beforeEach, describe, expect, it } from 'vitest'
import { ADA, APP, application, emulator } from '../support/emulator'
import { observer } from '../support/observer'
import { Person } from '../support/person'
import { credentials, SERVICE_AUTH, serviceToken } from '../support/service-token'

const SETTINGS = {
  APPLICATIONS: [
    application({
      enable_binding_cookie: true,
      policies: [{ name: 'People', decision: 'allow', include: [{ everyone: {} }] }, SERVICE_AUTH],
    }),
  ],
  SERVICE_TOKENS: [serviceToken()],
}
const world = emulator(SETTINGS)
const { eventOf } = observer(world.fetch)
beforeEach(world.reset)

const loggedIn = async () => {
  const person = await new Person(world.fetch).open(`${APP}/whoami`)
  await person.press('ada@example.com')
  return person
}
const cookieIn = (cookies: string, name: string) => cookies.match(`${name}=([^;]+)`)?.[1] ?? ''
const whoami = (headers: Record<string, string>) => world.fetch(`${APP}/whoami`, { headers })

describe('enable_binding_cookie [O21]', () => {
  it('admits the browser that logged in, and hides CF_Binding from the origin', async () => {
    const person = await loggedIn()
    const { headers } = person.json() as {
      headers: Record<string, string>
    }
    expect(person.cookies('localhost')).toMatch(/CF_Binding=\S+/)
    expect(headers.cookie).toContain('CF_Authorization=')
    expect(headers.cookie).not.toContain('CF_Binding')
  })

  it('refuses a copied CF_Authorization', async () => {
    const token = cookieIn((await loggedIn()).cookies('localhost'), 'CF_Authorization')
    const other = cookieIn((await loggedIn()).cookies('localhost'), 'CF_Binding')
    const copies: Record<string, string>[] = [
      { cookie: `CF_Authorization=${token}` },
      { cookie: `CF_Authorization=${token}; CF_Binding=${other}` },
      { 'cf-access-token': token },
    ]
    for (const headers of copies) {
      const response = await whoami(headers)
      expect(response.status).toBe(401)
      expect(await eventOf(response, 'challenge')).toMatchObject({
        rule: 'O21',
        why: expect.stringContaining('copied'),
      })
    }
  })

  it('binds the cookie of a service login too', async () => {
    const login = await whoami(credentials())
    const cookies = login.headers.getSetCookie().map((each) => each.split(';')[0] ?? '')
    expect(cookies.map((each) => each.split('=')[0])).toEqual(['CF_Authorization', 'CF_Binding'])
    expect((await whoami({ cookie: cookies.join('; ') })).status).toBe(200)
    expect((await whoami({ cookie: cookies[0] ?? '' })).status).toBe(401)
  })

  it('sets a cookie that no script can read', async () => {
    const login = await whoami(credentials())
    const [, binding = ''] = login.headers.getSetCookie()
    expect(binding.split('; ')).toContain('HttpOnly')
  })

  it('is off by default: no cookie, and a copied token is admitted', async () => {
    const usual = emulator()
    const person = await new Person(usual.fetch).open(`${APP}/whoami`)
    await person.press(ADA.email)
    const cookies = person.cookies('localhost')
    expect(cookies).not.toContain('CF_Binding')
    const cookie = `CF_Authorization=${cookieIn(cookies, 'CF_Authorization')}`
    expect((await usual.fetch(`${APP}/whoami`, { headers: { cookie } })).status).toBe(200)
  })
})
