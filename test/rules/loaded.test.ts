import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Edit, Seed } from '../../src/store/configuration'
import {
  configurationOf,
  loadUnlessKnown,
  recentStateOf,
  rememberState,
} from '../../src/store/emulator/loaded'
import { type EmulatorState, freshState } from '../../src/store/emulator/state'
import { KINDS } from '../../src/store/kinds'

let store: object
const state = (changes: Partial<EmulatorState> = {}) => ({ ...freshState(), ...changes })
beforeEach(() => {
  vi.useFakeTimers()
  store = {}
})
afterEach(() => vi.useRealTimers())

describe('The state of the emulator is', () => {
  it('unknown before it is read', () => {
    expect(recentStateOf(store)).toBeUndefined()
  })

  it('known for a second, in this store alone', () => {
    const known = rememberState(store, state())
    vi.setSystemTime(Date.now() + 999)
    expect(recentStateOf(store)).toBe(known)
    expect(recentStateOf({})).toBeUndefined()
    vi.setSystemTime(Date.now() + 1)
    expect(recentStateOf(store)).toBeUndefined()
  })

  it('read again if the real clock goes back', () => {
    rememberState(store, state())
    vi.setSystemTime(Date.now() - 1000)
    expect(recentStateOf(store)).toBeUndefined()
  })

  it('never replaced by an older one, whose response took longer', () => {
    const newer = rememberState(store, state({ version: 2 }))
    const older = state({ version: 1 })
    expect(rememberState(store, older)).toBe(older)
    expect(recentStateOf(store)).toBe(newer)
    const same = rememberState(store, state({ version: 2 }))
    expect(recentStateOf(store)).toBe(same)
  })
})

describe('Keys and edits are loaded once', () => {
  const load = vi.fn(async () => [] as never[])
  beforeEach(() => {
    load.mockClear()
    rememberState(store, state({ version: 1 }))
  })
  const both = async () => {
    await loadUnlessKnown(store, 'keys', load)
    await loadUnlessKnown(store, 'edits', load)
    return load.mock.calls.length
  }

  it('as long as their revisions are the same', async () => {
    expect(await both()).toBe(2)
    rememberState(store, state({ version: 2 }))
    expect(await both()).toBe(2)
  })

  it.each(['keyRevision', 'configurationRevision'] as const)('for each %s', async (name) => {
    await both()
    rememberState(store, state({ version: 2, [name]: 1 }))
    expect(await both()).toBe(3)
  })

  it('and never before the state', async () => {
    await expect(loadUnlessKnown({}, 'keys', load)).rejects.toThrow('has not been read')
  })
})

it('The configuration is computed once for each list of edits', () => {
  const collections = Object.fromEntries(KINDS.map((kind) => [kind, [] as object[]]))
  const organizations = [{ name: 'Team' }]
  const seed = { ...collections, organizations, emailLists: [], accounts: [] } as unknown as Seed
  const [none, some]: [Edit[], Edit[]] = [[], []]
  const first = configurationOf(seed, none)
  expect(configurationOf(seed, none)).toBe(first)
  expect(configurationOf(seed, some)).not.toBe(first)
})
