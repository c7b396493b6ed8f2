import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ReportedEvent } from '../../src/events/event'
import { addEvent, handOverEvents, type Receiver } from '../../src/store/emulator/event-batch'

type Numbered = ReportedEvent & { n: number }
const event = (n: number) => ({ kind: 'reset', n }) as unknown as ReportedEvent
const numbers = (events: readonly ReportedEvent[]) => events.map((each) => (each as Numbered).n)

let store: object
let kept: number[][]
let printed: number[]
let isFull: boolean
let receiver: Receiver
let promises: Promise<unknown>[]
const context = { waitUntil: (promise: Promise<unknown>) => void promises.push(promise) }
const add = (...all: number[]) => {
  for (const n of all) addEvent(store, context, event(n), receiver)
}
const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => from + index)

beforeEach(() => {
  vi.useFakeTimers()
  store = {}
  kept = []
  printed = []
  promises = []
  isFull = false
  receiver = {
    keep: async (events) => {
      if (isFull) throw new Error('full')
      kept.push(numbers(events))
    },
    print: (events) => void printed.push(...numbers(events)),
  }
})
afterEach(() => vi.useRealTimers())

describe('Events are recorded together, a tenth of a second after the first of them', () => {
  it('in their order', async () => {
    add(1, 2)
    await vi.advanceTimersByTimeAsync(99)
    add(3)
    expect(kept).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(kept).toEqual([[1, 2, 3]])
    expect(promises).toHaveLength(1)
  })

  it('and those that follow, with the next', async () => {
    add(1)
    await vi.advanceTimersByTimeAsync(100)
    add(2)
    await vi.advanceTimersByTimeAsync(100)
    expect(kept).toEqual([[1], [2]])
  })

  it('or at once for a reader', async () => {
    add(1)
    await handOverEvents(store, receiver)
    expect(kept).toEqual([[1]])
    await vi.advanceTimersByTimeAsync(100)
    expect(kept).toEqual([[1]])
  })

  it('at most a hundred in one call', async () => {
    add(...range(0, 101))
    await handOverEvents(store, receiver)
    expect(kept.map(({ length }) => length)).toEqual([100, 1])
  })

  it('and stores do not mix', async () => {
    add(1)
    await handOverEvents({}, receiver)
    expect(kept).toEqual([])
  })

  it('by a later request if the first one was aborted', async () => {
    const never = { waitUntil: () => vi.clearAllTimers() }
    addEvent(store, never, event(1), receiver)
    vi.setSystemTime(Date.now() + 999)
    add(2)
    expect(promises).toEqual([])
    vi.setSystemTime(Date.now() + 1)
    add(3)
    await vi.advanceTimersByTimeAsync(100)
    expect(kept).toEqual([[1, 2, 3]])
  })
})

describe('Events that cannot be recorded', () => {
  const fail = () => expect(handOverEvents(store, receiver)).rejects.toThrow('full')

  it('are recorded later, and printed once', async () => {
    isFull = true
    add(1, 2)
    await fail()
    add(3)
    await fail()
    expect(printed).toEqual([1, 2, 3])
    isFull = false
    add(4)
    await handOverEvents(store, receiver)
    expect(kept).toEqual([[1, 2, 3, 4]])
    expect(printed).toEqual([1, 2, 3, 4])
  })

  it('are printed once, also if the first hundred of them are recorded', async () => {
    isFull = true
    add(...range(0, 50))
    await fail()
    isFull = false
    add(...range(50, 150))
    await handOverEvents(store, receiver)
    expect(printed).toEqual(range(0, 150))
    expect(kept.flat()).toEqual(range(0, 150))
  })

  it('are dropped beyond ten thousand, the oldest first, with a warning', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    isFull = true
    add(...range(0, 10_000))
    await fail()
    expect(warn).not.toHaveBeenCalled()
    add(10_000, 10_001)
    await fail()
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^2 events /))
    isFull = false
    await handOverEvents(store, receiver)
    expect(kept.flat()).toEqual(range(2, 10_002))
    expect(printed).toEqual(range(0, 10_002))
    warn.mockRestore()
  })
})
