import { beforeEach, describe, expect, it } from 'vitest'
import { Client, REDIRECT_URI, tokensOf } from '../support/client'
import { ADA, emulator, GRACE, MALLORY, stopClock, TEAM } from '../support/emulator'
import { NAVIGATION } from '../support/person'
import {
  atServers,
  ENDPOINT,
  onlyFor,
  PORTAL,
  PortalAdmin,
  PortalClient,
  personOf,
  tokensFor,
  useUpstreams,
} from '../support/portal'
import { credentials, SERVICE_AUTH, serviceToken } from '../support/service-token'

stopClock()

const world = emulator()
const { advance, fetch, reset, revoke, signIn, events } = world
const admin = new PortalAdmin(fetch)

const NO_SERVERS = 'No allowed servers available, check your Zero Trust Policies'
const upstream = useUpstreams(reset, 'docs', 'mail', 'late')
const client = new Client(fetch, PORTAL, TEAM)

const grantOf = (who: { email: string }) => tokensFor(world, who)

describe('The page of servers', () => {
  beforeEach(async () => {
    await admin.server('docs', {}, [onlyFor(ADA.email)])
    await admin.server('mail')
    await admin.portal([{ server_id: 'docs' }, { server_id: 'mail' }])
  })

  it('comes after consent, lists what the person may use, and ends with a code', async () => {
    const { person } = await atServers(fetch, GRACE)
    expect(person.page?.title).toBe('Servers of Tools')
    expect(person.page?.text).toContain('MAIL')
    expect(person.page?.text).not.toContain('DOCS')
    await person.press('done')
    expect(person.callback?.href).toContain(`${REDIRECT_URI}?code=`)
  })

  it.each([[ENDPOINT], [`${PORTAL}/`]])(
    'is reached with the resource %s [MP27]',
    async (resource) => {
      expect((await atServers(fetch, ADA, resource)).person.page?.title).toBe('Servers of Tools')
    },
  )
})

describe('No allowed server', () => {
  it.each([
    ['no application', null, 'no Access application'],
    ['a policy for another person', [onlyFor(ADA.email)], 'do not admit'],
    ['no policies', [], 'has no policy'],
  ])(
    'because of %s: a page, no redirect and no code, and the event says why [MP30, MP31]',
    async (_, policies, reason) => {
      await admin.server('docs', {}, policies)
      await admin.portal([{ server_id: 'docs' }])
      const { person } = await atServers(fetch, GRACE)
      expect(person.page?.text).toContain(NO_SERVERS)
      expect(person.page?.text).not.toContain(reason)
      expect(person.callback).toBeUndefined()
      const refused = (await events()).find(({ why }) => String(why).includes(reason))
      expect(refused).toMatchObject({ outcome: 'refused', rule: 'MP30' })
    },
  )

  it('because the sync failed [MP30, MP59]', async () => {
    upstream.docs.respond = () => new Response('down', { status: 503 })
    await admin.server('docs')
    await admin.portal([{ server_id: 'docs' }])
    const { person } = await atServers(fetch, ADA)
    expect(person.page?.text).toContain(NO_SERVERS)
  })

  it('is the same with automatic sign-in [MP30]', async () => {
    await admin.portal([])
    await signIn(ADA)
    const { client_id: id } = await client.register()
    const response = await client.authorization(id, { resource: ENDPOINT })
    expect(response.status).toBe(403)
    expect(await response.text()).toContain(NO_SERVERS)
  })
})

describe('Whoever the policy of the portal denies', () => {
  it('sees the block page, not the servers', async () => {
    await admin.server('docs')
    await admin.portal([{ server_id: 'docs' }], {}, [onlyFor(ADA.email)])
    const { client_id: id } = await client.register()
    const person = personOf(fetch)
    await person.open(await client.authorizationUrl(id, { resource: ENDPOINT }))
    await person.press(MALLORY.email)
    expect(person.page?.status).toBe(403)
    expect(person.page?.title).toContain('does not have access')
  })
})

