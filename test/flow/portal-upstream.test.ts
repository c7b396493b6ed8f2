import { beforeEach, describe, expect, it } from 'vitest'
import { ADA, emulator, GRACE, stopClock } from '../support/emulator'
import { UpstreamOAuth } from '../support/oauth-upstream'
import {
  atServers,
  connected,
  finishServers,
  PORTAL,
  PortalAdmin,
  PortalClient,
  personOf,
  portalWithOAuth,
  useUpstreams,
} from '../support/portal'
import { methodsOf } from '../support/upstreams'

stopClock()

const { advance, fetch, reset, signIn } = emulator()
const admin = new PortalAdmin(fetch)
const DOCS = 'https://docs.example.net'

const upstream = useUpstreams(reset, 'docs', 'mail')

/** A portal with the server docs, which has an administrator's grant and its own for each person, and mail. */
const docsAndMail = (options: { resource?: string; expiresIn?: number } = {}) =>
  portalWithOAuth(admin, upstream.docs, { ...options, others: ['mail'] })

/** A client whose person has signed in to docs. */
async function signedIn(oauth: UpstreamOAuth, who = ADA, ...rest: ['2025-11-25'?]) {
  const at = await atServers(fetch, who)
  const { person } = at
  await person.press('connect docs')
  if (!person.callback) throw new Error(person.page?.text)
  await person.open(oauth.allow(person.callback))
  return PortalClient.of(fetch, (await finishServers(fetch, at)).access_token, ...rest)
}

describe('A server with OAuth', () => {
  it('asks its person: the callback of the portal, its resource as it is, and no scope [MP66, MP68, MP70]', async () => {
    const oauth = await docsAndMail({ resource: DOCS })
    const { person } = await atServers(fetch, ADA)
    await person.press('connect docs')
    const { origin, pathname, searchParams } = person.callback ?? new URL('about:blank')
    expect(origin + pathname).toBe(`${DOCS}/authorize`)
    expect(Object.fromEntries(searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'portal',
      redirect_uri: `${PORTAL}/servers-callback`,
      resource: DOCS,
      code_challenge_method: 'S256',
    })
    expect(searchParams.has('scope')).toBe(false)
    expect(oauth.registered).toMatchObject([
      {
        redirect_uris: [
          `${PORTAL}/servers-callback`,
          expect.stringMatching(
            /\/one\/access-controls\/ai-controls\/mcp-server\/oauth-callback\/docs$/,
          ),
        ],
      },
    ])
    expect(oauth.registered[0]).not.toHaveProperty('scope')
  })

  it('registers the callbacks of its portals and of the dashboard, once [MP67]', async () => {
    const oauth = await docsAndMail()
    for (const who of [ADA, GRACE]) await signedIn(oauth, who)
    expect(oauth.registered).toHaveLength(1)
  })

  it('has one client if two people sign in first at the same time [MP67]', async () => {
    const oauth = await docsAndMail()
    const both = Promise.withResolvers<void>()
    oauth.beforeRegistration = async () => {
      oauth.clientId = 'second'
      if (oauth.registered.length === 2) both.resolve()
      await both.promise
    }
    const people = [await atServers(fetch, ADA), await atServers(fetch, GRACE)]
    await Promise.all(people.map(({ person }) => person.press('connect docs')))
    const asked = people.map(({ person }) => person.callback?.searchParams.get('client_id'))
    for (const { person } of people) await person.open(oauth.allow(person.callback))
    const redeemed = oauth.tokenRequests.map(
      ({ authorization }) => atob(authorization?.replace('Basic ', '') ?? '').split(':')[0],
    )
    expect(redeemed).toHaveLength(2)
    expect(new Set([...asked, ...redeemed]).size).toBe(1)
  })

  it('uses the shared callback if its flag is on [MP66]', async () => {
    await docsAndMail()
    await admin.put('servers/docs', { is_shared_oauth_callback_enabled: true })
    const { person } = await atServers(fetch, ADA)
    await person.press('connect docs')
    expect(person.callback?.searchParams.get('redirect_uri')).toBe(
      'https://oauth-callbacks.cloudflareaccess.com/cdn-cgi/access/outbound-oauth-callback',
    )
  })

  it('gets Basic at its token endpoint, and the tokens of its person at calls [MP69]', async () => {
    const oauth = await docsAndMail()
    const ada = await signedIn(oauth)
    upstream.docs.received.length = 0
    expect(await ada.text('docs_read')).toBe('docs read')
    const used = upstream.docs.received.map(({ headers }) => headers.get('authorization'))
    expect(new Set(used)).toEqual(new Set(['Bearer token-1']))
    expect(oauth.tokenRequests[0]?.authorization).toBe(`Basic ${btoa('portal:the-client-secret')}`)
    expect(oauth.tokenRequests[0]?.form.has('client_secret')).toBe(false)
  })

  it('is listed as disabled to a person who did not connect it, whose client has a code [MP50]', async () => {
    await docsAndMail()
    const { access_token: token } = await finishServers(fetch, await atServers(fetch, ADA))
    const grace = PortalClient.of(fetch, token)
    expect(await grace.text('portal_list_servers')).toContain('- DOCS (docs): ✗ disabled')
    const answer = await grace.text('portal_toggle_single_server', {
      server_id: 'docs',
      action: 'toggle',
    })
    expect(answer).toContain(`${PORTAL}/authorize?elicitationId=`)
  })

  it('is not connected before its person connects it, whatever its id', async () => {
    new UpstreamOAuth(DOCS).protect(upstream.docs)
    // An id may be that of a member of every object.
    await admin.server('constructor', { hostname: `${DOCS}/mcp`, auth_type: 'oauth' })
    await admin.portal([{ server_id: 'constructor' }])
    const { person } = await atServers(fetch, ADA)
    expect(person.page?.text).toContain('CONSTRUCTOR not connected')
  })

  it('shows why it refused its person', async () => {
    const oauth = await docsAndMail()
    oauth.refuses = 'invalid_client'
    const { person } = await atServers(fetch, ADA)
    await person.press('connect docs')
    await person.open(oauth.allow(person.callback))
    expect(person.page?.title).toBe('Authorization failed: invalid client')
  })

  it('accepts the code of an authorization only from the person who started it', async () => {
    const oauth = await docsAndMail()
    const { person } = await atServers(fetch, ADA)
    await person.press('connect docs')
    const back = oauth.allow(person.callback)
    const { person: grace } = await atServers(fetch, GRACE)
    await grace.open(back)
    const nobody = await personOf(fetch).open(back)
    for (const { page } of [grace, nobody]) {
      expect([page?.status, page?.title]).toEqual([400, 'Invalid state: missing or invalid nonce'])
    }
    await person.open(back)
    expect(person.page?.text).toContain('Connect DOCS again')
  })
})

