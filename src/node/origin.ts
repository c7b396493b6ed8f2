/** The application behind the emulator: its URL, or a function that responds. */
export type Origin = string | URL | ((request: Request) => Response | Promise<Response>)

/** The application after parsing: the demo, a server, or a function; and the path of its MCP server. */
export type ParsedOrigin =
  | { kind: 'demo'; mcpPath: string }
  | { kind: 'url'; url: string; mcpPath: string }
  | {
      kind: 'function'
      respond: (request: Request) => Response | Promise<Response>
      mcpPath: string
    }

/**
 * Parses the option `origin`.
 *
 * @throws TypeError if it is neither an HTTP URL nor a function
 */
export function parseOrigin(origin: Origin | undefined): ParsedOrigin {
  if (origin === undefined) return { kind: 'demo', mcpPath: '/mcp' }
  if (typeof origin === 'function') return { kind: 'function', respond: origin, mcpPath: '/mcp' }
  const url = URL.parse(String(origin))
  if (!url || !/^https?:$/.test(url.protocol)) {
    const guess = URL.canParse(`http://${origin}`) ? `; did you mean http://${origin}?` : ''
    throw new TypeError(`origin is ${origin}: expected an http or https URL, or a function${guess}`)
  }
  const mcpPath = url.pathname === '/' ? '/mcp' : url.pathname
  return { kind: 'url', url: url.origin, mcpPath }
}