describe('Access that is taken away', () => {
  it('from a server of a live grant: nothing changes until a new authorization [MP32]', async () => {
    await admin.server('docs', {}, null)
    const app = await admin.application({
      name: 'docs',
      type: 'mcp',
      destinations: [{ type: 'via_mcp_server_portal', mcp_server_id: 'docs' }],
      policies: [onlyFor(ADA.email)],
    })
    await admin.portal([{ server_id: 'docs' }])
    const { access_token: token, clientId, refresh_token } = await grantOf(ADA)
    await admin.putApplication(app, {
      name: 'docs',
      type: 'mcp',
      destinations: [{ type: 'via_mcp_server_portal', mcp_server_id: 'docs' }],
      policies: [],
    })
    await advance('300s')
    expect(await PortalClient.of(fetch, token).text('docs_read')).toBe('docs read')
    const { access_token: later } = await tokensOf(client.refresh(clientId, refresh_token))
    expect(await PortalClient.of(fetch, later).tools()).toContain('docs_read')
    expect((await atServers(fetch, ADA)).person.page?.text).toContain(NO_SERVERS)
  })

  it('by revoke_tokens of the portal application: 401, and refresh is invalid_grant [MP33]', async () => {
    await admin.server('docs')
    const application = await admin.portal([{ server_id: 'docs' }])
    const { access_token: token, clientId, refresh_token } = await grantOf(ADA)
    await revoke({ application })
    expect((await PortalClient.of(fetch, token).send('tools/list')).status).toBe(401)
    const refused = await client.refresh(clientId, refresh_token)
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ error: 'invalid_grant' })
  })

  it('by the sign-out of the portal: the grant is dead [MP37]', async () => {
    await admin.server('docs')
    await admin.portal([{ server_id: 'docs' }])
    const { person } = await atServers(fetch, ADA)
    await person.press('done')
    const code = person.callback?.searchParams.get('code') ?? ''
    expect(code).not.toBe('')
    const { access_token: token, clientId, refresh_token } = await grantOf(ADA)
    await person.open(`${PORTAL}/`)
    expect(person.page?.text).toContain(ENDPOINT)
    await person.follow('Sign out')
    await person.press('Sign out')
    expect(person.page?.text).toContain('Removed: 2 clients')
    expect((await PortalClient.of(fetch, token).send('tools/list')).status).toBe(401)
    expect((await client.refresh(clientId, refresh_token)).status).toBe(400)
  })
})

describe('A server that was added after the authorization', () => {
  it('is hidden until the tool or a new session decides about it [MP58]', async () => {
    await admin.server('docs')
    await admin.server('late')
    await admin.portal([{ server_id: 'docs' }])
    const { access_token: token } = await grantOf(ADA)
    const old = PortalClient.of(fetch, token, '2025-11-25')
    await old.initialize()
    await admin.put('portals/tools', { servers: [{ server_id: 'docs' }, { server_id: 'late' }] })
    expect(await old.tools()).not.toContain('late_read')
    expect(await old.text('portal_list_servers')).not.toContain('late')
    await old.call('portal_toggle_servers')
    expect(await old.tools()).toContain('late_read')
  })

  it('is decided about by a new session [MP58]', async () => {
    await admin.server('docs')
    await admin.server('late')
    await admin.portal([{ server_id: 'docs' }])
    const { access_token: token } = await grantOf(ADA)
    await admin.put('portals/tools', { servers: [{ server_id: 'docs' }, { server_id: 'late' }] })
    const later = PortalClient.of(fetch, token, '2025-11-25')
    await later.initialize()
    expect(await later.tools()).toContain('late_read')
  })
})

describe('The policy of a server', () => {
  it('is not refused for MFA, purpose justification or temporary authentication [MP36]', async () => {
    const asked = {
      ...onlyFor(ADA.email),
      purpose_justification_required: true,
      purpose_justification_prompt: 'Why?',
      approval_required: true,
      mfa_config: {},
    }
    await admin.server('docs', {}, [asked])
    await admin.portal([{ server_id: 'docs' }])
    const { access_token: token } = await grantOf(ADA)
    expect(await PortalClient.of(fetch, token).tools()).toContain('docs_read')
  })
})

describe('A service token', () => {
  const machines = emulator({ SERVICE_TOKENS: [serviceToken()] })
  const machine = () => new PortalClient(machines.fetch, credentials())

  it('is refused without a Service Auth policy on the portal application [MP34]', async () => {
    await admin.server('docs', {}, [SERVICE_AUTH])
    await admin.portal([{ server_id: 'docs', on_behalf: false }])
    expect((await machine().send('tools/list')).status).toBe(401)
  })

  it('sees servers with Service Auth whose on_behalf is off, and uses their credential [MP35, MP47]', async () => {
    await admin.server('docs', { auth_type: 'bearer', auth_credentials: 'the-secret' }, [
      SERVICE_AUTH,
    ])
    await admin.server('mail', {}, [SERVICE_AUTH])
    await admin.server('late', {}, [onlyFor(ADA.email)])
    const servers = [
      { server_id: 'docs', on_behalf: false },
      { server_id: 'mail' },
      { server_id: 'late', on_behalf: false },
    ]
    await admin.portal(servers, {}, [SERVICE_AUTH])
    const client = machine()
    const names = (await client.tools()).map((name) => name.split('_')[0])
    expect([...new Set(names)]).toEqual(['portal', 'docs'])
    expect(await client.text('docs_read')).toBe('docs read')
    expect(upstream.docs.received.at(-1)?.headers.get('authorization')).toBe('Bearer the-secret')
    const logged = (await events()).find(({ kind }) => kind === 'portal-call')
    expect(logged?.record).toMatchObject({
      UserEmail: '',
      UserID: expect.stringMatching(/\.access$/),
    })
  })
})

