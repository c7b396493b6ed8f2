import type { Exchange } from './replay'
import type { Placeholders } from './placeholders'

/**
 * The recording of a scenario: requests and responses, every header by its name and value.
 *
 * A line of a body begins with `|`. What is broken up only to be read begins with `+`, and belongs to
 * the line before. JSON without white space is told by `json`, and is indented here.
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
  const text = lines.map((line) => placeholders.apply(line)).join('\n')
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

// Only what says the same byte for byte when it is put together again.
function indented(body: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value !== 'object' || JSON.stringify(value) !== body) return undefined
    return JSON.stringify(value, null, 1).split('\n')
  } catch {
    return undefined
  }
}

/** Style sheets and scripts, which many pages have in common: recorded once, by their number. */
export class Assets {
  readonly #texts: string[] = []

  takenOutOf(body: string): string {
    return body.replace(
      /(<(style|script)\b[^>]*>)(.*?)(<\/\2>)/gs,
      (_, start: string, name: string, text: string, end: string) =>
        `${start}<${name} ${this.#numberOf(text)}>${end}`,
    )
  }

  get recording(): string {
    return this.#texts.map((text, index) => `=== ${index + 1}\n${text}\n`).join('\n')
  }

  #numberOf(text: string): number {
    const index = this.#texts.indexOf(text)
    return index < 0 ? this.#texts.push(text) : index + 1
  }
}