describe('A dropped client', () => {
  it('is not registered again [MP71]', async () => {
    const oauth = await docsAndMail()
    await signedIn(oauth)
    oauth.refuses = 'invalid_client'
    for (let round = 0; round < 2; round++) {
      const { person } = await atServers(fetch, ADA)
      await person.press('connect docs')
      await person.open(oauth.allow(person.callback))
      expect(person.page?.title).toBe('Authorization failed: invalid client')
    }
    expect(oauth.registered).toHaveLength(1)
  })
})

/** The server docs with a catalogue, which an administrator's grant has synced. */
async function portalWithCatalogue(
  { tokens = {}, resource = DOCS }: { tokens?: object; resource?: string } = {},
  mapping: object = {},
) {
  const oauth = new UpstreamOAuth(DOCS, { resource })
  oauth.protect(upstream.docs)
  await admin.server('docs', {
    auth_type: 'oauth',
    auth_credentials: JSON.stringify({
      tokens: { access_token: 'admin', refresh_token: 'admin-refresh', expires_in: 0, ...tokens },
      config: {
        authorization_endpoint: `${DOCS}/authorize`,
        token_endpoint: `${DOCS}/token`,
        resource,
      },
      registration_info: { client_id: 'portal', client_secret: 'the-client-secret' },
    }),
  })
  await admin.sync('docs')
  await admin.portal([{ server_id: 'docs', ...mapping }])
  return oauth
}

