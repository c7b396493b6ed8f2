import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ACCOUNT, api } from '../support/api'
import { emulator, stopClock } from '../support/emulator'
import { upstreams } from '../support/upstreams'

stopClock()
const world = emulator()
const cloudflare = api(world.fetch)
beforeEach(async () => {
  upstreams({ docs: (server) => server.registerTool('search', {}, () => ({ content: [] })) })
  await world.reset()
})
afterEach(() => vi.restoreAllMocks())

const EVERYONE = { include: [{ everyone: {} }] }
const SERVER = {
  id: 'docs',
  name: 'Docs',
  hostname: 'https://docs.example.net/mcp',
  auth_type: 'unauthenticated',
}
const OIDC = {
  name: 'OIDC',
  type: 'oidc',
  config: {
    ...{ client_id: 'client', client_secret: 'secret', auth_url: 'https://id.example/authorize' },
    ...{ token_url: 'https://id.example/token', certs_url: 'https://id.example/certs' },
  },
}

type Changed = 'updated_at' | 'modified_at'
type Members = Record<string, unknown>
it.each<[what: string, path: string, members: Members, changed?: Changed]>([
  ['an application', 'access/apps', { name: 'A', domain: 'a.example.com' }],
  ['a reusable policy', 'access/policies', { name: 'P', decision: 'allow', ...EVERYONE }],
  ['a group', 'access/groups', { name: 'Staff', ...EVERYONE }],
  ['a service token', 'access/service_tokens', { name: 'CI' }],
  ['an identity provider', 'access/identity_providers', OIDC],
  ['a user population', 'access/user_populations', { name: 'Customers' }],
  ['an MCP server', 'access/ai-controls/mcp/servers', SERVER, 'modified_at'],
  [
    'an MCP portal',
    'access/ai-controls/mcp/portals',
    { id: 'tools', name: 'Tools', hostname: 'tools.example.com' },
    'modified_at',
  ],
])('A PUT of %s keeps created_at and moves the time of its last change', async (...given) => {
  const [, path, members, changed = 'updated_at'] = given
  const created = (await cloudflare.post(`${ACCOUNT}/${path}`, members)).body.result
  const at = String(created.created_at)
  expect(created[changed]).toBe(at)
  await world.advance('1h')

  await cloudflare.put(`${ACCOUNT}/${path}/${created.id}`, { ...members, id: undefined })

  const { result } = (await cloudflare.get(`${ACCOUNT}/${path}/${created.id}`)).body
  expect(result.created_at).toBe(at)
  expect(Date.parse(String(result[changed])) - Date.parse(at)).toBe(3_600_000)
})
