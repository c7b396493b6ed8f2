/**
 * The clients of docs/clients.md. A client is a command that signs in, uses an MCP server and ends, as
 * `access-oauth-emulator check` expects it.
 */
export type ClientEntry = {
  id: string
  name: string
  /** The package whose version the page names: installed here, or fetched into a temporary folder. */
  package: { from: 'here' | 'npm' | 'pypi'; name: string }
  /**
   * The arguments after `check --`, in which `{folder}` is the temporary folder. By default, the program of
   * `programs/` with the name of the id, and the URL and this folder as its arguments.
   */
  command?: string[]
  /** The work of the command, if it is not a program on the library that calls a tool six times. */
  note?: string
}

/** The clients, in the order of the page. */
export const CLIENTS: ClientEntry[] = [
  {
    id: 'mcp-sdk-1',
    name: 'MCP TypeScript SDK 1.x',
    package: { from: 'here', name: '@modelcontextprotocol/sdk' },
  },
  {
    id: 'mcp-sdk-2',
    name: 'MCP TypeScript SDK 2.x',
    package: { from: 'here', name: '@modelcontextprotocol/client' },
  },
  {
    id: 'claude-code',
    name: 'Claude Code',
    package: { from: 'npm', name: '@anthropic-ai/claude-code' },
    note: '`claude mcp add`, `list`, `login` if it says so, and `list` twice. In a terminal. No model is asked, so no tool is called.',
  },
  {
    id: 'inspector',
    name: 'MCP Inspector (CLI)',
    package: { from: 'npm', name: '@modelcontextprotocol/inspector' },
    note: '`--cli --method tools/call --tool-name whoami`, three times one after the other.',
  },
  {
    id: 'mcp-remote',
    name: 'mcp-remote',
    package: { from: 'npm', name: 'mcp-remote' },
    note: 'Started by an MCP client over stdio, which calls a tool six times.',
  },
  {
    id: 'agents',
    name: "The agents SDK's client",
    package: { from: 'npm', name: 'agents' },
    note: 'Its `DurableObjectOAuthClientProvider` with the MCP SDK that it depends on, in Node, with the storage in a file.',
  },
  {
    id: 'openid-client',
    name: 'openid-client',
    package: { from: 'here', name: 'openid-client' },
    note: 'A program that finds the issuer in the protected resource metadata itself. It does not handle an unknown client, another issuer or step-up, which the library leaves to it.',
  },
  {
    id: 'oauth4webapi',
    name: 'oauth4webapi',
    package: { from: 'here', name: 'oauth4webapi' },
    note: 'The same program on this library, which it is built on.',
  },
  {
    id: 'fastmcp',
    name: 'FastMCP (Python)',
    package: { from: 'pypi', name: 'fastmcp' },
    command: ['{folder}/bin/python', 'clients/programs/fastmcp_client.py', '{url}'],
    note: '`fastmcp.Client` with `OAuth`, its tokens in a folder.',
  },
]
