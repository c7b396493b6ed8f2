import { describe, expect, it } from 'vitest'
import {
  judgeRefreshToken,
  newAccessToken,
  redemptionMismatch,
} from '../../src/store/grants/checks'
import type { Grant, Redemption } from '../../src/store/grants/grant'
import type { GrantTables, Spent, State } from '../../src/store/grants/tables'

const NOW = 1_800_000_000
const GRANT = {
  id: 'one',
  clientId: 'client',
  applicationId: 'application',
  sessionEndsAtSeconds: NOW + 3600,
} as Grant
const STATE = {
  grant: GRANT,
  code: { redirectUri: 'https://a.example/', codeChallenge: 'challenge' },
  refreshHash: 'current',
  revoked: false,
} as State

describe('A refresh token', () => {
  const SPENT = { nonce: 'n', rotatedAtSeconds: NOW - 10 } as Spent
  const tables = {
    spent: (grantId: string, hash: string) =>
      grantId === 'one' && hash === 'rotated' ? SPENT : undefined,
  } as GrantTables
  const statusOf = (refreshHash: string, changes: object = {}, graceSeconds = 0) =>
    judgeRefreshToken(
      { tables, state: { ...STATE, ...changes } },
      { refreshHash, graceSeconds, now: NOW },
    ).status

  it('of no grant is unknown, and so is one that the grant never had', () => {
    const shown = { refreshHash: 'current', graceSeconds: 0, now: NOW }
    expect(judgeRefreshToken(undefined, shown)).toEqual({ status: 'unknown' })
    expect(statusOf('another')).toBe('unknown')
  })

  it('is good, until it has been rotated', () => {
    expect(statusOf('current')).toBe('good')
    expect(statusOf('rotated')).toBe('reused')
  })

  it('that was rotated is good again until the grace window has passed', () => {
    expect(statusOf('rotated', {}, 11)).toBe('good')
    expect(statusOf('rotated', {}, 10)).toBe('reused')
  })

  it.each(['current', 'rotated'])('ends with its grant: %s', (hash) => {
    expect(statusOf(hash, { revoked: true })).toBe('revoked')
    const ending = (sessionEndsAtSeconds: number) => ({ grant: { ...GRANT, sessionEndsAtSeconds } })
    expect(statusOf(hash, ending(NOW), 60)).toBe('session-ended')
    expect(statusOf(hash, ending(NOW + 1), 60)).toBe('good')
  })
})

describe('A redemption must repeat the values of the authorization request', () => {
  const REDEMPTION = {
    clientId: 'client',
    redirectUri: 'https://a.example/',
    codeChallenge: 'challenge',
  } as Redemption
  const mismatch = (changes: Partial<Redemption>, code: Partial<State['code']> = {}) =>
    redemptionMismatch(
      { ...STATE, code: { ...STATE.code, ...code } },
      { ...REDEMPTION, ...changes },
    )

  it.each<[string, Partial<Redemption>, string | undefined]>([
    ['all of them', {}, undefined],
    ['the client', { clientId: 'another' }, 'other-client'],
    [
      'the redirect URI (RFC 6749 4.1.3)',
      { redirectUri: 'https://b.example/' },
      'other-redirect-uri',
    ],
    ['the redirect URI, which it must have', { redirectUri: undefined }, 'other-redirect-uri'],
    ['the challenge (RFC 7636 4.6)', { codeChallenge: 'another' }, 'other-verifier'],
    ['the challenge, which it must have', { codeChallenge: undefined }, 'other-verifier'],
    ['the same application', { applicationId: 'application' }, undefined],
    ['no other application (RFC 8707 2.2)', { applicationId: 'another' }, 'other-resource'],
  ])('%s', (_, changes, expected) => {
    expect(mismatch(changes)).toBe(expected)
  })

  it('and a verifier must not appear without a challenge (RFC 9700 2.1.1)', () => {
    expect(mismatch({}, { codeChallenge: undefined })).toBe('unexpected-verifier')
    expect(mismatch({ codeChallenge: undefined }, { codeChallenge: undefined })).toBeUndefined()
  })

  it('and any redirect URI is accepted if the request had none', () => {
    expect(
      mismatch({ redirectUri: 'https://b.example/' }, { redirectUri: undefined }),
    ).toBeUndefined()
  })
})

it('An access token ends with the session of its grant at the latest', () => {
  const endOf = (lifetime: number) =>
    newAccessToken(GRANT, 'hash', 'policy', lifetime, NOW).expiresAtSeconds - NOW
  expect(endOf(900)).toBe(900)
  expect(endOf(7200)).toBe(3600)
})
