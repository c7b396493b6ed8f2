import type { RecordedEvent } from './event'
import { HIDDEN } from './shown'

// A variable of the shell, until `word` has quoted the text around it.
const variable = (name: string) => `\0${name.toUpperCase().replaceAll(/\W/g, '_')}\0`
const known = (value: string) => value !== HIDDEN

const BEARER = [`Authorization: Bearer ${variable('ACCESS_TOKEN')}`]
const SERVICE_TOKEN = [
  `CF-Access-Client-Id: ${variable('CLIENT_ID')}`,
  `CF-Access-Client-Secret: ${variable('CLIENT_SECRET')}`,
]

type Request = Extract<RecordedEvent, { status: number }>

/**
 * Returns a curl command that repeats the request of an event. Values that the event does not have are shell
 * variables, such as `$ACCESS_TOKEN`.
 *
 * @param scheme `http:` or `https:`
 */
export function curlOf(event: RecordedEvent, scheme: string): string | undefined {
  if (!('status' in event)) return undefined
  const { form = {}, host, method, path, query = {}, userAgent } = event
  const pairs = Object.entries(query).map(
    ([name, value]) =>
      `${encodeURIComponent(name)}=${known(value) ? encodeURIComponent(value) : variable(name)}`,
  )
  const search = pairs.length > 0 ? `?${pairs.join('&')}` : ''
  return [
    `curl -i${method === 'GET' ? '' : ` -X ${word(method)}`} ${word(`${scheme}//${host}${path}${search}`)}`,
    ...(userAgent ? [`-H ${word(`User-Agent: ${userAgent}`)}`] : []),
    ...credentialOf(event).map((header) => `-H ${word(header)}`),
    ...Object.entries(form).map(
      ([name, value]) =>
        `--data-urlencode ${word(`${name}=${known(value) ? value : variable(name)}`)}`,
    ),
    ...(method === 'POST' ? mcpBodyOf(event) : []),
  ].join(' \\\n  ')
}

function credentialOf(event: Request): string[] {
  if (event.kind === 'admission') {
    if (event.by === 'application-token')
      return [`Cookie: CF_Authorization=${variable('CF_AUTHORIZATION')}`]
    if (event.by === 'service-token') return SERVICE_TOKEN
    return event.by === 'access-token' ? BEARER : []
  }
  if (event.kind !== 'challenge' || !event.credential) return []
  if (event.credential === 'service-token') return SERVICE_TOKEN
  return /access-token|bearer/.test(event.credential) ? BEARER : []
}

function mcpBodyOf({ mcp }: Request): string[] {
  if (!mcp) return []
  const { method, name } = mcp
  const body = { jsonrpc: '2.0', id: 1, method, ...(name && { params: { name } }) }
  return [
    `-H 'Accept: application/json, text/event-stream'`,
    `--json ${word(JSON.stringify(body))}`,
  ]
}

// A word of the shell, in which only variables are replaced. The text is from requests.
function word(text: string): string {
  const parts = text.split(/\0(\w+)\0/)
  return parts
    .map((part, at) => (at % 2 ? `"$${part}"` : part && `'${part.replaceAll("'", `'\\''`)}'`))
    .join('')
}

/** Returns an event as Markdown, for an issue or a chat. */
export function markdownOf(event: RecordedEvent): string {
  const { at, change, kind, number, outcome, rayId, rule, why } = event
  const request = 'status' in event ? requestOf(event) : undefined
  const json = JSON.stringify(event, undefined, 2)
  return [
    `### Event ${number}: ${kind}, ${outcome}`,
    ...(request ? [request] : []),
    why,
    ...(change ? [`**Change:** ${change}`] : []),
    [...(rule ? [`Rule: ${code(rule)}`] : []), `Cf-Ray: ${code(rayId)}`, `Time: ${at}`].join(', '),
    ['```json', json.replaceAll('`', '\\u0060'), '```'].join('\n'),
  ].join('\n\n')
}

function requestOf({ host, mcp, method, path, status }: Request): string {
  const call = mcp ? ` (${[mcp.method, mcp.name].filter(Boolean).join(' ')})` : ''
  return `${code(`${method} ${host}${path}`)}${call}: ${status}`
}

function code(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``
}
