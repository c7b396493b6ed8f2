import { expect } from 'vitest'
import type { RecordedEvent } from '../../src/events/event'
import type { Fetch } from './client'
import { APP } from './emulator'

/** An event as read over HTTP. */
export type Told = Pick<RecordedEvent, 'kind' | 'outcome' | 'rule' | 'why' | 'change'> &
  Pick<RecordedEvent, 'number' | 'rayId' | 'at'> &
  Record<string, unknown>

/** `GET /_emulator/events` with a query, and the emulator's other switches. */
export function observer(fetch: Fetch) {
  const control = (method: string, path: string, body?: unknown) =>
    fetch(`${APP}/_emulator/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  const events = async (query: Record<string, string> = {}): Promise<Told[]> => {
    const response = await control('GET', `events?${new URLSearchParams(query)}`)
    if (!response.ok) throw new Error(await response.text())
    return ((await response.json()) as { events: Told[] }).events
  }
  /** The events of the request with this response, of one kind. */
  const eventsOf = (answer: { headers: Headers }, kind?: string) =>
    events({ ray: answer.headers.get('cf-ray') ?? 'none', ...(kind && { kind }) })
  return {
    control,
    events,
    eventsOf,
    /** The only event of this kind of the request with this response. */
    async eventOf(answer: { headers: Headers }, kind: string): Promise<Told> {
      const [event, ...others] = await eventsOf(answer, kind)
      expect(others).toEqual([])
      if (!event) throw new Error(`no ${kind} in ${JSON.stringify(await eventsOf(answer))}`)
      return event
    },
    quirk: (name: string, on = true) => control('PUT', `quirks/${name}`, { on }),
    fault: (name: string, parameters: object = {}) => control('PUT', `faults/${name}`, parameters),
  }
}
