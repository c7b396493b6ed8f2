import { beforeEach, describe, expect, it } from 'vitest'
import { Client } from '../support/client'
import { ADA, APP, application, emulator, MALLORY, stopClock, TEAM } from '../support/emulator'
import { Person } from '../support/person'

stopClock()
const PIN = { id: 'pin', name: 'E-mail me a code', type: 'onetimepin' }
const PEOPLE = { id: 'people', name: 'People', type: 'cloudflare' }
const BLOCK_PAGE = { status: 403, title: 'That account does not have access.' }

const world = emulator({
  IDENTITY_PROVIDERS: [PEOPLE, PIN],
  APPLICATIONS: [
    application({ name: 'Codes', allowed_idps: ['pin'] }),
    application({ name: 'Both', domain: 'both.example' }),
    application({ name: 'Picked', domain: 'picked.example', allowed_idps: ['people'] }),
    application({
      name: 'By code',
      domain: 'by-code.example',
      policies: [{ name: 'Codes', decision: 'allow', include: [{ login_method: { id: 'pin' } }] }],
    }),
  ],
})
beforeEach(world.reset)

/** The codes that would have been mailed, the latest last. */
const mails = async () => (await world.events()).filter(({ kind }) => kind === 'one-time-pin')

const codeFor = async (email: string) => {
  const mail = (await mails()).findLast((each) => each.email === email)
  if (!mail) throw new Error(`no code for ${email}`)
  return String(mail.code)
}

/** A person at the page to enter the code. */
const asked = async (email: string, url = `${APP}/`) => {
  const person = await new Person(world.fetch).open(url)
  return person.press('Send me a code', { email })
}

/** A code that is not this one. */
const other = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

