import { describe, expect, it } from 'vitest'
import { HIDDEN, shownHeaders, shownParameters } from '../../src/events/shown'

describe('The parameters of an event', () => {
  it('have the values of OAuth that are no secrets, and no other value', () => {
    const query =
      'response_type=code&response_mode=mistaken&client_id=39141907-eda3-43a1-823e-f3728a5b87f1&redirect_uri=http%3A%2F%2Flocalhost%2Fcb&state=s&code_challenge=x&code_verifier=v&code=k&token=t&client_secret=z&mine=m'
    expect(shownParameters(new URLSearchParams(query))).toEqual({
      response_type: 'code',
      response_mode: HIDDEN,
      client_id: '39141907-eda3-43a1-823e-f3728a5b87f1',
      redirect_uri: 'http://localhost/cb',
      state: HIDDEN,
      code_challenge: HIDDEN,
      code_verifier: HIDDEN,
      code: HIDDEN,
      token: HIDDEN,
      client_secret: HIDDEN,
      mine: HIDDEN,
    })
  })
})

describe('The headers of an event', () => {
  const shown = (name: string, value: string) => {
    const [[, text] = []] = shownHeaders(new Headers([[name, value]]))
    return text
  }

  it.each([
    ['content-type', 'application/json', 'application/json'],
    ['www-authenticate', 'Bearer realm="OAuth"', 'Bearer realm="OAuth"'],
    ['x-session', 'secret', HIDDEN],
    ['mcp-session-id', 'secret', HIDDEN],
    [
      'set-cookie',
      'CF_Authorization=jwt; Path=/; HttpOnly',
      `CF_Authorization=${HIDDEN}; Path=/; HttpOnly`,
    ],
    ['set-cookie', 'CF_Access_Session=x; Path=/', `${HIDDEN}; Path=/`],
    ['location', '/login', '/login'],
    [
      'location',
      'http://localhost/cb?code=k&iss=i#f',
      `http://localhost/cb?code=${HIDDEN}&iss=i#f`,
    ],
    ['location', 'http://localhost/cb#token=t', `http://localhost/cb?token=${HIDDEN}`],
    ['content-security-policy', "style-src 'nonce-abc'", "style-src 'nonce-...'"],
  ])('show %s: %s as %s', (name, value, expected) => {
    expect(shown(name, value)).toBe(expected)
  })
})
