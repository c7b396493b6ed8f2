import type { RecordedEvent } from '../../events/event'
import { eventView } from './view'

// Members that the page shows in a place of their own.
const SHOWN = new Set([
  ...['number', 'at', 'kind', 'outcome', 'why', 'change', 'rayId', 'status', 'method', 'host'],
  ...['path', 'userAgent', 'query', 'form', 'mcp', 'responseHeaders'],
])

/**
 * Returns everything that an event has, as the pages show it.
 *
 * @param all the events among which the others of the same request are
 * @param scheme `http:` or `https:`
 */
export function detailsView(event: RecordedEvent, all: RecordedEvent[], scheme: string) {
  const others = all.filter(({ rayId, number }) => rayId === event.rayId && number !== event.number)
  const members = Object.entries(event)
    .filter(([name, value]) => !SHOWN.has(name) && value !== undefined)
    .map(([name, value]) => ({ name, value: textOf(value) }))
  const view = { event: eventView(event), members, others: others.map(eventView) }
  if (!('status' in event)) return { ...view, mcp: [], query: [], form: [], responseHeaders: [] }
  const { form, host, mcp, method, path, query, responseHeaders = [], userAgent } = event
  return {
    ...view,
    requestLine: `${method} ${scheme}//${host}${path}`,
    userAgent,
    mcp: [
      ...pairOf('MCP method', mcp?.method),
      ...pairOf('MCP name', mcp?.name),
      ...pairOf('MCP protocol version', mcp?.protocolVersion),
    ],
    query: pairsOf(query),
    form: pairsOf(form),
    responseHeaders: [
      ...responseHeaders.map(([name, value]) => ({ name, value })),
      { name: 'cf-ray', value: event.rayId },
    ],
  }
}

function pairOf(name: string, value: string | undefined) {
  return value === undefined ? [] : [{ name, value }]
}

function pairsOf(values: Record<string, string> = {}) {
  return Object.entries(values).map(([name, value]) => ({ name, value }))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