describe('The grant of the administrator', () => {
  it('is refreshed at a sync, with the resource as a normalized URL [MP20, MP23, MP68]', async () => {
    const oauth = await portalWithCatalogue()
    const [refresh] = oauth.tokenRequests
    expect(Object.fromEntries(refresh?.form ?? [])).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'admin-refresh',
      resource: `${DOCS}/`,
    })
    expect(await admin.read('servers/docs')).toMatchObject({
      status: 'ready',
      authentication_status: 'connected',
    })
  })

  it('dies silently: the server is stale [MP20]', async () => {
    const oauth = await portalWithCatalogue()
    oauth.refuses = 'invalid_grant'
    await advance('2h')
    expect(await admin.read('servers/docs')).toMatchObject({
      status: 'stale',
      authentication_status: 'stale',
    })
  })

  it('is refreshed once at a sync that the server refuses [MP78]', async () => {
    const oauth = await portalWithCatalogue()
    oauth.endTokens()
    oauth.tokenRequests.length = 0
    await admin.sync('docs')
    expect(oauth.tokenRequests.map(({ form }) => form.get('refresh_token'))).toEqual(['refresh-1'])
    expect(await admin.read('servers/docs')).toMatchObject({ status: 'ready' })
  })

  it('dies at a sync that the server refuses, as its refresh token [MP20, MP78]', async () => {
    const oauth = await portalWithCatalogue()
    oauth.endTokens()
    oauth.refuses = 'invalid_grant'
    await admin.sync('docs')
    expect(await admin.read('servers/docs')).toMatchObject({
      status: 'stale',
      authentication_status: 'stale',
    })
  })

  it('is used for everybody if on_behalf is off [MP73]', async () => {
    await portalWithCatalogue({}, { on_behalf: false })
    upstream.docs.received.length = 0
    for (const who of [ADA, GRACE]) {
      await signIn(who)
      expect(await (await connected(fetch)).text('docs_read')).toBe('docs read')
    }
    const used = upstream.docs.received.map(({ headers }) => headers.get('authorization'))
    expect(new Set(used)).toEqual(new Set(['Bearer token-1']))
  })
})

describe('The grant of a person', () => {
  it('is used for that person only, and refreshed by the portal [MP73, MP74]', async () => {
    const oauth = await portalWithCatalogue()
    const ada = await signedIn(oauth, ADA)
    const grace = await signedIn(oauth, GRACE)
    upstream.docs.received.length = 0
    await Promise.all([ada.text('docs_read'), grace.text('docs_read')])
    const used = upstream.docs.received.map(({ headers }) => headers.get('authorization'))
    expect(new Set(used)).toEqual(new Set(['Bearer token-2', 'Bearer token-3']))
  })

  it('that is dead is a tool error with an address to sign in again [MP74]', async () => {
    const oauth = await portalWithCatalogue()
    const ada = await signedIn(oauth)
    oauth.endTokens()
    oauth.refuses = 'invalid_grant'
    const { result } = await ada.call('docs_read')
    expect(result.isError).toBe(true)
    const text = JSON.stringify(result.content)
    expect(text).toContain('unauthorized')
    expect(text).toContain(`${PORTAL}/authorize?elicitationId=`)
  })
})

