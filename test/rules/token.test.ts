import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  hashSecret,
  isManagedOAuthToken,
  MANAGED_OAUTH_FORMS,
  newGrantId,
  newSecret,
  successorSecrets,
} from '../../src/access/token'
import { nearMisses } from './arbitraries'

const { code: CODE, access: TOKEN } = MANAGED_OAUTH_FORMS
const credential = () => ({ grantId: newGrantId(), secret: newSecret() })
const BODY = 'A'.repeat(65)

describe('A token', () => {
  it('is oauth: and 65 characters, 71 in all [T2]', () => {
    expect(TOKEN.format(credential())).toMatch(/^oauth:[A-Za-z0-9_-]{65}$/)
  })

  it('contains its grant id and its secret', () => {
    const made = credential()
    expect(TOKEN.parse(TOKEN.format(made))).toEqual(made)
  })

  it.each([
    ['', 'nothing'],
    ['oauth:', 'nothing but the prefix'],
    [BODY, 'no prefix: a code'],
    [`oauth:${BODY.slice(1)}`, '70 characters'],
    [`oauth:${BODY}A`, '72 characters'],
    [`OAUTH:${BODY}`, 'an upper-case prefix'],
    [`oauth:oauth:${BODY}`, 'the prefix twice'],
    [` oauth:${BODY}`, 'a space before'],
    [`oauth:${BODY}\n`, 'a newline after'],
    [`oauth:${BODY.slice(1)}=`, 'padding'],
    [`oauth:${BODY.slice(1)}+`, 'base64, not base64url'],
    [`oauth:${BODY.slice(1)}é`, 'a letter that is not ASCII'],
    [`oauth:${BODY.slice(1)}\0`, 'NUL'],
    ['eyJhbGciOiJSUzI1NiJ9.e30.c2ln', 'a JWT'],
  ])('is not %j: %s', (token) => {
    expect(TOKEN.parse(token)).toBeUndefined()
  })

  it('is recognized by its prefix, even if we did not issue it [O2]', () => {
    expect(isManagedOAuthToken('oauth:made-up')).toBe(true)
    expect(isManagedOAuthToken(BODY)).toBe(false)
  })

  it('is never parsed from a text that differs from its canonical form', () => {
    fc.assert(
      fc.property(nearMisses(`oauth:${BODY}`), (text) => {
        const read = TOKEN.parse(text)
        if (read) expect(TOKEN.format(read)).toBe(text)
      }),
    )
  })
})

describe('An authorization code', () => {
  it('is opaque, has 65 characters, and contains its grant id', () => {
    const made = credential()
    expect(CODE.format(made)).toMatch(/^[A-Za-z0-9_-]{65}$/)
    expect(CODE.parse(CODE.format(made))).toEqual(made)
  })

  it.each(['', 'x', BODY.slice(1), `${BODY}A`, `${BODY}\n`, `oauth:${BODY}`, `${BODY.slice(1)}.`])(
    'is not %j [T7]',
    (code) => {
      expect(CODE.parse(code)).toBeUndefined()
    },
  )

  it('is unique', () => {
    const codes = Array.from({ length: 1000 }, () => CODE.format(credential()))
    expect(new Set(codes.map((code) => code.slice(0, 22))).size).toBe(1000)
    expect(new Set(codes.map((code) => code.slice(22))).size).toBe(1000)
  })
})

describe('A stored secret', () => {
  it('is a SHA-256 hash, from which the secret cannot be derived', async () => {
    expect(await hashSecret('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
    const secret = newSecret()
    expect(await hashSecret(secret)).not.toContain(secret)
  })
})

describe('The pair after a refresh token', () => {
  it('is the same for the same token and nonce, so two racing processes both continue', async () => {
    const secret = newSecret()
    expect(await successorSecrets(secret, 'nonce')).toEqual(await successorSecrets(secret, 'nonce'))
  })

  it('differs with every nonce and every token, and both halves differ', async () => {
    const text = fc.stringMatching(/^[A-Za-z0-9_-]{1,43}$/)
    await fc.assert(
      fc.asyncProperty(text, text, text, text, async (secret, nonce, otherSecret, otherNonce) => {
        const one = await successorSecrets(secret, nonce)
        const other = await successorSecrets(otherSecret, otherNonce)
        const isSame = secret === otherSecret && nonce === otherNonce
        expect(new Set([...Object.values(one), ...Object.values(other)]).size).toBe(isSame ? 2 : 4)
      }),
    )
  })

  it('differs if only the nonce, or only the token, differs', async () => {
    const pairs = await Promise.all([
      successorSecrets('secret', 'nonce'),
      successorSecrets('secret', 'other'),
      successorSecrets('other', 'nonce'),
    ])
    expect(new Set(pairs.flatMap(({ access, refresh }) => [access, refresh])).size).toBe(6)
  })

  it('has the form of any secret, so that its tokens have 71 characters [T2]', async () => {
    const { access, refresh } = await successorSecrets(newSecret(), 'nonce')
    for (const secret of [access, refresh]) {
      const made = { grantId: newGrantId(), secret }
      expect(TOKEN.format(made)).toHaveLength(71)
      expect(TOKEN.parse(TOKEN.format(made))).toEqual(made)
    }
  })

  it('does not reveal the previous token', async () => {
    const secret = newSecret()
    const { access, refresh } = await successorSecrets(secret, 'nonce')
    expect([access, refresh, await hashSecret(secret)]).not.toContain(secret)
    expect([access, refresh]).not.toContain(await hashSecret(secret))
  })
})
