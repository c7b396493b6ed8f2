/** The limits of KV. The errors have the texts of the real KV. */

const LONGEST_KEY_BYTES = 512
const LONGEST_METADATA_BYTES = 1024
const LONGEST_VALUE_BYTES = 25 * 1024 * 1024
const SHORTEST_TTL_SECONDS = 60
const LARGEST_INT = 2 ** 31 - 1
const LONGEST_PAGE = 1000

type Operation = 'GET' | 'PUT' | 'DELETE'

/**
 * Returns a valid key.
 *
 * @throws TypeError, or Error with the status of KV's own response
 */
export function keyFor(operation: Operation, key: string): string {
  if (key === '') throw new TypeError('Key name cannot be empty.')
  if (key === '.' || key === '..') throw new TypeError(`"${key}" is not allowed as a key name.`)
  const bytes = Buffer.byteLength(key)
  if (bytes <= LONGEST_KEY_BYTES) return key
  const limit = `key length limit of ${LONGEST_KEY_BYTES}`
  throw refused(operation, 414, `UTF-8 encoded length of ${bytes} exceeds ${limit}.`)
}

/** Returns a value in the form in which it is stored. */
export function storable(value: unknown): string | ArrayBuffer {
  if (typeof value === 'object' || typeof value === 'function') {
    return requireLength(bytesOf(value), (bytes) => bytes.byteLength)
  }
  return requireLength(String(value), Buffer.byteLength)
}

/** Returns a stored value in the requested type. */
export function readAs(
  stored: string | Uint8Array,
  type: 'text' | 'json' | 'arrayBuffer',
): unknown {
  const text = () => (typeof stored === 'string' ? stored : new TextDecoder().decode(stored))
  switch (type) {
    case 'text':
      return text()
    case 'json':
      return JSON.parse(text())
    case 'arrayBuffer':
      return typeof stored === 'string'
        ? new TextEncoder().encode(stored).buffer
        : stored.slice().buffer
    default:
      throw new TypeError(
        'Unknown response type. Possible types are "text", "arrayBuffer", "json", and "stream".',
      )
  }
}

export function metadataOf(metadata: unknown): string | null {
  if (metadata === undefined || metadata === null) return null
  const json = JSON.stringify(metadata)
  const bytes = Buffer.byteLength(json)
  if (bytes <= LONGEST_METADATA_BYTES) return json
  throw refused(
    'PUT',
    413,
    `Metadata length of ${bytes} exceeds limit of ${LONGEST_METADATA_BYTES}.`,
  )
}

/** Returns when a record expires, in seconds since 1970; null if it never does. */
export function untilOf(
  { expiration, expirationTtl }: { expiration?: number; expirationTtl?: number },
  now: number,
): number | null {
  if (expirationTtl !== undefined) {
    const seconds = wholeNumber(expirationTtl)
    const what = `Invalid expiration_ttl of ${seconds}.`
    if (seconds <= 0) throw refused('PUT', 400, `${what} Please specify integer greater than 0.`)
    if (seconds >= SHORTEST_TTL_SECONDS) return now + seconds
    throw refused('PUT', 400, `${what} Expiration TTL must be at least ${SHORTEST_TTL_SECONDS}.`)
  }
  if (expiration === undefined) return null
  const at = wholeNumber(expiration)
  const what = `Invalid expiration of ${at}.`
  const since = 'greater than the current number of seconds since the UNIX epoch.'
  if (at <= now) throw refused('PUT', 400, `${what} Please specify integer ${since}`)
  if (at >= now + SHORTEST_TTL_SECONDS) return at
  const soon = `Expiration times must be at least ${SHORTEST_TTL_SECONDS} seconds in the future.`
  throw refused('PUT', 400, `${what} ${soon}`)
}

/** Returns the largest number of records on a page. */
export function limitOf(limit: number | undefined): number {
  if (limit === undefined || limit <= 0) return LONGEST_PAGE
  if (limit <= LONGEST_PAGE) return limit
  const most = `Please specify an integer less than ${LONGEST_PAGE}.`
  throw refused('GET', 400, `Invalid key_count_limit of ${limit}. ${most}`)
}

export function cursorOf(name: string): string {
  return Buffer.from(name).toString('base64')
}

/** Returns the name after which a page begins. */
export function nameAt(cursor: string | null | undefined): string {
  return Buffer.from(cursor ?? '', 'base64').toString()
}

function bytesOf(value: unknown): ArrayBuffer {
  if (value instanceof ArrayBuffer) return value
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice().buffer
  }
  throw new TypeError(
    'KV put() accepts only strings, ArrayBuffers, ArrayBufferViews, and ReadableStreams as values.',
  )
}

function requireLength<T>(value: T, lengthOf: (value: T) => number): T {
  const length = lengthOf(value)
  if (length <= LONGEST_VALUE_BYTES) return value
  throw refused('PUT', 413, `Value length of ${length} exceeds limit of ${LONGEST_VALUE_BYTES}.`)
}

// The binding accepts 32-bit integers; NaN becomes 0.
function wholeNumber(given: number): number {
  if (Math.abs(given) <= LARGEST_INT) return Math.trunc(given)
  if (Number.isNaN(given)) return 0
  const range = `between ${-LARGEST_INT - 1} and ${LARGEST_INT}`
  throw new TypeError(`Value out of range. Must be ${range} (inclusive).`)
}

function refused(operation: Operation, status: number, why: string): Error {
  return new Error(`KV ${operation} failed: ${status} ${why}`)
}
