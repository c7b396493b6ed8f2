import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Refreshes } from '../../src/store/emulator/refreshes'

const LONGEST_MS = 150_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('The refresh of a grant', () => {
  it.each(['renewed', 'failed'] as const)(
    'that has %s tells those that wait, and the next one begins anew',
    async (outcome) => {
      const refreshes = new Refreshes()
      expect(await refreshes.begin('ada')).toBe('begun')
      const waiting = [refreshes.begin('ada'), refreshes.begin('ada')]
      refreshes.end('ada', outcome)
      expect(await Promise.all(waiting)).toEqual([outcome, outcome])
      expect(await refreshes.begin('ada')).toBe('begun')
    },
  )

  it('does not wait for that of another grant', async () => {
    const refreshes = new Refreshes()
    await refreshes.begin('ada')
    expect(await refreshes.begin('grace')).toBe('begun')
  })

  it('that never ends has failed after two and a half minutes', async () => {
    const refreshes = new Refreshes()
    await refreshes.begin('ada')
    const waiting = refreshes.begin('ada')
    vi.advanceTimersByTime(LONGEST_MS)
    expect(await waiting).toBe('failed')
    expect(await refreshes.begin('ada')).toBe('begun')
  })

  it('that has ended does not end a later one with its timer', async () => {
    const refreshes = new Refreshes()
    await refreshes.begin('ada')
    refreshes.end('ada', 'renewed')
    vi.advanceTimersByTime(LONGEST_MS / 2)
    await refreshes.begin('ada')
    vi.advanceTimersByTime(LONGEST_MS / 2)
    const waiting = refreshes.begin('ada')
    refreshes.end('ada', 'renewed')
    expect(await waiting).toBe('renewed')
  })
})