describe('A token that the server has revoked is refreshed, and the call is sent again [MP78]:', () => {
  const called = () => methodsOf(upstream.docs).filter((method) => method === 'tools/call')
  const refreshes = ({ tokenRequests }: UpstreamOAuth) =>
    tokenRequests.filter(({ form }) => form.get('grant_type') === 'refresh_token')

  it.each<[string, '2025-11-25'?]>([['2026'], ['2025', '2025-11-25']])(
    "the person's, for a client of %s",
    async (_, revision) => {
      const oauth = await docsAndMail()
      const ada = await signedIn(oauth, ADA, revision)
      if (revision) await ada.initialize()
      oauth.endTokens()
      upstream.docs.received.length = 0
      expect(await ada.text('docs_read')).toBe('docs read')
      expect(called()).toHaveLength(2)
      expect(await ada.text('docs_read')).toBe('docs read')
      expect(refreshes(oauth).map(({ form }) => form.get('refresh_token'))).toEqual(['refresh-1'])
    },
  )

  it("the administrator's", async () => {
    const oauth = await portalWithCatalogue({}, { on_behalf: false })
    await signIn(ADA)
    const ada = await connected(fetch)
    oauth.endTokens()
    expect(await ada.text('docs_read')).toBe('docs read')
    expect(await ada.text('docs_read')).toBe('docs read')
    expect(refreshes(oauth).map(({ form }) => form.get('refresh_token'))).toEqual([
      'admin-refresh',
      'refresh-1',
    ])
  })

  it('once, also if the server refuses the new one', async () => {
    const oauth = await docsAndMail()
    const ada = await signedIn(oauth)
    upstream.docs.received.length = 0
    const { respond } = upstream.docs
    upstream.docs.respond = (request) =>
      new URL(request.url).pathname === '/mcp'
        ? new Response(null, { status: 401 })
        : respond?.(request)
    const { result } = await ada.call('docs_read')
    expect(JSON.stringify(result.content)).toContain('docs: unauthorized')
    expect(refreshes(oauth)).toHaveLength(1)
  })

  it('once for two calls, of which one is refused after the other one has renewed it', async () => {
    const oauth = await docsAndMail()
    const ada = await signedIn(oauth)
    await ada.text('docs_read')
    oauth.endTokens()
    const { respond } = upstream.docs
    const calls: Record<string, Promise<string>> = {}
    const refused: string[] = []
    const both = Promise.withResolvers<void>()
    upstream.docs.respond = async (request) => {
      const sent = request.clone()
      const response = await respond?.(request)
      if (response?.status !== 401) return response
      const { params } = (await sent.json()) as { params: { name: string } }
      // Either of them may arrive first. The other one hears of its refusal when that call has ended.
      const [other] = refused
      refused.push(params.name)
      if (other === undefined) await both.promise
      else {
        both.resolve()
        await calls[other]
      }
      return response
    }
    calls.read = ada.text('docs_read')
    calls.search = ada.text('docs_search')
    expect(await Promise.all([calls.read, calls.search])).toEqual(['docs read', 'docs search'])
    expect(refused.toSorted()).toEqual(['read', 'search'])
    expect(refreshes(oauth)).toHaveLength(1)
  })

  it('not if its refresh token is refused: the call is sent once', async () => {
    const oauth = await docsAndMail()
    const ada = await signedIn(oauth)
    oauth.endTokens()
    oauth.refuses = 'invalid_grant'
    upstream.docs.received.length = 0
    const { result } = await ada.call('docs_read')
    expect(JSON.stringify(result.content)).toContain('docs: unauthorized')
    expect(called()).toHaveLength(1)
  })

  it('not for headers of the administrator, which nobody can refresh', async () => {
    await admin.server('docs', { auth_type: 'bearer', auth_credentials: 'secret' })
    await admin.portal([{ server_id: 'docs', on_behalf: false }])
    await signIn(ADA)
    const ada = await connected(fetch)
    upstream.docs.received.length = 0
    upstream.docs.respond = () => new Response(null, { status: 401 })
    expect((await ada.call('docs_read')).result.isError).toBe(true)
    expect(called()).toHaveLength(1)
  })
})

