import type { AppContext } from '../../request/context'

/** What to paste into each client, filled with this instance's addresses. */
export function clientBlocks(c: AppContext) {
  const url = mcpUrl(c)
  const name = 'demo'
  return [
    {
      name: 'Claude Code',
      where: 'In a terminal; then `/mcp` inside Claude Code, or `claude mcp login demo`.',
      text: `claude mcp add --transport http ${name} ${url}`,
    },
    {
      name: 'Codex',
      where: '~/.codex/config.toml; then `codex mcp login demo`.',
      text: `[mcp_servers.${name}]\nurl = "${url}"`,
    },
    {
      name: 'curl',
      where: 'The 401 that starts it all.',
      text: `curl -i ${url}`,
    },
    {
      name: 'VS Code',
      where: '.vscode/mcp.json',
      text: json({ servers: { [name]: { type: 'http', url } } }),
    },
    { name: 'Cursor', where: '.cursor/mcp.json', text: json({ mcpServers: { [name]: { url } } }) },
    {
      name: 'mcp-remote',
      where: 'The configuration of a client that starts servers as commands.',
      text: json({ mcpServers: { [name]: { command: 'npx', args: ['mcp-remote', url] } } }),
    },
    {
      name: 'MCP Inspector',
      where: 'In a terminal; a browser opens to sign in.',
      text: `MCP_AUTO_OPEN_ENABLED=true npx @modelcontextprotocol/inspector --cli ${url} --transport http --method tools/list`,
    },
    {
      name: 'A test',
      where: 'Automatic sign-in, so that no page is in the way; then the clock.',
      text: [
        `curl -X PUT ${c.get('url').origin}/_emulator/auto-sign-in --json '{"email":"ada@example.com"}'`,
        `curl -X PATCH ${c.get('url').origin}/_emulator/clock --json '{"advance":"16m"}'`,
      ].join('\n'),
    },
  ]
}

/** The few that are at hand on every page. */
export function shortBlocks(c: AppContext) {
  const [claude] = clientBlocks(c)
  return [
    { name: 'MCP server', text: mcpUrl(c) },
    { name: 'Claude Code', text: claude?.text ?? '' },
    { name: 'Team domain (the issuer)', text: c.get('team').origin },
  ]
}

/** Where everything is. */
export function addresses(c: AppContext) {
  const { team, url } = c.var
  return [
    { name: 'MCP server behind Access', text: mcpUrl(c) },
    { name: 'Team domain (the issuer)', text: team.origin },
    { name: 'Signing keys', text: `${team.origin}${team.accessPath}/certs` },
    { name: 'Management API', text: `${url.origin}/client/v4` },
    { name: 'Events as they happen', text: `${url.origin}/_emulator/events?follow` },
    { name: 'A request as a person', text: `${url.origin}/whoami` },
  ]
}

function mcpUrl({ var: { url } }: AppContext): string {
  return `${url.origin}/mcp`
}

function json(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
}
