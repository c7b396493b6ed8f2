import type { RecordedEvent } from '../../src/access/event'

/** An event with what a test does not care about; the rest is told by the test. */
export type Sketch = { kind: string; at?: string; ray?: string } & Record<string, unknown>

/** Events in the order of what happened, numbered from 1; each of a request of its own unless told. */
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
        // A sketch has the members of its kind; no test gets that wrong and passes.
      }) as unknown as RecordedEvent,
  )
}

const OCCURRENCES = ['control', 'fault', 'access request', 'signed in', 'application opened']

function isOfRequest(kind: string): boolean {
  return !OCCURRENCES.includes(kind)
}
