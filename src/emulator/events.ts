import { streamSSE } from 'hono/streaming'
import * as z from 'zod'
import type { RecordedEvent } from '../events/event'
import { OUTCOMES } from '../events/reason'
import { OAuthError } from '../oauth/errors'
import type { AppContext } from '../request/context'
import type { EventRange } from '../store/emulator/event-log'

// How long a follower's connection is silent at the most.
const PATIENCE_MS = 15_000

// Of the answer, written at once.
const CHUNK_CHARACTERS = 64 * 1024

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
  // A page after a number goes on from there; without one, the newest are asked for.
  const after = query.after ?? (await beforeNewest(c, query))
  const events = found(c, query, { after })
  // Read before it is answered, so that a failure is one.
  const first = await events.next()
  return c.body(listOf(first, events), 200, { 'Content-Type': 'application/json' })
}

// The number that as many events come after as are asked for.
async function beforeNewest(c: AppContext, query: Filter): Promise<number> {
  if (query.limit === undefined) return 0
  let oldest: number | undefined
  for await (const event of found(c, query, { isNewestFirst: true })) oldest = event.number
  return oldest === undefined ? 0 : oldest - 1
}

/** Those that match, as many as are asked for. */
async function* found(
  c: AppContext,
  query: Filter,
  range: EventRange,
): AsyncGenerator<RecordedEvent> {
  const { kind, limit = Number.POSITIVE_INFINITY } = query
  const matches = matching(query)
  // Where nothing but the kind is asked for, no more are read than are told.
  const { follow: _, after: __, limit: ___, kind: ____, ...others } = query
  const isByKind = Object.values(others).every((each) => each === undefined)
  let left = limit
  const pages = c.get('emulator').eventPages({
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

/** `{"events": [...]}`, written as it is read: all of them may be more than can be held at once. */
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
    const newest = await emulator.newestEvent()
    // Numbers go on for good, so a higher one is of another store: what comes next comes after it.
    let last = Math.min(query.after ?? newest, newest)
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
