import { beforeEach, describe, expect, it } from 'vitest'
import { KeptState } from '../../src/store/emulator/kept-state'
import { Switches } from '../../src/store/emulator/switches'
import type { ActiveFault } from '../../src/switches/active-fault'

const memory = () => {
  const stored = new Map<string, unknown>()
  return {
    get: (key: string) => stored.get(key),
    put: (key: string, value: unknown) => void stored.set(key, value),
  } as unknown as SyncKvStorage
}
const fault = (name: string, left: number | null = null) =>
  ({ name, parameters: {}, left, struck: 0 }) as unknown as ActiveFault

let state: KeptState
let switches: Switches
beforeEach(() => {
  state = new KeptState(memory())
  switches = new Switches(state)
})

describe('A fault', () => {
  it('strikes as often as it was told to, and is then off', () => {
    switches.setFault('expired-code', fault('expired-code', 2))
    expect(switches.strike('expired-code').isStruck).toBe(true)
    expect(switches.fault('expired-code')).toMatchObject({ left: 1, struck: 1 })
    expect(switches.strike('expired-code').isStruck).toBe(true)
    expect(switches.fault('expired-code')).toBeUndefined()
    expect(switches.strike('expired-code').isStruck).toBe(false)
  })

  it('without a number strikes until it is switched off', () => {
    switches.setFault('expired-code', fault('expired-code'))
    switches.strike('expired-code')
    expect(switches.fault('expired-code')).toMatchObject({ left: null, struck: 1 })
    switches.setFault('expired-code', undefined)
    expect(state.current.faults).toEqual([])
  })

  it('leaves the others as they are', () => {
    switches.setFault('revoked-grant', fault('revoked-grant'))
    switches.setFault('expired-code', fault('expired-code', 1))
    switches.strike('expired-code')
    expect(state.current.faults).toEqual([fault('revoked-grant')])
  })

  it('replaces its earlier form, whose strikes do not count', () => {
    switches.setFault('expired-code', fault('expired-code', 5))
    switches.strike('expired-code')
    switches.setFault('expired-code', fault('expired-code', 1))
    expect(state.current.faults).toEqual([fault('expired-code', 1)])
  })

  it('is off after all are cleared', () => {
    switches.setFault('expired-code', fault('expired-code'))
    expect(switches.setFaults([]).faults).toEqual([])
  })

  it('that is off changes nothing, so that no isolate reads the state again', () => {
    const { version } = state.current
    expect(switches.strike('expired-code').state.version).toBe(version)
  })
})

describe('A rule of automatic sign-in', () => {
  const take = (clientId = 'client') => switches.takeAutoSignIn(clientId).rule?.email

  it('without a number is used by every authorization, and the state stays the same', () => {
    state.change({ autoSignIns: [{ email: 'ada@example.com', consent: 'allow' }] })
    const { version } = state.current
    expect([take(), take()]).toEqual(['ada@example.com', 'ada@example.com'])
    expect(state.current.version).toBe(version)
  })

  it('with a number is used up, and the next one follows', () => {
    state.change({
      autoSignIns: [
        { email: 'ada@example.com', consent: 'allow', times: 2 },
        { email: 'grace@example.com', consent: 'allow', times: 1 },
      ],
    })
    expect([take(), take(), take(), take()]).toEqual([
      'ada@example.com',
      'ada@example.com',
      'grace@example.com',
      undefined,
    ])
  })
})

describe('Every change of the state', () => {
  it('has a higher version, across resets and loads, so that isolates see which one is newer', () => {
    const versions = [
      state.current,
      state.change({}),
      state.edited(),
      state.rotated(0),
      state.revoke('person:ada@example.com'),
      state.reset(),
      state.load(state.dump().dumped, state.nextEpoch()),
    ].map(({ version }) => version)
    expect(versions).toEqual(versions.toSorted((one, other) => one - other))
    expect(new Set(versions).size).toBe(versions.length)
  })

  it.each<[string, () => { configurationRevision: number }]>([
    ['an edit', () => state.edited()],
    ['a reset', () => state.reset()],
    ['a load', () => state.load(state.dump().dumped, state.nextEpoch())],
  ])('of the configuration has a higher revision: %s', (_, change) => {
    const { configurationRevision } = state.current
    expect(change().configurationRevision).toBe(configurationRevision + 1)
  })

  it('of the keys has a higher revision: a rotation and a load, but no reset, which keeps the keys', () => {
    const { keyRevision } = state.current
    expect(state.reset().keyRevision).toBe(keyRevision)
    expect(state.rotated(5)).toMatchObject({
      keyRevision: keyRevision + 1,
      lastKeyRotationAtSeconds: 5,
    })
    expect(state.load(state.dump().dumped, state.nextEpoch()).keyRevision).toBe(keyRevision + 2)
  })

  it('is stored', () => {
    const kv = memory()
    const { version } = new KeptState(kv).change({ clockOffsetSeconds: 5 })
    expect(new KeptState(kv).current).toMatchObject({ version, clockOffsetSeconds: 5 })
  })
})

describe('The clock', () => {
  it('moves by a time, or to an offset', () => {
    state.moveClock({ bySeconds: 60 })
    state.moveClock({ bySeconds: 60 })
    expect(state.current.clockOffsetSeconds).toBe(120)
    state.moveClock({ offsetSeconds: -5 })
    expect(state.current.clockOffsetSeconds).toBe(-5)
  })

  it('ends with the year 9999 (RFC 3339 5.6)', () => {
    const last = Date.parse('9999-12-31T23:59:59Z') / 1000
    const real = Math.floor(Date.now() / 1000)
    // The real clock may pass a second meanwhile.
    expect(state.moveClock({ offsetSeconds: last - real + 1 })).toBe('too-late')
    expect(state.current.clockOffsetSeconds).toBe(0)
    state.moveClock({ offsetSeconds: last - real - 10 })
    expect(state.now()).toBeGreaterThanOrEqual(last - 10)
  })
})

it('The state of an earlier version is completed', () => {
  const stored = new Map<string, unknown>([
    ['state', { epoch: 'early', clockOffsetSeconds: 5, revocations: { count: 3, entries: {} } }],
  ])
  const kv = { get: (key: string) => stored.get(key), put: () => {} } as unknown as SyncKvStorage
  expect(new KeptState(kv).current).toMatchObject({
    epoch: 'early',
    epochNumber: 0,
    clockOffsetSeconds: 5,
    faults: [],
    revocations: { count: 3, history: expect.stringMatching(/^\w{3}$/) },
  })
})
