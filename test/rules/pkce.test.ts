import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeChallengeOf, codeVerifierProblem, isCodeChallenge } from '../../src/oauth/pkce'

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

describe('A code challenge', () => {
  it('is the base64url SHA-256 of its verifier (RFC 7636 appendix B)', async () => {
    expect(await codeChallengeOf(VERIFIER)).toBe(CHALLENGE)
  })

  it.each([
    [CHALLENGE, 'of RFC 7636 appendix B'],
    [`-${CHALLENGE.slice(1)}`, 'that begins with -, which trips other parsers [P18]'],
    [`_${CHALLENGE.slice(1)}`, 'that begins with _, which trips other parsers [P18]'],
  ])('has 43 base64url characters (RFC 7636 4.2): %s %s', (text) => {
    expect(isCodeChallenge(text)).toBe(true)
  })

  it.each([
    ['', 'nothing'],
    [CHALLENGE.slice(1), '42 characters'],
    [`${CHALLENGE}A`, '44 characters'],
    [`${CHALLENGE}=`, 'padding'],
    [`${CHALLENGE.slice(1)}=`, 'padding within 43 characters'],
    [`${CHALLENGE}\n`, 'a newline after'],
    [`${CHALLENGE.slice(1)}\n`, 'a newline within 43 characters'],
    [CHALLENGE.replace('-', '+'), 'base64, not base64url'],
    [CHALLENGE.replace('-', '/'), 'base64, not base64url'],
    [CHALLENGE.replace('-', '.'), 'a character of verifiers only'],
    [CHALLENGE.replace('-', 'é'), 'a letter that is not ASCII'],
    ['13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3', 'hexadecimal'],
  ])('is not %j: %s (RFC 7636 4.2)', (text) => {
    expect(isCodeChallenge(text)).toBe(false)
  })

  it('has that form for every verifier (RFC 7636 4.1), and differs for different ones', async () => {
    const verifier = fc.stringMatching(/^[A-Za-z0-9._~-]{43,128}$/)
    await fc.assert(
      fc.asyncProperty(verifier, verifier, async (one, other) => {
        const [ofOne, ofOther] = [await codeChallengeOf(one), await codeChallengeOf(other)]
        expect(isCodeChallenge(ofOne)).toBe(true)
        expect(ofOne === ofOther).toBe(one === other)
      }),
    )
  })
})

describe('A code verifier', () => {
  it('is any 43 to 128 unreserved characters (RFC 7636 4.1)', () => {
    const verifier = fc.stringMatching(/^[A-Za-z0-9._~-]{43,128}$/)
    fc.assert(fc.property(verifier, (text) => codeVerifierProblem(text) === undefined))
  })

  it.each([43, 128])('may have %d characters (RFC 7636 4.1)', (length) => {
    expect(codeVerifierProblem('x'.repeat(length))).toBeUndefined()
  })

  it.each([
    ['', 'has 0 characters, expected 43 to 128'],
    [VERIFIER.slice(1), 'has 42 characters, expected 43 to 128'],
    ['x'.repeat(129), 'has 129 characters, expected 43 to 128'],
    [`${VERIFIER}=`, 'contains characters other than A-Z a-z 0-9 - . _ ~'],
    [`${VERIFIER} `, 'contains characters other than A-Z a-z 0-9 - . _ ~'],
    [`${VERIFIER}é`, 'contains characters other than A-Z a-z 0-9 - . _ ~'],
  ])('is not %j: it %s (RFC 7636 4.1)', (text, fault) => {
    expect(codeVerifierProblem(text)).toBe(fault)
  })
})
