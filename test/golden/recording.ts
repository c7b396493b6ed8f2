import { createHash } from 'node:crypto'
import type { Placeholders } from './placeholders'
import type { Exchange } from './replay'

/**
 * The recording of a scenario: requests and responses, every header by its name and value.
 *
 * A line of a body begins with `|`. A line that is broken only for readability begins with `+`, and belongs to
 * the line before. JSON without white space is marked by `json`, and is indented here.
 */
export function recordingOf(
  name: string,
  exchanges: readonly Exchange[],
  placeholders: Placeholders,
  assets: Assets,
): string {
  const parts = exchanges.map((each, index) => partOf(each, index + 1, placeholders, assets))
  return `# ${name}\n\n${parts.join('\n')}`
}

/**
 * The recorded events of a scenario, one for each line. Members are in alphabetical
 * order, because their order has no meaning. The very first, of the clock being set, is of the
 * real time still.
 */
export function eventsOf(text: string, placeholders: Placeholders): string {
  const { events } = JSON.parse(text) as { events: object[] }
  const lines = events.slice(1).map((each) => JSON.stringify(inOrder(recorded(each))))
  return `${placeholders.apply(lines.join('\n'))}\n`
}

// The recording has the parameters of the request and the headers of the response themselves.
function recorded(event: object): object {
  return { ...event, query: undefined, form: undefined, responseHeaders: undefined }
}

function inOrder(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function partOf(exchange: Exchange, number: number, placeholders: Placeholders, assets: Assets) {
  const { method, url, requestHeaders, requestBody, status, headers, body } = exchange
  const lines = [
    `=== ${number} ${method} ${url}`,
    ...requestHeaders.map(([name, value]) => `> ${name}: ${value}`),
    ...(requestBody === undefined ? [] : bodyLines(requestBody, '> ')),
    `${status}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...bodyLines(assets.takenOutOf(body)),
  ]
  const text = placeholders.apply(lines.join('\n'))
  const contents = placeholders.takeContents().map((each) => `; ${each}`)
  return [text, ...contents, ''].join('\n')
}

function bodyLines(body: string, prefix = ''): string[] {
  if (body === '') return []
  const json = indented(body)
  if (json) return [`${prefix}json`, ...json.map((line) => `${prefix}${line}`)]
  return body.split('\n').flatMap((line) => {
    const [first = '', ...more] = line.split(/(?<=>)(?=<)/)
    return [`${prefix}|${first}`, ...more.map((each) => `${prefix}+${each}`)]
  })
}

// Only if joining the parts returns the same bytes.
function indented(body: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value !== 'object' || value === null || JSON.stringify(value) !== body)
      return undefined
    return linesOf(body.length > LONGEST_BODY ? digested(value) : value)
  } catch {
    return undefined
  }
}

// A longer one (only the OpenAPI document) is recorded as the hash of each part.
const LONGEST_BODY = 100_000

function digested(value: object): object {
  const digest = (part: unknown) =>
    createHash('sha256').update(JSON.stringify(part)).digest('hex').slice(0, 32)
  const digestAll = (part: object) =>
    Object.fromEntries(Object.entries(part).map(([name, each]) => [name, digest(each)]))
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      typeof part === 'object' && part !== null ? digestAll(part) : part,
    ]),
  )
}

const LINE_LENGTH = 100

// One member for each line, if the whole value does not fit into a line.
function linesOf(value: unknown, before = '', after = ''): string[] {
  const text = `${before}${JSON.stringify(value)}${after}`
  // Whatever number a counter has come to, the lines are the same.
  const { length } = text.replaceAll(/(?<=[:,[])\d+\b/g, '0')
  if (length <= LINE_LENGTH || typeof value !== 'object' || value === null) return [text]
  const isList = Array.isArray(value)
  // workerd and Node export the members of a private key in different orders.
  const ordered = 'kty' in value && 'd' in value ? inOrder(value) : value
  const members: [string, unknown][] = Object.entries(ordered)
  const lines = members.flatMap(([name, member], index) => {
    const comma = index < members.length - 1 ? ',' : ''
    return linesOf(member, isList ? '' : `${JSON.stringify(name)}:`, comma)
  })
  const [start, end] = isList ? '[]' : '{}'
  return [`${before}${start}`, ...lines.map((line) => ` ${line}`), `${end}${after}`]
}

/** Style sheets and scripts, which many pages have in common: recorded once, by their hash. */
export class Assets {
  readonly #texts = new Map<string, string>()

  takenOutOf(body: string): string {
    return body.replace(
      /(<(style|script)\b[^>]*>)(.*?)(<\/\2>)/gs,
      (_, start: string, name: string, text: string, end: string) =>
        `${start}<${name} ${this.#nameOf(text)}>${end}`,
    )
  }

  get recording(): string {
    return [...this.#texts].map(([name, text]) => `=== ${name}\n${text}\n`).join('\n')
  }

  #nameOf(text: string): string {
    const name = createHash('sha256').update(text).digest('hex').slice(0, 8)
    this.#texts.set(name, text)
    return name
  }
}
