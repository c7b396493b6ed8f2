import { describe, expect, it } from 'vitest'
import type { Responses } from '../../src/emulator/responses'
import { summaryOf } from '../../src/node/summary'

type Read = { [R in 'urls' | 'settings' | 'in-effect']: Responses[`GET ${R}`] }

const LOCAL = 'http://localhost:8788'
const urlsAt = (origin: string): Read['urls'] => ({
  application: origin,
  mcp_server: `${origin}/mcp`,
  team_domain: origin,
  console: `${origin}/_emulator/`,
  api: `${origin}/client/v4`,
  issuer: origin,
  aud: 'a',
  certs: `${origin}/certs`,
  portals: [],
})
const settings: Read['settings'] = {
  origin: null,
  team_domain: LOCAL,
  applications: [{ name: 'Demo', domains: ['*'], aud: 'a' }],
  revision: '1',
}
const nothing: Read['in-effect'] = {
  clock_offset_seconds: 0,
  auto_sign_in: [],
  faults: [],
  quirks: [],
}
const summary = (changes: Partial<Read> = {}) => {
  const all: Read = { urls: urlsAt(LOCAL), settings, 'in-effect': nothing, ...changes }
  return summaryOf({
    address: LOCAL,
    mcpPath: '/tools/mcp',
    store: 'memory',
    // TypeScript cannot relate the two mapped types for a path that it does not know.
    read: async (path) => all[path] as never,
  })
}

describe('The start prints', () => {
  it('the MCP server with the path of --origin', async () => {
    expect(await summary()).toContain(`MCP server behind Access   ${LOCAL}/tools/mcp\n`)
  })

  it('its public address behind a tunnel (PUBLIC_URL), which clients need', async () => {
    const text = await summary({ urls: urlsAt('https://tunnel.example') })
    expect(text).toContain('MCP server behind Access   https://tunnel.example/tools/mcp\n')
    expect(text).toContain(`Ready on ${LOCAL}\n`)
  })

  it('the applications that a request can reach; the servers of portals are counted', async () => {
    const servers = ['One', 'Two'].map((name) => ({ name, domains: [], aud: 'b' }))
    const applications = [...settings.applications, ...servers]
    const text = await summary({ settings: { ...settings, applications } })
    expect(text).toMatch(
      /Applications of Access {5}Demo \(\*\), aud a\n +and 2 more, in the console\n/,
    )
    expect(text).not.toContain('One')
  })

  it.each([
    [LOCAL, 'curl -X DELETE http'],
    ['https://tunnel.example', 'curl -X DELETE -H "Authorization: Bearer $EMULATOR_TOKEN" http'],
  ])('what the last run left, with the command that clears it at %s', async (origin, command) => {
    const left = { ...nothing, clock_offset_seconds: 10_800, faults: ['error' as const] }
    const text = await summary({ urls: urlsAt(origin), 'in-effect': left })
    expect(text).toContain('In effect: the clock is 3 h ahead; faults: error.')
    expect(text).toContain(`To turn all of it off: ${command}`)
  })

  it('a warning for each reference to a missing record', async () => {
    const warnings = ['GROUPS[0] names nothing']
    const text = await summary({ settings: { ...settings, warnings } })
    expect(text).toContain('Warning: GROUPS[0] names nothing.\n')
  })
})
