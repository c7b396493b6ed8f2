import { streamSSE } from 'hono/streaming'
import * as z from 'zod'
import type { RecordedEvent } from '../events/event'
import { OUTCOMES } from '../events/reason'
import type { AppContext } from '../request/context'
import type { EventRange } from '../store/emulator/event-log'
import { invalidMember } from './body'

// The longest silence on a follower's connection.
const PATIENCE_MS = 15_000

// The size at which a part of the response is written.
const CHUNK_CHARACTERS = 64 * 1024

const number = z
  .string()
  .regex(/^\d{1,15}$/, 'expected a whole number')
  .transform(Number)
export const querySchema = z.strictObject({
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
 * Handles `GET /_emulator/events`: lists events, the latest last. With `?follow` it sends server-sent
 * events after number `after` (or `Last-Event-ID`), else from now on.
 *
 * @throws OAuthError `invalid_request`
 */
export async function showEvents(c: AppContext): Promise<Response> {
  const query = readQuery(c)
  if (c.req.query('follow') !== undefined) return follow(c, query)
  // With `limit` but without `after`, the newest events are listed.
  const after = query.after ?? (await beforeNewest(c, query))
  const events = found(c, query, { after })
  // Read before the response starts, so that a failure can still be a 500.
  const first = await events.next()
  return c.body(listOf(first, events), 200, { 'Content-Type': 'application/json' })
}

// The number before the newest `limit` matching events.
async function beforeNewest(c: AppContext, query: Filter): Promise<number> {
  if (query.limit === undefined) return 0
  let oldest: number | undefined
  for await (const event of found(c, query, { isNewestFirst: true })) oldest = event.number
  return oldest === undefined ? 0 : oldest - 1
}

/** Yields the matching events, at most `limit`. */
async function* found(
  c: AppContext,
  query: Filter,
  range: EventRange,
): AsyncGenerator<RecordedEvent> {
  const { kind, limit = Number.POSITIVE_INFINITY } = query
  const matches = matching(query)
  // If only the kind filters, the store can apply the limit itself.
  const { follow: _, after: __, limit: ___, kind: ____, ...others } = query
  const isByKind = Object.values(others).every((each) => each === undefined)
  let left = limit
  const pages = c.get('emulator').events.pages({
    ...range,
    ...(kind !== undefined && { kind }),
    ...(isByKind && Number.isFinite(limit) && { limit }),
  })
  for await (const page of pages) {
    for (const event of page) {
      if (!matches(event)) continue
      yield event
      if (--left === 0) return
    }
  }
}

/** Streams `{"events": [...]}` while it reads, because all events may not fit into memory. */
function listOf(
  first: IteratorResult<RecordedEvent>,
  rest: AsyncGenerator<RecordedEvent>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let next = first
  let comma = ''
  let text = '{"events":['
  return new ReadableStream({
    async pull(controller) {
      while (!next.done && text.length < CHUNK_CHARACTERS) {
        text += comma + JSON.stringify(next.value)
        comma = ','
        next = await rest.next()
      }
      controller.enqueue(encoder.encode(next.done ? `${text}]}` : text))
      text = ''
      if (next.done) controller.close()
    },
    async cancel() {
      await rest.return(undefined)
    },
  })
}

function follow(c: AppContext, query: Filter): Response {
  const { emulator } = c.var
  const matches = matching(query)
  return streamSSE(c, async (stream) => {
    const newest = await emulator.events.newestNumber()
    // A number above the newest is from another store, so following starts at the newest.
    let last = Math.min(query.after ?? newest, newest)
    // Written at once: the caller knows that no later event is missed.
    await stream.write(': following\n\n')
    while (!stream.aborted) {
      const events = await emulator.events.next(last, PATIENCE_MS)
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
  // A follower that reconnects repeats its first query; its `Last-Event-ID` is newer than `after`.
  const given = { ...c.req.query(), ...(lastEventId && { after: lastEventId }) }
  const result = querySchema.safeParse(given)
  if (result.success) return result.data
  throw invalidMember(result.error, 'the query', querySchema)
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

function namesOf(actor: string | { id: string; name?: string | undefined } | undefined) {
  return typeof actor === 'object' ? [actor.id, actor.name] : [actor]
}

function is(wanted: string | undefined, ...values: (string | undefined)[]): boolean {
  return wanted === undefined || values.includes(wanted)
}
