import type { RecordedEvent } from '../../src/events/event'

/** The members of an event that a test gives; the others have defaults. */
export type Sketch = { kind: string; at?: string; ray?: string } & Record<string, unknown>

/** Events in their order, numbered from 1; each of another request unless `ray` is given. */
export function recorded(...sketches: Sketch[]): RecordedEvent[] {
  return sketches.map(
    ({ ray, ...sketch }, index) =>
      ({
        ...(isOfRequest(sketch.kind) && { method: 'GET', host: 'app', path: '/', status: 200 }),
        outcome: 'allowed',
        why: 'It is so.',
        at: '2026-11-01T12:00:00Z',
        rayId: ray ?? `ray-${index + 1}`,
        number: index + 1,
        ...sketch,
        // A sketch has the members of its kind; a test with other members would fail.
      }) as unknown as RecordedEvent,
  )
}

const OCCURRENCES = ['control', 'fault', 'access-request', 'signed-in', 'application-opened']

function isOfRequest(kind: string): boolean {
  return !OCCURRENCES.includes(kind)
}
