import { expect, it } from 'vitest'
import { type Flow, flowsOf } from '../../src/events/flows'
import { recorded, type Sketch } from '../support/events'

const ADA = { id: 'a', name: 'Codex' }
const BOB = { id: 'b', name: 'Codex' }
const userAgent = 'codex/1'
const challenged: Sketch = { kind: 'challenge', outcome: 'asked', credential: 'none', userAgent }
const discovered: Sketch = { kind: 'discovery', userAgent }
const registered = (client: object): Sketch => ({ kind: 'registration', client, userAgent })
const redeemed = (client: object): Sketch => ({
  kind: 'token',
  grantType: 'authorization_code',
  client,
  userAgent,
})
const admitted = (client: object): Sketch => ({ kind: 'admission', client, userAgent })
const browsing = (client: object): Sketch => ({
  kind: 'authorization',
  client,
  userAgent: 'Mozilla/5.0',
})

// Each flow with the numbers of its events.
const flows = (...sketches: Sketch[]) =>
  Object.fromEntries(
    flowsOf(recorded(...sketches)).map(({ id, events }) => [
      id,
      events.map(({ number }) => number),
    ]),
  )
const only = (...sketches: Sketch[]): Flow | undefined => flowsOf(recorded(...sketches))[0]

it('has one flow from the challenge to the refresh', () => {
  expect(
    flows(challenged, discovered, registered(ADA), browsing(ADA), redeemed(ADA), admitted(ADA)),
  ).toEqual({ a: [1, 2, 3, 4, 5, 6] })
})

it('assigns requests before a registration to the client that registers', () => {
  expect(
    flows(challenged, registered(ADA), redeemed(ADA), challenged, discovered, registered(BOB)),
  ).toEqual({ a: [1, 2, 3], b: [4, 5, 6] })
})

it('assigns requests after a registration to that client', () => {
  expect(flows(registered(ADA), challenged, discovered, redeemed(ADA), discovered)).toEqual({
    a: [1, 2, 3, 4, 5],
  })
})

it('assigns the authorization of an earlier client up to its exchange', () => {
  expect(flows(challenged, discovered, browsing(ADA), redeemed(ADA))).toEqual({ a: [1, 2, 3, 4] })
})

it('keeps a caller without a client apart, by its user agent', () => {
  expect(flows(challenged, { ...discovered, userAgent: 'curl/8' }, discovered)).toEqual({
    'user agent codex/1': [1, 3],
    'user agent curl/8': [2],
  })
  expect(only(challenged)).toMatchObject({ userAgent })
  expect(only(challenged)).not.toHaveProperty('client')
})

it('assigns no request without a credential to a client that has tokens', () => {
  expect(flows(registered(ADA), redeemed(ADA), challenged, discovered, admitted(ADA))).toEqual({
    a: [1, 2, 5],
    'user agent codex/1': [3, 4],
  })
})

it.each<[string, Sketch]>([
  ['a bearer token of another server', { ...challenged, credential: 'other-bearer-token' }],
  ['a token that no grant knows', { ...challenged, credential: 'unknown-access-token' }],
  ['a service token', { ...challenged, credential: 'service-token' }],
  ['an exchange for an unknown client_id', { kind: 'token', userAgent }],
  ['a revocation for an unknown client_id', { kind: 'revocation', userAgent }],
])('assigns %s to no client of the same user agent, before or after', (_, stray) => {
  expect(flows(stray, registered(ADA), redeemed(ADA), stray, admitted(ADA))).toEqual({
    'user agent codex/1': [1, 4],
    a: [2, 3, 5],
  })
})

it('assigns a metadata request before a refresh to that client', () => {
  const expired = { ...challenged, credential: 'expired-access-token', client: ADA }
  const refreshed = { ...redeemed(ADA), grantType: 'refresh_token' }
  expect(flows(registered(ADA), redeemed(ADA), expired, discovered, refreshed)).toEqual({
    a: [1, 2, 3, 4, 5],
  })
})

it('separates requests without a user agent from those with one', () => {
  const { userAgent: _, ...silent } = challenged
  expect(flows(silent, challenged, registered(ADA))).toEqual({
    'no user agent': [1],
    a: [2, 3],
  })
})

it('follows clients of different user agents at once', () => {
  const other = { userAgent: 'claude/2' }
  expect(
    flows(
      challenged,
      { ...challenged, ...other },
      { ...registered(BOB), ...other },
      registered(ADA),
    ),
  ).toEqual({ a: [1, 4], b: [2, 3] })
})

it('joins a refused registration with the one that follows', () => {
  const refused = { ...registered({ id: '', name: 'Codex' }), outcome: 'refused' }
  expect(flows(challenged, refused)).toEqual({ 'user agent codex/1': [1, 2] })
  expect(flows(challenged, refused, registered(ADA))).toEqual({ a: [1, 2, 3] })
})

it("never takes the client's user agent from the browser that it opens", () => {
  expect(only(browsing(ADA), redeemed(ADA), browsing(ADA))).toMatchObject({ userAgent })
  expect(flows({ ...challenged, userAgent: 'Mozilla/5.0' }, browsing(ADA))).toEqual({
    'user agent Mozilla/5.0': [1],
    a: [2],
  })
})

it('finds a client by its grant', () => {
  const ended: Sketch = { kind: 'grant-revoked', grantId: 'g', by: 'person' }
  expect(flows({ ...redeemed(ADA), grantId: 'g' }, ended)).toEqual({ a: [1, 2] })
})

it('places an occurrence with its request', () => {
  const fault: Sketch = { kind: 'fault', fault: 'slow', ray: 'same' }
  const decided: Sketch = { kind: 'access-request', ray: 'same' }
  expect(flows(fault, decided, { ...redeemed(ADA), ray: 'same' })).toEqual({ a: [1, 2, 3] })
  expect(flows(fault, { ...discovered, ray: 'same' })).toEqual({ 'user agent codex/1': [1, 2] })
})

it('has the name of a client, and its latest application', () => {
  const [first, second] = [
    { id: '1', name: 'Wiki' },
    { id: '2', name: 'MCP' },
  ]
  expect(
    only(
      { kind: 'fault', fault: 'slow', client: { id: 'a' }, application: first },
      { ...browsing(ADA), application: second },
      { ...redeemed({ id: 'a', name: undefined }) },
    ),
  ).toMatchObject({ client: ADA, application: second })
})

it('omits events without a client', () => {
  const visited: Sketch = { kind: 'admission', by: 'application-token', userAgent: 'Mozilla/5.0' }
  expect(flows({ kind: 'control', path: '/_emulator/reset' }, visited)).toEqual({})
  expect(flowsOf([])).toEqual([])
})
