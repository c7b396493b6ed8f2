import { describe, expect, it } from 'vitest'
import { ADA, APP, emulator, GRACE, stopClock } from '../support/emulator'
import { UpstreamOAuth } from '../support/oauth-upstream'
import {
  connectToPortal,
  ENDPOINT,
  onlyFor,
  PortalAdmin,
  PortalClient,
  personOf,
  useUpstreams,
} from '../support/portal'
import type { TestUpstream } from '../support/upstreams'

stopClock()

const { fetch, reset, signIn, events } = emulator()
const admin = new PortalAdmin(fetch)

const upstream = useUpstreams(reset, 'docs', 'mail', 'a', 'b')

async function tokenOf(who: { email: string }): Promise<string> {
  await signIn(who)
  return (await connectToPortal(fetch)).access_token
}

const MODES = [
  ['', 'off'],
  ['?optimize_context=minimize_tools', 'off'],
  ['?optimize_context=search_and_execute', 'off'],
  ['?codemode=search_and_execute', 'opt_in'],
  ['', 'enforced'],
] as const
// Every way to a tool that a portal has.
const waysTo = (name: string): [string, object][] => [
  [name, {}],
  ['portal_execute', { name, arguments: {} }],
  ['portal_codemode_execute', { code: `async () => codemode.${name}({})` }],
  ['portal_query_tools', { pattern: name }],
  ['portal_codemode_search', { code: 'async () => codemode.tools()' }],
]

describe('A tool that a person must not have costs its server no request', () => {
  it.each(MODES)('with the query "%s" and the Code Mode %s', async (query, code_mode) => {
    await admin.server('docs')
    await admin.server('mail', {}, [onlyFor(ADA.email)])
    const disabled = { updated_tools: [{ name: 'read', enabled: false }] }
    await admin.portal([{ server_id: 'docs', ...disabled }, { server_id: 'mail' }], { code_mode })
    const [ada, grace] = [await tokenOf(ADA), await tokenOf(GRACE)].map((token) =>
      PortalClient.of(fetch, token, '2025-11-25', ENDPOINT + query),
    ) as [PortalClient, PortalClient]
    await Promise.all([ada.initialize(), grace.initialize()])
    await ada.call('portal_toggle_single_server', { server_id: 'mail', action: 'untoggle' })
    for (const each of Object.values(upstream)) each.received.length = 0
    const attempts = [
      // Disabled in the portal, switched off in this session, refused by a policy.
      ...waysTo('docs_read').flatMap((way) => [[ada, way] as const, [grace, way] as const]),
      ...waysTo('mail_read').flatMap((way) => [[ada, way] as const, [grace, way] as const]),
    ]
    const results = await Promise.all(
      attempts.map(([client, [name, given]]) => client.call(name, given)),
    )
    const texts = results.map(({ result }) => JSON.stringify(result))
    expect(texts.join()).not.toMatch(/docs read|mail read|"docs_read"|"mail_read"/)
    expect(upstream.docs.received).toEqual([])
    expect(upstream.mail.received).toEqual([])
  })
})

describe('A name is never routed to another server', () => {
  const named = (name: string, text: string): TestUpstream['define'] => {
    return (server) => {
      server.registerTool(name, {}, () => ({ content: [{ type: 'text', text }] }))
    }
  }

  it('than that which has it first, also for a person from whom that one is hidden', async () => {
    upstream.a.define = named('b_c', 'of a')
    upstream.b.define = named('c', 'of a_b')
    await admin.server('a', {}, [onlyFor(ADA.email)])
    await admin.server('a_b', { hostname: 'https://b.example.net/mcp' })
    await admin.portal([{ server_id: 'a' }, { server_id: 'a_b' }])
    const [ada, grace] = [await tokenOf(ADA), await tokenOf(GRACE)].map((token) =>
      PortalClient.of(fetch, token),
    ) as [PortalClient, PortalClient]
    upstream.b.received.length = 0
    const [found, refused] = await Promise.all([ada.call('a_b_c'), grace.call('a_b_c')])
    expect(found.result).toMatchObject({ content: [{ text: 'of a' }] })
    expect(refused.error).toMatchObject({ code: -32602 })
    expect(upstream.b.received).toEqual([])
  })
})

describe('A page for an elicitation', () => {
  it('is that of the client that was given it, with two people at once', async () => {
    await admin.server('docs')
    await admin.portal([{ server_id: 'docs' }])
    const tokens = [await tokenOf(ADA), await tokenOf(GRACE)]
    await signIn(null)
    const texts = await Promise.all(
      tokens.map((token) => PortalClient.of(fetch, token).text('portal_toggle_servers')),
    )
    const addresses = texts.map((text) => text.match(/http\S+/)?.[0] ?? '')
    const opened = async (address: string, { email }: { email: string }) => {
      const person = await personOf(fetch).open(address)
      await person.press(email)
      return person.page?.status
    }
    const [ofAda = '', ofGrace = ''] = addresses
    const ways = [opened(ofAda, GRACE), opened(ofGrace, ADA)]
    expect(await Promise.all(ways)).toEqual([403, 403])
    const own = [opened(ofAda, ADA), opened(ofGrace, GRACE)]
    expect(await Promise.all(own)).toEqual([200, 200])
  })
})

describe('No secret leaves', () => {
  it('in a response of the API or the control, on a page, or in an event', async () => {
    const DOCS = 'https://docs.example.net'
    const oauth = new UpstreamOAuth(DOCS)
    oauth.protect(upstream.docs)
    const imported = {
      tokens: { access_token: 'SECRET-admin', refresh_token: 'SECRET-refresh', expires_in: 0 },
      config: { authorization_endpoint: `${DOCS}/authorize`, token_endpoint: `${DOCS}/token` },
      registration_info: { client_id: 'portal', client_secret: 'SECRET-client' },
    }
    const server = { auth_type: 'oauth', auth_credentials: JSON.stringify(imported) }
    await admin.server('docs', server)
    await admin.server('mail', { auth_type: 'bearer', auth_credentials: 'SECRET-bearer' })
    const headers = JSON.stringify({ headers: { 'x-key': 'SECRET-header' } })
    await admin.server('a', { auth_type: 'bearer', auth_credentials: headers })
    await admin.portal(['docs', 'mail', 'a'].map((server_id) => ({ server_id, on_behalf: false })))
    await admin.sync('docs')
    const tokens = [await tokenOf(ADA), await tokenOf(GRACE)]
    await Promise.all(
      tokens.flatMap((token) =>
        ['docs_read', 'mail_read', 'a_read'].map((name) =>
          PortalClient.of(fetch, token).call(name),
        ),
      ),
    )
    expect(upstream.a.received.at(-1)?.headers.get('x-key')).toBe('SECRET-header')
    const read = async (path: string) => (await fetch(APP + path)).text()
    const all = [
      JSON.stringify(await admin.read('servers')),
      JSON.stringify(await admin.read('portals')),
      JSON.stringify(await events()),
      ...(await Promise.all(
        [
          'upstreams',
          'portals',
          `portals/tools/sees?email=${ADA.email}`,
          'upstreams/docs/catalogue',
          'console/portals?who=email:ada@example.com',
          'console/events',
          '',
        ].map((path) => read(`/_emulator/${path}`)),
      )),
    ]
    expect(all.join()).toContain('docs_read')
    expect(all.join()).not.toMatch(/SECRET|token-1|refresh-1|the-client-secret/)
  })
})
