import { ProtocolError } from '@modelcontextprotocol/server'
import type { Exposed } from '../mcp/curation'
import type { Definition } from '../mcp/override'
import { codeName, type Presentation } from '../mcp/presentation'
import { parseToolPattern } from '../mcp/tool-pattern'
import type { AppContext } from '../request/context'
import type { PortalCaller } from './caller'
import { callUpstream } from './calls'
import type { Exchange } from './elicitation'
import { failedResult, textResult } from './result'

// Assumed: the names of the arguments, the descriptions and the schemas.
const QUERY_TOOLS = {
  name: 'portal_query_tools',
  description: 'Returns the full definitions of the tools whose name or description matches.',
  inputSchema: {
    type: 'object',
    properties: { pattern: { type: 'string', description: 'A regular expression.' } },
    required: ['pattern'],
  },
}
const EXECUTE = {
  name: 'portal_execute',
  description: 'Calls a tool by its name.',
  inputSchema: {
    type: 'object',
    properties: { name: { type: 'string' }, arguments: { type: 'object' } },
    required: ['name'],
  },
}
const CODE = {
  type: 'object',
  properties: { code: { type: 'string', description: 'An async arrow function in JavaScript.' } },
  required: ['code'],
}

/**
 * Returns the tools after those that every portal has.
 *
 * Portal: documented [MP51-MP53]. The descriptions of the Code Mode pair name the connected servers.
 */
export function presentedTools(presentation: Presentation, tools: Exposed[]): Definition[] {
  switch (presentation) {
    case 'plain':
      return tools.map(({ definition }) => definition)
    case 'minimized':
      return [QUERY_TOOLS, ...tools.map(({ name }) => ({ name, inputSchema: { type: 'object' } }))]
    case 'searched':
      return [QUERY_TOOLS, EXECUTE]
    case 'code': {
      const servers = [...new Set(tools.map(({ server }) => server.name))].join(', ')
      return [
        {
          name: 'portal_codemode_search',
          description: `Searches the tools of ${servers} with codemode.tools().`,
          inputSchema: CODE,
        },
        {
          name: 'portal_codemode_execute',
          description: `Calls the tools of ${servers} as functions of codemode.`,
          inputSchema: CODE,
        },
      ]
    }
  }
}

/** A call of a tool by the name that the client sent. */
type ToolCall = { name: string; given: Record<string, unknown>; exchange: Exchange }

/**
 * Calls a tool that only one form of the tools has; undefined if the name is none of them.
 *
 * @param tools the tools that the caller sees, so that no other can be found or called [MP54]
 */
export async function callPresented(
  c: AppContext,
  caller: PortalCaller,
  presentation: Presentation,
  tools: Exposed[],
  { name, given, exchange }: ToolCall,
) {
  if (!presentedTools(presentation, []).some((each) => each.name === name)) return undefined
  switch (name) {
    case 'portal_query_tools':
      return queried(tools, given.pattern)
    case 'portal_execute': {
      const tool = tools.find((each) => each.name === given.name)
      if (!tool) throw new ProtocolError(-32602, `Tool ${String(given.name)} not found`)
      return callUpstream(c, caller, tool, { given: objectOf(given.arguments), exchange })
    }
    case 'portal_codemode_search':
      return textResult(cut(JSON.stringify(tools.map(searchable), null, 2)))
    case 'portal_codemode_execute':
      return failedResult(
        'Error: Code Mode is not available here: the emulator never runs code of a client.',
      )
    default:
      return undefined
  }
}

function queried(tools: Exposed[], given: unknown) {
  const pattern = parseToolPattern(given)
  if (pattern.problem !== undefined) return failedResult(pattern.problem)
  const found = tools.filter(
    ({ definition, name }) =>
      pattern.matches(name) || pattern.matches(String(definition.description ?? '')),
  )
  return textResult(
    JSON.stringify(
      found.map(({ definition }) => definition),
      null,
      2,
    ),
  )
}

function searchable({ definition, name }: Exposed) {
  const { description, inputSchema } = definition
  return { name: codeName(name), description, inputSchema }
}

// Cloudflare's library cuts at about 6,000 tokens.
const MOST_CHARACTERS = 24_000

function cut(content: string): string {
  return content.length > MOST_CHARACTERS ? `${content.slice(0, MOST_CHARACTERS)}...` : content
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
