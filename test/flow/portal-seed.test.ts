import { beforeEach, describe, expect, it } from 'vitest'
import { portalSettings } from '../../src/node/portals'
import wrangler from '../../wrangler.toml?raw'
import { Client, tokensOf } from '../support/client'
import { controlOf } from '../support/control'
import { ADA, emulator, TEAM } from '../support/emulator'
import { Person } from '../support/person'
import { PortalClient } from '../support/portal'

// The portal of wrangler.toml, which the in-process tests do without.
const SEED = {
  MCP_SERVERS: [
    {
      id: 'docs',
      name: 'Docs',
      hostname: 'http://docs.mcp.localhost/mcp',
      auth_type: 'unauthenticated',
    },
    {
      id: 'notes',
      name: 'Notes',
      hostname: 'http://notes.mcp.localhost/mcp',
      auth_type: 'bearer',
      auth_credentials: 'the-token-of-notes',
    },
    {
      id: 'demo',
      name: 'Demo behind Access',
      hostname: 'http://localhost/mcp',
      auth_type: 'oauth',
    },
  ],
  MCP_PORTALS: [
    {
      id: 'demo',
      name: 'Demo portal',
      hostname: 'portal.localhost',
      servers: [{ server_id: 'docs' }, { server_id: 'notes' }, { server_id: 'demo' }],
    },
  ],
}
const URL_OF_PORTAL = 'http://localhost:8788/portals/demo'

const { fetch, reset } = emulator(SEED)
const control = controlOf(fetch)
beforeEach(reset)

/** A client of the portal, after a person has connected the demo. */
async function connected() {
  const client = new Client(fetch, URL_OF_PORTAL, TEAM)
  const { client_id: clientId } = await client.register()
  const person = new Person(fetch, ['localhost:8788', '127.0.0.1:8788'])
  await person.open(
    await client.authorizationUrl(clientId, {
      resource: `${URL_OF_PORTAL}/mcp`,
      redirect_uri: 'http://localhost:53682/callback',
    }),
  )
  await person.press(ADA.email)
  await person.press('allow')
  await person.press('connect demo')
  // The demo is behind Access too, which asks for consent of its own.
  await person.press('allow')
  await person.press('done')
  const code = person.callback?.searchParams.get('code') ?? ''
  const { access_token: token } = await tokensOf(client.exchange(clientId, code))
  return PortalClient.of(fetch, token, '2025-11-25', `${URL_OF_PORTAL}/mcp`)
}

describe('The portal of the default seed', () => {
  it('is that of wrangler.toml', () => {
    const members = [...SEED.MCP_SERVERS, ...SEED.MCP_PORTALS].flatMap((each) =>
      Object.entries(each).filter(([, value]) => typeof value === 'string'),
    )
    for (const [name, value] of members) expect(wrangler).toContain(`${name} = "${value}"`)
  })

  it('is listed with the address that a client is given', async () => {
    const { portals } = (await (await control('GET', 'urls')).json()) as {
      portals: unknown
    }
    expect(portals).toEqual([{ id: 'demo', url: `${URL_OF_PORTAL}/mcp` }])
  })

  it('shows the tools of its three servers, the one behind Access included [MP20, MP63]', async () => {
    const client = await connected()
    await client.initialize()
    expect(await client.tools()).toEqual(
      expect.arrayContaining(['docs_search', 'notes_list', 'demo_whoami']),
    )
    expect(await client.text('notes_list')).toBe('Buy milk.')
    // An upstream that is itself behind Access is told who the person is.
    expect(await client.text('demo_whoami')).toContain(ADA.email)
  })
})

describe('The sign-in of an administrator at the server behind Access', () => {
  it('registers a client with the callback of the portal at its address for clients [MP67]', async () => {
    const response = await control('POST', 'upstreams/demo/admin-grant')
    const { url } = (await response.json()) as { url: string }
    const person = new Person(fetch, ['localhost:8788', '127.0.0.1:8788'])
    await person.open(url)
    await person.press(ADA.email)
    await person.press('allow')
    const { clients } = (await (await control('GET', 'clients')).json()) as {
      clients: { redirect_uris: string[] }[]
    }
    expect(clients.map(({ redirect_uris: [address] }) => address)).toEqual([
      `${URL_OF_PORTAL}/servers-callback`,
    ])
    const { upstreams } = (await (await control('GET', 'upstreams')).json()) as {
      upstreams: object[]
    }
    expect(upstreams[2]).toMatchObject({ status: 'ready', authentication_status: 'connected' })
  })
})

describe('The option portals', () => {
  it('becomes the settings of servers and portals', () => {
    const servers = [
      { id: 'docs', url: 'http://localhost:3001/mcp', on_behalf: false },
      { id: 'mail', url: new URL('http://localhost:3002/mcp'), name: 'Mail' },
    ]
    expect(portalSettings([{ name: 'Tools', servers }])).toEqual({
      MCP_SERVERS: [
        {
          id: 'docs',
          name: 'docs',
          hostname: 'http://localhost:3001/mcp',
          auth_type: 'unauthenticated',
        },
        {
          id: 'mail',
          name: 'Mail',
          hostname: 'http://localhost:3002/mcp',
          auth_type: 'unauthenticated',
        },
      ],
      MCP_PORTALS: [
        {
          id: 'portal1',
          name: 'Tools',
          hostname: 'portal1.localhost',
          servers: [{ server_id: 'docs', on_behalf: false }, { server_id: 'mail' }],
        },
      ],
    })
  })
})