describe('A one-time PIN', () => {
  it('signs in the person whose address it was sent to', async () => {
    const person = await asked('ada@example.com')
    expect(person.page).toMatchObject({ status: 200, title: 'Enter code' })
    await person.press('Sign in', { code: await codeFor('ada@example.com') })
    expect(person.page).toMatchObject({ status: 200, title: 'Demo application', url: `${APP}/` })
    await person.open(`${APP}/cdn-cgi/access/get-identity`)
    expect(JSON.parse(person.page?.html.text ?? '')).toMatchObject({
      email: 'ada@example.com',
      name: 'Ada',
      groups: [{ name: 'engineering' }],
      idp: { id: 'pin', type: 'onetimepin' },
    })
  })

  it('signs in for an authorization of Managed OAuth too', async () => {
    const client = new Client(world.fetch)
    const { client_id } = await client.register()
    const person = await asked('ada@example.com', await client.authorizationUrl(client_id))
    await person.press('Sign in', { code: await codeFor('ada@example.com') })
    await person.press('Allow')
    const code = person.callback?.searchParams.get('code') ?? ''
    expect((await client.exchange(client_id, code)).status).toBe(200)
  })

  it('is six digits in GET /_emulator/events, and nowhere else', async () => {
    const person = await asked('ada@example.com')
    const [mail, ...more] = await mails()
    expect(more).toEqual([])
    expect(mail).toMatchObject({
      kind: 'one-time-pin',
      at: expect.any(String),
      application: 'Codes',
      email: 'ada@example.com',
      code: expect.stringMatching(/^[0-9]{6}$/),
    })
    const hidden = person.page?.html.querySelectorAll('input[type=hidden]') ?? []
    const decoded = hidden.flatMap((input) =>
      (input.getAttribute('value') ?? '').split('.').map(atobUrl),
    )
    const seen = [
      person.page?.html.toString(),
      person.page?.url,
      JSON.stringify([...(person.page?.headers ?? [])]),
      person.cookies('127.0.0.1'),
      ...decoded,
    ]
    expect(seen.filter((text) => text?.includes(String(mail?.code)))).toEqual([])
  })

  it('may have spaces around it', async () => {
    const person = await asked('ada@example.com')
    await person.press('Sign in', { code: ` ${await codeFor('ada@example.com')} ` })
    expect(person.page?.title).toBe('Demo application')
  })

  it('is refused if it is wrong, and the right one is still accepted [block page]', async () => {
    const person = await asked('ada@example.com')
    const form = person.page
    const code = await codeFor('ada@example.com')
    for (const wrong of [other(code), '', code.slice(1), `${code}0`]) {
      person.page = form
      await person.press('Sign in', { code: wrong })
      expect(person.page).toMatchObject(BLOCK_PAGE)
      expect(person.page?.text).toContain('Access shows this title for a wrong code too.')
      expect(person.cookies('127.0.0.1')).not.toContain('CF_Access_Session')
    }
    person.page = form
    await person.press('Sign in', { code })
    expect(person.page?.title).toBe('Demo application')
  })

  it('is valid for ten minutes', async () => {
    const person = await asked('ada@example.com')
    await world.advance('9m59s')
    await person.press('Sign in', { code: await codeFor('ada@example.com') })
    expect(person.page?.title).toBe('Demo application')
  })

  it('has expired after ten minutes', async () => {
    const person = await asked('ada@example.com')
    await world.advance('10m')
    await person.press('Sign in', { code: await codeFor('ada@example.com') })
    expect(person.page).toMatchObject(BLOCK_PAGE)
  })

  it('is refused for another login of the same person', async () => {
    await asked('ada@example.com')
    const first = await codeFor('ada@example.com')
    const person = await asked('ada@example.com')
    // One time in a million both are the same.
    expect(await codeFor('ada@example.com')).not.toBe(first)
    await person.press('Sign in', { code: first })
    expect(person.page).toMatchObject(BLOCK_PAGE)
  })

  it('is refused with the form of another login, an older one included', async () => {
    const older = await asked('ada@example.com')
    const code = await codeFor('ada@example.com')
    const pin = older.page?.html.querySelector('input[name=pin]')?.getAttribute('value') ?? ''
    const person = await asked('ada@example.com')
    await person.press('Sign in', { code, pin })
    expect(person.page).toMatchObject(BLOCK_PAGE)
  })

  it('is refused for another address', async () => {
    const person = await asked('ada@example.com')
    await asked('grace@example.com')
    await person.press('Sign in', { code: await codeFor('grace@example.com') })
    expect(person.page).toMatchObject(BLOCK_PAGE)
  })

  it('signs in only the person it was sent to, whatever else the form contains', async () => {
    const person = await asked('ada@example.com')
    const value = (name: string) =>
      person.page?.html.querySelector(`input[name=${name}]`)?.getAttribute('value') ?? ''
    const response = await world.fetch(person.page?.url ?? '', {
      method: 'POST',
      headers: {
        cookie: person.cookies('127.0.0.1'),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({
        nonce: value('nonce'),
        idp: 'pin',
        pin: value('pin'),
        code: await codeFor('ada@example.com'),
        email: 'grace@example.com',
      }).toString(),
    })
    const session = response.headers.getSetCookie().find((each) => each.includes('_Session='))
    const identity = await world.fetch(`${TEAM}/cdn-cgi/access/get-identity`, {
      headers: { cookie: session?.split(';')[0] ?? '' },
    })
    expect(await identity.json()).toMatchObject({ email: 'ada@example.com' })
  })

  it('is valid once: its login then has ended [A12]', async () => {
    const person = await asked('ada@example.com')
    const form = person.page
    const code = await codeFor('ada@example.com')
    await person.press('Sign in', { code })
    person.page = form
    await person.press('Sign in', { code })
    expect(person.page?.title).toBe('Invalid nonce. Please try logging in again.')
  })

  it('is refused in another browser [A12]', async () => {
    const person = await asked('ada@example.com')
    const stranger = new Person(world.fetch)
    stranger.page = person.page
    await stranger.press('Sign in', { code: await codeFor('ada@example.com') })
    expect(stranger.page?.title).toBe('Invalid nonce. Please try logging in again.')
  })

  it('is sent to the address as it is compared: trimmed, in lower case', async () => {
    const person = await asked(' ADA@Example.COM ')
    await person.press('Sign in', { code: await codeFor('ada@example.com') })
    expect(person.page?.title).toBe('Demo application')
  })

  it('is sent to an e-mail address only', async () => {
    const person = await asked('ada')
    expect(person.page).toMatchObject({ status: 400, title: 'Invalid form' })
    expect(await mails()).toEqual([])
  })
})

describe('A person whom the policies deny', () => {
  it('gets no code, and sees the same page as others', async () => {
    const mallory = await asked(MALLORY.email)
    const ada = await asked(ADA.email)
    expect(mallory.page?.status).toBe(200)
    expect(mallory.page?.text.replace(MALLORY.email, ADA.email)).toBe(ada.page?.text)
    const kinds = /^one-time-pin/
    const [event] = (await world.events()).filter(({ kind }) => kinds.test(String(kind)))
    expect(event).toMatchObject({
      kind: 'one-time-pin-not-sent',
      at: expect.any(String),
      application: 'Codes',
      email: MALLORY.email,
    })
    expect((await mails()).map(({ email }) => email)).toEqual([ADA.email])
  })
})

describe('allowed_idps', () => {
  const hosts = ['both.example', 'picked.example', 'localhost:8788', '127.0.0.1:8788']
  const buttonsAt = async (url: string) => {
    const { page } = await new Person(world.fetch, [...hosts, '127.0.0.1']).open(url)
    return page?.html
      .querySelectorAll('button')
      .map((each) => each.getAttribute('value') ?? each.text.trim())
  }

  it('shows the one-time PIN alone if it is the only one', async () => {
    expect(await buttonsAt(`${APP}/`)).toEqual(['Send me a code'])
  })

  it('shows all providers if it is empty', async () => {
    const people = ['ada@example.com', 'grace@example.com', 'mallory@blocked.example', 'Log in']
    expect(await buttonsAt('http://both.example/')).toEqual([...people, 'Send me a code'])
  })

  it('hides and refuses the one-time PIN if it is not in the list', async () => {
    expect(await buttonsAt('http://picked.example/')).not.toContain('Send me a code')
    const person = await new Person(world.fetch, [...hosts, '127.0.0.1']).open(
      'http://picked.example/',
    )
    await person.press('Log in', { email: 'ada@example.com', idp: 'pin' })
    expect(person.page).toMatchObject({ status: 400, title: 'Invalid form' })
    expect(await mails()).toEqual([])
  })
})

it('A login_method rule recognises a login by one-time PIN', async () => {
  const hosts = ['by-code.example', '127.0.0.1']
  const url = 'http://by-code.example/'
  const picked = await new Person(world.fetch, hosts).open(url)
  await picked.press('ada@example.com')
  expect(picked.page).toMatchObject(BLOCK_PAGE)
  const byCode = await new Person(world.fetch, hosts).open(url)
  await byCode.press('Send me a code', { email: 'ada@example.com' })
  await byCode.press('Sign in', { code: await codeFor('ada@example.com') })
  expect(byCode.page).toMatchObject({ status: 200, title: 'Demo application' })
})

function atobUrl(text: string): string {
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return ''
  }
}
