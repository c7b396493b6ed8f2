import { beforeAll, describe, expect, it } from 'vitest'
import {
  afterLoading,
  afterWriting,
  identityNonceOf,
  isOfThisHistory,
  isRevoked,
  newSessionId,
  noRevocations,
  revisionOf,
  revocable,
  sessionIdOf,
  withEverythingRevoked,
  withRevocation,
} from '../../src/access/revocation'
import {
  appTokenSignIn,
  browserSignIn,
  dashboardSignIn,
  grantSignIn,
  isSignInGood,
  tokenEndpointSignIn,
} from '../../src/access/sign-in'

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
  // Below the limit, a revocation only adds an entry.
  const BELOW = 990
  const many = (key: (index: number) => string, count: number) => {
    const entries = Array.from({ length: BELOW }, (_, index) => [
      key(index),
      { number: index + 1, atSeconds: 1000 + index },
    ])
    let revocations = { ...NONE, count: BELOW, entries: Object.fromEntries(entries) }
    for (let index = BELOW; index < count; index++) {
      revocations = withRevocation(revocations, key(index), 1000 + index)
    }
    return revocations
  }
  const nonceOf = (sessionId: string, count: number) =>
    identityNonceOf(sessionId, { ...NONE, count })
  const isEnded = (revocations: typeof NONE, nonce: string) =>
    !isSignInGood({ revocations }, browserSignIn('ada@example.com', nonce))

  // As many as exceed the limit once.
  let after = NONE
  beforeAll(() => {
    after = many((index) => revocable.session(`session${String(index).padStart(5, '0')}`), 1100)
  })

  it('the entries are bounded, and everything revoked stays revoked', () => {
    const ended = nonceOf('session00000', 0)
    expect(Object.keys(after.entries).length).toBeLessThanOrEqual(1001)
    expect(isEnded(after, ended)).toBe(true)
    expect(isEnded(after, nonceOf('session01099', 0))).toBe(true)
  })

  it('a session newer than the deleted entries stays valid, and so does every grant', () => {
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
  const email = 'ada@example.com'
  const sessionId = 'abcdefghijkl'
  const identityNonce = identityNonceOf(sessionId, NONE)
  const grant = { applicationId: 'app', identity: { email }, identityNonce }
  const ENDS = [
    ['revoke_user', ADA],
    ['the deletion of the person', revocable.deletedPerson(email)],
    ['revoke_tokens of the application', revocable.application('app')],
    ['a logout', revocable.session(sessionId)],
  ] as const

  it.each([
    [
      'a session at the team domain',
      browserSignIn(email, identityNonce),
      ['revoke_user', 'the deletion of the person', 'a logout'],
    ],
    ["an application's token", appTokenSignIn('app', email, identityNonce), ENDS.map(([of]) => of)],
    ['a session at the dashboard', dashboardSignIn(identityNonce), ['a logout']],
    [
      'the access tokens of a grant, as observed [T15, T16]',
      grantSignIn(grant, 'observed'),
      ['the deletion of the person', 'revoke_tokens of the application'],
    ],
    [
      'the access tokens of a grant, in the strict reading',
      grantSignIn(grant, 'strict'),
      ['revoke_user', 'the deletion of the person', 'revoke_tokens of the application'],
    ],
    [
      'a grant at the token endpoint, as observed [T15, T16]',
      tokenEndpointSignIn(grant, 'observed'),
      ['the deletion of the person'],
    ],
    [
      'a grant at the token endpoint, in the strict reading',
      tokenEndpointSignIn(grant, 'strict'),
      ['revoke_user', 'the deletion of the person', 'revoke_tokens of the application'],
    ],
  ])('%s', (_, signIn, expected) => {
    expect(isSignInGood({ revocations: NONE }, signIn)).toBe(true)
    const ends = ENDS.filter(([, key]) => {
      const revocations = withRevocation(NONE, key, 1000)
      return !isSignInGood({ revocations }, signIn)
    })
    expect(ends.map(([of]) => of)).toEqual(expected)
  })

  it.each([
    ['at the team domain', (nonce: string) => browserSignIn(email, nonce)],
    ["of an application's token", (nonce: string) => appTokenSignIn('app', email, nonce)],
    ['at the dashboard', dashboardSignIn],
  ])('a session %s: a logout that can no longer be distinguished', (_, signIn) => {
    let revocations = withRevocation(NONE, revocable.session(sessionId), 1000)
    for (let index = 0; index < 1000; index++) {
      const other = revocable.session(`session${String(index).padStart(5, '0')}`)
      revocations = withRevocation(revocations, other, 1001)
    }
    expect(revocations.entries).not.toHaveProperty([revocable.session(sessionId)])
    expect(isSignInGood({ revocations }, signIn(identityNonce))).toBe(false)
  })

  it.each([
    ["an application's token", (nonce: string) => appTokenSignIn('app', email, nonce)],
    ['a session at the dashboard', dashboardSignIn],
  ])('%s: another history, because nothing but its signature vouches for it', (_, signIn) => {
    const foreign = identityNonceOf('xyzdefghijkl', NONE)
    expect(isSignInGood({ revocations: NONE }, signIn(foreign))).toBe(false)
  })
})
