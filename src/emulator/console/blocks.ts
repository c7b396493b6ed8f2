import { CONNECTED_PATH } from '../../account/oauth/dash-domain'
import type { Block } from '../../pages/console/connect'
import type { AppContext } from '../../request/context'
import { mcpServer } from '../urls'

/** Returns the texts to paste into each client, with this instance's addresses. */
export function clientBlocks(c: AppContext): Block[] {
  const url = mcpServer(c)
  const name = 'demo'
  return [
    {
      name: 'Claude Code',
      where: 'Run in a terminal, then use `/mcp` in Claude Code or `claude mcp login demo`.',
      text: `claude mcp add --transport http ${name} ${url}`,
    },
    {
      name: 'Codex',
      where: 'Add to ~/.codex/config.toml, then run `codex mcp login demo`.',
      text: `[mcp_servers.${name}]\nurl = "${url}"`,
    },
    {
      name: 'VS Code',
      where: 'Install it with the link, or save as .vscode/mcp.json.',
      text: json({ servers: { [name]: { type: 'http', url } } }),
      install: `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name, type: 'http', url }))}`,
    },
    {
      name: 'Cursor',
      where: 'Install it with the link, or save as .cursor/mcp.json.',
      text: json({ mcpServers: { [name]: { url } } }),
      install: cursorLink(name, { url }),
    },
    {
      name: 'mcp-remote',
      where: 'Add to the configuration of a client that starts servers as commands.',
      text: json({ mcpServers: { [name]: { command: 'npx', args: ['mcp-remote', url] } } }),
    },
    {
      name: 'MCP Inspector',
      where: 'Run in a terminal; a browser opens for the sign-in.',
      text: `MCP_AUTO_OPEN_ENABLED=true npx @modelcontextprotocol/inspector --cli ${url} --transport http --method tools/list`,
    },
  ]
}

// The link of Cursor's documentation for installing servers: the configuration is JSON in Base64.
function cursorLink(name: string, configuration: object): string {
  const query = new URLSearchParams({ name, config: btoa(JSON.stringify(configuration)) })
  return `cursor://anysphere.cursor-deeplink/mcp/install?${query}`
}

/** Returns the texts for the overview. */
export function shortBlocks(c: AppContext) {
  const [claude] = clientBlocks(c)
  return [
    { name: 'MCP server', text: mcpServer(c) },
    { name: 'Claude Code', text: claude?.text ?? '' },
    { name: 'Team domain (the issuer)', text: c.get('team').origin },
  ]
}

/** Returns the addresses of this instance. */
export function addresses(c: AppContext): { name: string; text: string; isPage?: boolean }[] {
  const { dash, team, url } = c.var
  return [
    { name: 'MCP server behind Access', text: mcpServer(c) },
    { name: 'Team domain (the issuer)', text: team.origin },
    { name: 'Signing keys', text: `${team.origin}${team.accessPath}/certs` },
    { name: 'Management API', text: `${url.origin}/client/v4` },
    { name: 'Events as they happen', text: `${url.origin}/_emulator/events?follow` },
    { name: 'A request as a person', text: `${url.origin}/whoami` },
    {
      name: 'Connected Applications of the dashboard',
      text: dash.origin + CONNECTED_PATH,
      isPage: true,
    },
  ]
}

function json(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
}
