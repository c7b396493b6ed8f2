/** A message to an MCP server, as far as it can be seen without reading the whole body. */
export type McpCall = {
  /** `tools/call`, `initialize`. */
  method: string
  /** The tool, prompt or resource. */
  name?: string | undefined
  protocolVersion?: string | undefined
}

const LONGEST = 200

/** Returns the call that the headers of MCP 2026-07-28 name; undefined without `Mcp-Method`. */
export function mcpOfHeaders(headers: Headers): McpCall | undefined {
  const method = headers.get('mcp-method')
  if (!method) return undefined
  const name = headers.get('mcp-name')
  return callOf(method, name ?? undefined, protocolVersionOf(headers))
}

/**
 * Returns the call that a JSON-RPC body contains; undefined if the beginning names no method. Of a batch,
 * the first message counts.
 *
 * @param start the beginning of the body, which may end anywhere
 */
export function mcpOfBody(start: string, headers: Headers): McpCall | undefined {
  const values = stringsOf(start)
  const method = values.get('method')
  // The end of a long body, which may have `jsonrpc`, is not seen. `Accept` has the event stream then.
  const isMcp = values.has('jsonrpc') || headers.get('accept')?.includes('text/event-stream')
  if (!method || !isMcp) return undefined
  const name = values.get('params.name') ?? values.get('params.uri')
  return callOf(method, name, protocolVersionOf(headers) ?? values.get('params.protocolVersion'))
}

function protocolVersionOf(headers: Headers): string | undefined {
  return headers.get('mcp-protocol-version') ?? undefined
}

function callOf(method: string, name: string | undefined, protocolVersion: string | undefined) {
  return {
    method: method.slice(0, LONGEST),
    ...(name && { name: name.slice(0, LONGEST) }),
    ...(protocolVersion && { protocolVersion: protocolVersion.slice(0, LONGEST) }),
  }
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g

/** Returns the strings of a JSON text by their path, such as `params.name`; of each path, the first. */
function stringsOf(text: string): Map<string, string> {
  const found = new Map<string, string>()
  const keys: string[] = []
  const tokens = text.match(TOKEN) ?? []
  for (const [at, token] of tokens.entries()) {
    if (token === '{') keys.push('')
    else if (token === '[') keys.push('#')
    else if (token === '}' || token === ']') keys.pop()
    else if (!token.startsWith('"')) continue
    else if (tokens[at + 1] === ':') keys.splice(-1, 1, unquoted(token))
    else {
      const path = keys.join('.').replace(/^#\./, '')
      if (!found.has(path)) found.set(path, unquoted(token))
    }
  }
  return found
}

function unquoted(token: string): string {
  try {
    return String(JSON.parse(token))
  } catch {
    // Not JSON: an unknown escape, or a control character.
    return token.slice(1, -1)
  }
}