describe('The page of a portal_toggle_servers address', () => {
  const addressFrom = (text: string) => text.match(/http\S+/)?.[0] ?? ''

  it('switches servers for that client, once, and only for its person [MP50]', async () => {
    await admin.server('docs')
    await admin.server('mail')
    await admin.portal([{ server_id: 'docs' }, { server_id: 'mail' }])
    const { access_token: token } = await grantOf(ADA)
    const ada = PortalClient.of(fetch, token, '2025-11-25')
    await ada.initialize()
    const address = addressFrom(await ada.text('portal_toggle_servers'))
    expect(address).toMatch(new RegExp(`^${PORTAL}/authorize\\?elicitationId=`))
    const grace = await personOf(fetch).open(address)
    await grace.press(GRACE.email)
    expect(grace.page?.status).toBe(403)
    const person = await personOf(fetch).open(address)
    await person.press(ADA.email)
    expect(person.page?.title).toBe('Servers of Tools')
    await person.press('disable docs')
    expect(await ada.tools()).not.toContain('docs_read')
    await person.press('enable docs')
    expect(await ada.tools()).toContain('docs_read')
    await person.open(address)
    expect(person.page?.title).toBe('This page has expired')
  })

  it('expires after ten minutes [MP50]', async () => {
    await admin.server('docs')
    await admin.portal([{ server_id: 'docs' }])
    const { access_token: token } = await grantOf(ADA)
    const client = PortalClient.of(fetch, token)
    const address = addressFrom(await client.text('portal_toggle_servers'))
    await advance('10m')
    const person = await personOf(fetch).open(address)
    expect(person.page?.title).toBe('This page has expired')
  })
})

describe('Two people at one portal', () => {
  it('share no session, no switch and no server', async () => {
    await admin.server('docs', {}, [onlyFor(ADA.email)])
    await admin.server('mail')
    await admin.portal([{ server_id: 'docs' }, { server_id: 'mail' }])
    const [a, b] = [await grantOf(ADA), await grantOf(GRACE)]
    const ada = PortalClient.of(fetch, a.access_token, '2025-11-25')
    const grace = PortalClient.of(fetch, b.access_token, '2025-11-25')
    await Promise.all([ada.initialize(), grace.initialize()])
    await Promise.all([
      ada.call('portal_toggle_single_server', { server_id: 'mail', action: 'untoggle' }),
      grace.call('portal_toggle_single_server', { server_id: 'docs', action: 'toggle' }),
    ])
    upstream.docs.received.length = 0
    const [seenByAda, seenByGrace] = await Promise.all([ada.tools(), grace.tools()])
    expect(seenByAda.some((name) => name.startsWith('mail_'))).toBe(false)
    expect(seenByGrace).toContain('mail_read')
    expect(seenByGrace.some((name) => name.startsWith('docs_'))).toBe(false)
    expect((await grace.call('docs_read')).error).toMatchObject({ code: -32602 })
    expect(upstream.docs.received).toEqual([])
    grace.sessionId = ada.sessionId
    expect((await grace.send('tools/list')).status).toBe(404)
  })
})

describe('A hostname of a portal', () => {
  it('without an application cannot be reached, and says why [MP21]', async () => {
    await admin.server('docs')
    await admin.portalAlone([{ server_id: 'docs' }])
    const response = await fetch(ENDPOINT, { method: 'POST' })
    expect(response.status).toBe(522)
    expect(await response.text()).toContain('mcp_portal')
  })

  it('has a public home page with the endpoint', async () => {
    await admin.portal([])
    const response = await fetch(`${PORTAL}/`, { headers: NAVIGATION })
    expect(response.status).toBe(200)
    expect(await response.text()).toContain(ENDPOINT)
  })
})
