import { beforeEach, describe, expect, it } from 'vitest'
import { Client } from '../support/client'
import { ADA, APP, emulator, LOGIN_TITLE, MALLORY, stopClock, TEAM } from '../support/emulator'
import { Person } from '../support/person'

stopClock()
const world = emulator()
beforeEach(world.reset)

describe('A browser that opens the application', () => {
  it('logs in on the team domain and returns to the requested page [U7]', async () => {
    const person = await new Person(world.fetch).open(`${APP}/whoami?first=asked%20for`)
    expect(person.page?.url).toMatch(`${TEAM}/cdn-cgi/access/login/localhost:8788?kid=`)
    await person.press('ada@example.com')
    expect(person.page?.url).toBe(`${APP}/whoami?first=asked%20for`)
    expect(person.json()).toMatchObject({
      claims: { email: 'ada@example.com', iss: TEAM },
    })
  })

  it('sends its token as CF_Authorization, which reaches the origin as the assertion [O14, O16]', async () => {
    const person = await new Person(world.fetch).open(`${APP}/whoami`)
    await person.press('ada@example.com')
    const { headers } = person.json()
    const cookie = person.cookies('localhost').match(/CF_Authorization=([^;]+)/)?.[1]
    expect(headers['cf-access-jwt-assertion']).toBe(cookie)
  })

  it('logs in to another application of the team without a page', async () => {
    const hosts = ['localhost:8788', '127.0.0.1:8788', 'other.example']
    const person = await new Person(world.fetch, hosts).open(`${APP}/`)
    await person.press('ada@example.com')
    await person.open('http://other.example/')
    expect(person.page).toMatchObject({ status: 200, title: 'Demo application' })
  })

  it("logs in again after the application's session_duration", async () => {
    const person = await new Person(world.fetch).open(`${APP}/`)
    await person.press('ada@example.com')
    await world.advance('24h')
    await person.open(`${APP}/`)
    expect(person.page?.title).toBe(LOGIN_TITLE)
  })

  it('shows the block page if no policy admits the person, who can log in as another person', async () => {
    const person = await new Person(world.fetch).open(`${APP}/`)
    await person.press(MALLORY.email)
    expect(person.page).toMatchObject({ status: 403, title: 'That account does not have access.' })
    await (await person.follow('Log in as another person')).press('grace@example.com')
    expect(person.page).toMatchObject({ status: 200, title: 'Demo application' })
  })

  it('is signed in without a page by automatic sign-in', async () => {
    await world.signIn(ADA)
    const person = await new Person(world.fetch).open(`${APP}/`)
    expect(person.page).toMatchObject({ status: 200, title: 'Demo application' })
  })

  it('returns to a path of the application only, whatever the path looks like', async () => {
    const person = await new Person(world.fetch).open(`${APP}//evil.example/`)
    await person.press('ada@example.com')
    expect(person.callback).toBeUndefined()
    expect(person.page?.url).toBe(`${APP}//evil.example/`)
  })
})

describe('The end of a browser login', () => {
  const login = async () => {
    const person = await new Person(world.fetch).open(`${APP}/`)
    const nonce = person.page?.html.querySelector('input[name=nonce]')?.getAttribute('value')
    const answer = await world.fetch(person.page?.url ?? '', {
      method: 'POST',
      headers: {
        cookie: person.cookies('127.0.0.1'),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: `email=ada%40example.com&nonce=${nonce}`,
    })
    const cookie = person.cookies('localhost')
    return { end: answer.headers.get('location') ?? '', cookie }
  }

  it('sets an HttpOnly cookie and redirects to the requested page', async () => {
    const { end, cookie } = await login()
    expect(end).toMatch(`${APP}/cdn-cgi/access/authorized?token=`)
    const response = await world.fetch(end, { headers: { cookie } })
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toBe(`${APP}/`)
    expect(response.headers.get('set-cookie')).toMatch(
      /^CF_Authorization=[\w-]+\.[\w-]+\.[\w-]+; Path=\/; HttpOnly$/,
    )
  })

  it('is refused in any browser but the one that started it', async () => {
    const { end } = await login()
    for (const cookie of ['', 'CF_AppSession=n0123456789abcdef']) {
      const response = await world.fetch(end, { headers: { cookie } })
      expect(response.status).toBe(400)
      expect(response.headers.get('set-cookie')).toBeNull()
    }
  })

  it('is refused on another host, if it was changed, and once it has expired', async () => {
    const { end, cookie } = await login()
    const elsewhere = end.replace('localhost', 'other.example')
    expect((await world.fetch(elsewhere, { headers: { cookie } })).status).toBe(400)
    expect((await world.fetch(end.slice(0, -3), { headers: { cookie } })).status).toBe(400)
    await world.advance('1m')
    expect((await world.fetch(end, { headers: { cookie } })).status).toBe(400)
  })
})

it("A browser's cookie is found among others of the same name with longer paths", async () => {
  const person = await new Person(world.fetch).open(`${APP}/whoami`)
  await person.press('ada@example.com')
  const cookie = `CF_Authorization=of.another.path; x=y; ${person.cookies('localhost')}`
  expect((await world.fetch(`${APP}/whoami`, { headers: { cookie } })).status).toBe(200)
})

it('A cookie of an application is no access token: a client still needs its own', async () => {
  const person = await new Person(world.fetch).open(`${APP}/`)
  await person.press('ada@example.com')
  const client = new Client(world.fetch)
  expect((await client.request('/mcp')).status).toBe(401)
})