describe('Of two simultaneous calls, one refreshes the tokens, and the other one waits for it [MP74, MP78]:', () => {
  // A second request for tokens arrives in this time.
  const slowly = async () => {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const refreshes = ({ tokenRequests }: UpstreamOAuth) =>
    tokenRequests.filter(({ form }) => form.get('grant_type') === 'refresh_token').length

  /** Makes both calls wait until the server has refused both. */
  function refuseBoth(): void {
    const { respond } = upstream.docs
    const both = Promise.withResolvers<void>()
    let refusals = 0
    upstream.docs.respond = async (request) => {
      const response = await respond?.(request)
      if (response?.status !== 401) return response
      if (++refusals === 2) both.resolve()
      await both.promise
      return response
    }
  }

  it("the server has revoked the person's", async () => {
    const oauth = await docsAndMail()
    const ada = await signedIn(oauth)
    await ada.text('docs_read')
    oauth.endTokens()
    oauth.beforeTokens = slowly
    refuseBoth()
    const texts = await Promise.all([ada.text('docs_read'), ada.text('docs_search')])
    expect(texts).toEqual(['docs read', 'docs search'])
    expect(refreshes(oauth)).toBe(1)
    expect(await ada.text('docs_read')).toBe('docs read')
  })

  it("the person's have expired", async () => {
    const oauth = await docsAndMail({ expiresIn: 60 })
    const ada = await signedIn(oauth)
    await advance('2m')
    oauth.beforeTokens = slowly
    const texts = await Promise.all([ada.text('docs_read'), ada.text('docs_search')])
    expect(texts).toEqual(['docs read', 'docs search'])
    expect(refreshes(oauth)).toBe(1)
  })

  it("the server has revoked the administrator's", async () => {
    const oauth = await portalWithCatalogue({}, { on_behalf: false })
    const clients = []
    for (const who of [ADA, GRACE]) {
      await signIn(who)
      const client = await connected(fetch)
      await client.text('docs_read')
      clients.push(client)
    }
    oauth.endTokens()
    oauth.tokenRequests.length = 0
    oauth.beforeTokens = slowly
    refuseBoth()
    const texts = await Promise.all(clients.map((each) => each.text('docs_read')))
    expect(texts).toEqual(['docs read', 'docs read'])
    expect(refreshes(oauth)).toBe(1)
  })

  it('so do the requests of one read of a resource', async () => {
    upstream.docs.define = (server) => {
      server.registerResource('page', 'note://page', {}, (uri) => ({
        contents: [{ uri: uri.href, text: 'a page' }],
      }))
    }
    const oauth = await docsAndMail({ expiresIn: 60 })
    const ada = await signedIn(oauth)
    await advance('2m')
    const { result } = await ada.send('resources/read', { uri: 'note://page' })
    expect(result).toMatchObject({ contents: [{ text: 'a page' }] })
    expect(refreshes(oauth)).toBe(1)
  })

  it('the refresh fails for both', async () => {
    const oauth = await docsAndMail({ expiresIn: 60 })
    const ada = await signedIn(oauth)
    await advance('2m')
    oauth.beforeTokens = slowly
    oauth.refuses = 'invalid_grant'
    const responses = await Promise.all([ada.call('docs_read'), ada.call('docs_search')])
    for (const { result } of responses) {
      expect(JSON.stringify(result.content)).toContain('docs: unauthorized')
    }
    expect(refreshes(oauth)).toBe(1)
  })
})

describe('Resources', () => {
  beforeEach(async () => {
    for (const id of ['docs', 'mail'] as const) {
      upstream[id].define = (server) => {
        server.registerResource(id, `note://${id}`, {}, (uri) => ({
          contents: [{ uri: uri.href, text: `of ${id}` }],
        }))
      }
      await admin.server(id)
    }
    await admin.portal([{ server_id: 'docs' }, { server_id: 'mail' }])
    await signIn(ADA)
  })

  it('are listed live, without those of a server that is down [MP55]', async () => {
    const ada = await connected(fetch)
    const uris = async () =>
      ((await ada.send('resources/list')).result.resources as { uri: string }[]).map(
        ({ uri }) => uri,
      )
    expect(await uris()).toEqual(['note://docs', 'note://mail'])
    upstream.docs.respond = () => new Response('down', { status: 503 })
    expect(await uris()).toEqual(['note://mail'])
  })

  it('are read from the server that lists them [MP55]', async () => {
    const ada = await connected(fetch)
    upstream.docs.received.length = 0
    const { result } = await ada.send('resources/read', { uri: 'note://mail' })
    expect(result).toMatchObject({ contents: [{ text: 'of mail' }] })
    expect(methodsOf(upstream.docs)).not.toContain('resources/read')
    expect((await ada.send('resources/read', { uri: 'note://none' })).error).toMatchObject({
      code: -32602,
      data: { uri: 'note://none' },
    })
  })
})

describe('Prompts', () => {
  it('have prefixed names, and are got by their own [MP41]', async () => {
    upstream.docs.define = (server) => {
      server.registerPrompt('summary', { description: 'Summarizes.' }, () => ({
        messages: [{ role: 'user', content: { type: 'text', text: 'Summarize.' } }],
      }))
    }
    await admin.server('docs')
    await admin.portal([{ server_id: 'docs' }])
    await signIn(ADA)
    const ada = await connected(fetch)
    const { result } = await ada.send('prompts/list')
    expect(result.prompts).toEqual([{ name: 'docs_summary', description: 'Summarizes.' }])
    const got = await ada.send('prompts/get', { name: 'docs_summary' })
    expect(got.result).toMatchObject({ messages: [{ content: { text: 'Summarize.' } }] })
  })
})
