import { describe, expect, it } from 'vitest'
import {
  currentIdentity,
  emailSchema,
  personSchema,
  seededIdentity,
  stableUuid,
  userIdOf,
} from '../../src/access/identity'

describe('An e-mail address', () => {
  it.each(['ada@example.com', ' Ada@Example.COM ', 'ADA@EXAMPLE.COM\n'])(
    'is compared trimmed and in lower case: %j',
    (text) => {
      expect(emailSchema.parse(text)).toBe('ada@example.com')
    },
  )

  it.each([
    '',
    'ada',
    '@example.com',
    'ada@',
    'a b@example.com',
    'a@b@example.com',
    'ada@example.com\0',
  ])('is not %j', (text) => {
    expect(emailSchema.safeParse(text).error?.issues[0]?.message).toBe('expected an e-mail address')
  })

  it('is at most 254 characters long (RFC 3696, erratum 1690)', () => {
    const local = 'a'.repeat(64)
    const host = Array.from({ length: 3 }, () => 'b'.repeat(61)).join('.')
    const longest = `${local}@${host}.cc`
    expect(longest).toHaveLength(253)
    expect(emailSchema.safeParse(longest).success).toBe(true)
    expect(emailSchema.safeParse(`${longest}cc`).success).toBe(false)
  })
})

describe('A person', () => {
  const ADA = { name: 'Ada', email: 'ada@example.com', groups: ['engineering'] }

  it('has the identity of the seed, or only an e-mail address', () => {
    const idp = { id: 'picker', type: 'cloudflare' }
    expect(seededIdentity([ADA], 'ada@example.com', idp)).toEqual({ ...ADA, idp, claims: {} })
    expect(seededIdentity([ADA], 'new@example.com', idp)).toEqual({
      name: '',
      email: 'new@example.com',
      groups: [],
      idp,
      claims: {},
    })
  })

  it('has the current identity of the seed, and by OpenID Connect that of its sign-in', () => {
    const idp = { id: 'picker', type: 'cloudflare' }
    const signedIn = seededIdentity([ADA], 'ada@example.com', idp)
    const moved = { ...ADA, groups: ['research'] }
    expect(currentIdentity([moved], signedIn).groups).toEqual(['research'])
    const oidc = { ...signedIn, idp: { id: 'corporate', type: 'oidc' } }
    expect(currentIdentity([moved], oidc)).toEqual(oidc)
  })

  it('needs no groups', () => {
    expect(personSchema.parse({ name: 'Ada', email: 'Ada@example.com' })).toEqual({
      name: 'Ada',
      email: 'ada@example.com',
      groups: [],
    })
  })

  it.each([
    [{ ...ADA, name: '' }, ['name']],
    [{ ...ADA, email: 'ada' }, ['email']],
    [{ ...ADA, groups: 'engineering' }, ['groups']],
    [{ ...ADA, groups: [''] }, ['groups', 0]],
  ])('is refused with the name of its wrong member: %j', (person, path) => {
    expect(personSchema.safeParse(person).error?.issues).toMatchObject([{ path }])
  })

  it('has a stable user id, which is unique [O7]', async () => {
    const [ada, again, grace] = await Promise.all(
      ['ada@example.com', 'ada@example.com', 'grace@example.com'].map(userIdOf),
    )
    expect(ada).toBe(again)
    expect(ada).not.toBe(grace)
    expect(ada).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })
})

describe('A UUID derived from a text', () => {
  it('is of version 8 and the variant of RFC 9562, whatever the text', async () => {
    for (let index = 0; index < 50; index++) {
      expect(await stableUuid(`text ${index}`)).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      )
    }
  })
})
