import { describe, expect, it } from 'vitest'
import {
  afterLoading,
  afterWriting,
  grantRevocationKeys,
  identityNonceOf,
  isOfThisHistory,
  isRevoked,
  newSessionId,
  noRevocations,
  revisionOf,
  revocable,
  sessionIdOf,
  sessionRevocationKeys,
  withEverythingRevoked,
  withRevocation,
} from '../../src/access/revocation'

const NONE = { ...noRevocations(), history: 'abc' }
const ADA = revocable.person('ada@example.com')
const once = withRevocation(NONE, ADA, 1000)

describe('A credential', () => {
  it('is revoked by a later revocation that concerns it, in the same second too', () => {
    expect(isRevoked(once, [ADA], NONE.count)).toBe(true)
    expect(isRevoked(once, [ADA], once.count)).toBe(false)
    expect(isRevoked(once, [revocable.person('grace@example.com')], NONE.count)).toBe(false)
  })

  it('with an unknown nonce is revoked', () => {
    expect(isRevoked(NONE, [ADA], revisionOf('short'))).toBe(true)
  })

  it('is revoked by a reset, after which numbers continue, so that it stays revoked', () => {
    const reset = withEverythingRevoked(once, 1000)
    expect(isRevoked(reset, [], once.count)).toBe(true)
    expect(isRevoked(reset, [ADA], NONE.count)).toBe(true)
    expect(isRevoked(reset, [ADA], reset.count)).toBe(false)
  })
})

describe('However many revocations there are', () => {
  const many = (key: (index: number) => string, count: number, from = NONE) => {
    let revocations: typeof NONE = from
    for (let index = 0; index < count; index++) {
      revocations = withRevocation(revocations, key(index), 1000 + index)
    }
    return revocations
  }
  const nonceOf = (sessionId: string, count: number) =>
    identityNonceOf(sessionId, { ...NONE, count })
  const isEnded = (revocations: typeof NONE, nonce: string) =>
    isRevoked(revocations, sessionRevocationKeys('ada@example.com', nonce), revisionOf(nonce))

  it('the entries are bounded, and everything revoked stays revoked', () => {
    const ended = nonceOf('session00000', 0)
    const after = many(
      (index) => revocable.session(`session${String(index).padStart(5, '0')}`),
      1100,
    )
    expect(Object.keys(after.entries).length).toBeLessThanOrEqual(1001)
    expect(isEnded(after, ended)).toBe(true)
    expect(isEnded(after, nonceOf('session01099', 0))).toBe(true)
  })

  it('a session newer than the deleted entries stays valid, and so does every grant', () => {
    const after = many(
      (index) => revocable.session(`session${String(index).padStart(5, '0')}`),
      1100,
    )
    expect(isEnded(after, nonceOf('anothersessi', 100))).toBe(false)
    expect(isRevoked(after, [ADA, revocable.application('demo')], 0)).toBe(false)
  })

  it('revoked persons and applications include what is as old as the deleted entries', () => {
    const after = many((index) => revocable.person(`${index}@example.com`), 1100)
    expect(Object.keys(after.entries).length).toBeLessThanOrEqual(1001)
    expect(isRevoked(after, [revocable.person('0@example.com')], 0)).toBe(true)
    expect(isRevoked(after, [ADA], 99)).toBe(true)
    expect(isRevoked(after, [ADA], 100)).toBe(false)
  })
})

describe('An identity_nonce', () => {
  it('is 16 characters of a session id and the revision [O7]', () => {
    const sessionId = newSessionId(NONE)
    const nonce = identityNonceOf(sessionId, { ...NONE, count: 1295 })
    expect(nonce).toMatch(/^abc[0-9A-Za-z]{9}00zz$/)
    expect([sessionIdOf(nonce), revisionOf(nonce)]).toEqual([sessionId, 1295])
  })
})

describe('A signed credential', () => {
  const signedIn = (revocations: typeof NONE) =>
    identityNonceOf(newSessionId(revocations), revocations)

  it('is valid if a state is loaded that was saved after it, and no other', () => {
    const [before, after] = [signedIn(NONE), signedIn(afterWriting(NONE))]
    const loaded = afterLoading(NONE)
    expect(isOfThisHistory(afterWriting(NONE), after)).toBe(true)
    expect(isOfThisHistory(loaded, before)).toBe(true)
    expect(isOfThisHistory(loaded, after)).toBe(false)
    expect(isOfThisHistory(loaded, signedIn(loaded))).toBe(true)
  })

  it('is revoked if the same state is loaded again, also into another store', () => {
    const [once, again] = [afterLoading(NONE), afterLoading(NONE)]
    expect(isOfThisHistory(again, signedIn(once))).toBe(false)
  })

  it('stays valid across up to a hundred consecutive states', () => {
    let revocations = NONE
    const first = signedIn(NONE)
    for (let times = 0; times < 100; times++) revocations = afterLoading(revocations)
    expect(isOfThisHistory(revocations, first)).toBe(true)
    expect(isOfThisHistory(afterLoading(revocations), first)).toBe(false)
  })

  it('is revoked without a known nonce', () => {
    expect(isOfThisHistory(NONE, '')).toBe(false)
  })
})

describe('A revocation ends', () => {
  const grant = { applicationId: 'app', identity: { email: 'ada@example.com' } }

  it('a grant: not revoke_user as observed [T15], but in the strict reading', () => {
    expect(grantRevocationKeys(grant, 'observed')).not.toContain(ADA)
    expect(grantRevocationKeys(grant, 'strict')).toContain(ADA)
  })

  it('a grant in both: revoke_tokens of its application [T16], and the deletion of the person', () => {
    for (const setting of ['observed', 'strict'] as const) {
      expect(grantRevocationKeys(grant, setting)).toEqual(
        expect.arrayContaining([
          revocable.application('app'),
          revocable.deletedPerson('ada@example.com'),
        ]),
      )
    }
  })

  it('a session: revoke_user, the deletion of the person, and a logout', () => {
    const nonce = identityNonceOf('abcdefghijkl', NONE)
    expect(sessionRevocationKeys('ada@example.com', nonce)).toEqual([
      ADA,
      revocable.deletedPerson('ada@example.com'),
      revocable.session('abcdefghijkl'),
      // The sessions that are no longer told apart.
      'old-sessions',
    ])
  })
})
