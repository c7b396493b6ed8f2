import { streamSSE } from 'hono/streaming'
import * as z from 'zod'
import { OUTCOMES, type RecordedEvent } from '../access/event'
import type { AppContext } from '../env'
import { OAuthError } from '../oauth/errors'

// How long a follower's connection is silent at the most.
const PATIENCE_MS = 15_000

const number = z
  .string()
  .regex(/^\d{1,15}$/, 'expected a whole number')
  .transform(Number)
const querySchema = z.strictObject({
  follow: z.string().optional(),
  kind: z.string().optional(),
  outcome: z.enum(OUTCOMES).optional(),
  /** A client's id or name. */
  client: z.string().optional(),
  /** An application's id or name. */
  application: z.string().optional(),
  email: z.string().toLowerCase().optional(),
  grant: z.string().optional(),
  ray: z.string().toLowerCase().optional(),
  after: number.optional(),
  limit: number.pipe(z.number().min(1)).optional(),
})
type Filter = z.infer<typeof querySchema>

/**
 * `GET /_emulator/events`: what happened, the latest last; with `?follow` as server-sent events, from
 * `after` (or `Last-Event-ID`) on, else from now on.
 *
 * @throws OAuthError `invalid_request`
 */
export async function showEvents(c: AppContext): Promise<Response> {
  const query = readQuery(c)
  if (c.req.query('follow') !== undefined) return follow(c, query)
  const events = (await c.get('emulator').events(query.after)).filter(matching(query))
  return c.json({ events: query.limit === undefined ? events : page(events, query) })
}

// A page after a number goes on from there; without one, the newest are asked for.
function page(events: RecordedEvent[], { after, limit = events.length }: Filter): RecordedEvent[] {
  return after === undefined ? events.slice(-limit) : events.slice(0, limit)
}

function follow(c: AppContext, query: Filter): Response {
  const { emulator } = c.var
  const matches = matching(query)
  return streamSSE(c, async (stream) => {
    let last = query.after ?? (await emulator.newestEvent())
    // At once, so that the caller knows that it is listening.
    await stream.write(': following\n\n')
    while (!stream.aborted) {
      const events = await emulator.nextEvents(last, PATIENCE_MS)
      for (const event of events.filter(matches)) {
        await stream.writeSSE({ id: String(event.number), data: JSON.stringify(event) })
      }
      last = events.at(-1)?.number ?? last
      if (events.length === 0) await stream.write(': nothing yet\n\n')
    }
  })
}

function readQuery(c: AppContext): Filter {
  const lastEventId = c.req.header('last-event-id')
  // A follower that comes back asks by the address it had, and says what it has seen since.
  const given = { ...c.req.query(), ...(lastEventId && { after: lastEventId }) }
  const result = querySchema.safeParse(given)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new OAuthError(
    'invalid_request',
    `${issue?.path.join('.') || 'the query'}: ${issue?.message}`,
  )
}

function matching(filter: Filter): (event: RecordedEvent) => boolean {
  return (event) =>
    is(filter.kind, event.kind) &&
    is(filter.outcome, event.outcome) &&
    is(filter.ray, event.rayId) &&
    is(filter.email, 'email' in event ? event.email : undefined) &&
    is(filter.grant, 'grantId' in event ? event.grantId : undefined) &&
    is(filter.client, ...namesOf('client' in event ? event.client : undefined)) &&
    is(filter.application, ...namesOf('application' in event ? event.application : undefined))
}

function namesOf(what: string | { id: string; name?: string | undefined } | undefined) {
  return typeof what === 'object' ? [what.id, what.name] : [what]
}

function is(wanted: string | undefined, ...values: (string | undefined)[]): boolean {
  return wanted === undefined || values.includes(wanted)
}
