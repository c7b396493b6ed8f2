import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { controlOf } from '../support/control'
import { APP, emulator } from '../support/emulator'
import { FormPage } from '../support/form'

const { advance, fetch, reset, events } = emulator()
const ACCOUNT = '0123456789abcdef0123456789abcdef'
const CONFIGURE = `${APP}/_emulator/configure`
const NEW_CLIENT = `oauth-clients/${ACCOUNT}/new`

beforeEach(reset)
afterAll(reset)

const open = (path: string) => FormPage.open(fetch, `${CONFIGURE}/${path}`)

/** Sends a request to the management API, and returns its result. */
async function api<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${APP}/client/v4/accounts/${ACCOUNT}${path}`, {
    method,
    headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  const { result } = (await response.json()) as { result: T }
  return result
}

type Application = Record<string, unknown> & { id: string; policies: Record<string, unknown>[] }
const demo = async () => (await api<Application[]>('GET', '/access/apps'))[0] as Application

describe('Creating an OAuth client', () => {
  const CONFIGURATION = {
    client_name: 'Reports',
    redirect_uris: 'https://example.com/oauth/callback\nhttps://example.com/second',
  }

  it('an empty list explains what these clients are for [S1]', async () => {
    const list = await open('oauth-clients')
    expect(list.text).toContain('No OAuth client yet.')
    expect(list.root.querySelector('a.button')?.getAttribute('href')).toContain(NEW_CLIENT)
  })

  it('takes the fields in two steps, and shows the secret once [S2-S10, S12]', async () => {
    const first = await open(NEW_CLIENT)
    expect(first.value('response_types')).toBe('code')
    expect(first.value('grant_types')).toBe('authorization_code')
    expect(first.value('token_endpoint_auth_method')).toBe('client_secret_basic')
    const second = await first.press('Continue', {
      ...CONFIGURATION,
      tos_uri: 'https://example.com/tos',
    })
    expect(second.text).toContain('Define the scopes')
    const created = await second.press('Create client', { scopes: ['d1.read', 'zone.read'] })
    expect(created.text).toContain('Save the client secret now')
    const [client] = await api<Record<string, unknown>[]>('GET', '/oauth_clients')
    expect(client).toMatchObject({
      client_name: 'Reports',
      redirect_uris: CONFIGURATION.redirect_uris.split('\n'),
      response_types: ['code'],
      scopes: ['d1.read', 'zone.read'],
      tos_uri: 'https://example.com/tos',
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const again = await open(`oauth-clients/${ACCOUNT}/${client?.client_id}`)
    expect(again.text).not.toContain('cf-oauth-secret')
    expect((await open('oauth-clients')).text).toContain('Reports private')
  })

  it('shows the API’s refusal at its field, and keeps what was typed in both steps', async () => {
    const second = await (await open(NEW_CLIENT)).press('Continue', {
      ...CONFIGURATION,
      redirect_uris: 'not a URL',
    })
    const refused = await second.press('Create client', { scopes: ['d1.read'] })
    expect(refused.status).toBe(400)
    expect(refused.root.querySelector('#redirect_uris-problem')?.text).toContain('redirect_uris')
    expect(refused.value('redirect_uris')).toBe('not a URL')
    expect(refused.value('client_name')).toBe('Reports')
    const corrected = await refused.press('Continue', { redirect_uris: 'https://example.com/cb' })
    const created = await corrected.press('Create client')
    expect(created.text).toContain('"d1.read"')
    expect(await api('GET', '/oauth_clients')).toHaveLength(1)
  })

  it('lists every scope of the catalogue by category [S10]', async () => {
    const second = await (await open(NEW_CLIENT)).press('Continue', CONFIGURATION)
    const shown = second.root
      .querySelectorAll('[name=scopes]')
      .map((box) => box.getAttribute('value'))
    const response = await fetch(`${APP}/client/v4/oauth/scopes`, {
      headers: { authorization: 'Bearer any' },
    })
    const { result } = (await response.json()) as { result: { id: string }[] }
    expect(shown).toEqual(result.map(({ id }) => id))
  })
})

describe('The action menu of an OAuth client', () => {
  const created = async () => {
    const client = await api<{ client_id: string }>('POST', '/oauth_clients', {
      client_name: 'Reports',
      grant_types: ['authorization_code'],
      redirect_uris: ['https://example.com/cb'],
      response_types: ['code'],
      scopes: ['d1.read'],
      token_endpoint_auth_method: 'client_secret_basic',
      client_uri: 'https://example.com',
    })
    return { path: `oauth-clients/${ACCOUNT}/${client.client_id}`, id: client.client_id }
  }
  const stored = (id: string) => api<Record<string, unknown>>('GET', `/oauth_clients/${id}`)

  it('rotates the secret, shows it once, and deletes the old one [S15, S16]', async () => {
    const { path, id } = await created()
    const rotated = await (await open(path)).press('Rotate client secret')
    expect(rotated.text).toMatch(/Client secret ?cf-oauth-secret-emulated-\S+/)
    expect(rotated.text).toContain('two secrets')
    expect(await stored(id)).toMatchObject({ has_rotated_secret: true })
    const deleted = await rotated.press('Delete the old secret')
    expect(deleted.text).toContain(`--request DELETE`)
    expect(await stored(id)).toMatchObject({ has_rotated_secret: false })
  })

  it('changes the visibility, or says what is missing [S11]', async () => {
    const { path, id } = await created()
    const refused = await (await open(path)).press('Change visibility to public')
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('a public client requires a logo_uri')
    expect(await stored(id)).toMatchObject({ visibility: 'private' })
  })

  it('shows the TXT value and restarts the verification [S13, S14]', async () => {
    const { path } = await created()
    const page = await open(path)
    expect(page.text).toMatch(/cloudflare_oauth_client_publisher=\S+/)
    const restarted = await page.press('Restart verification')
    expect(restarted.text).toContain('{ "client_uri": "https://example.com" }')
  })

  it('is not overwritten if the client has changed since the page was loaded', async () => {
    const { path, id } = await created()
    const form = await open(path)
    await advance('1m')
    await api('PATCH', `/oauth_clients/${id}`, { client_name: 'Changed elsewhere' })
    const refused = await form.press('Save client', { client_name: 'Mine' })
    expect(refused.status).toBe(400)
    expect(refused.value('client_name')).toBe('Mine')
    expect(await stored(id)).toMatchObject({ client_name: 'Changed elsewhere' })
  })

  it('edits with a PATCH, and deletes', async () => {
    const { path, id } = await created()
    const saved = await (await open(path)).press('Save client', { client_name: 'Renamed' })
    expect(saved.text).toContain('--request PATCH')
    expect(await stored(id)).toMatchObject({ client_name: 'Renamed', scopes: ['d1.read'] })
    const list = await saved.press('Delete Renamed')
    expect(list.text).toContain('No OAuth client yet.')
  })
})

describe('An Access application', () => {
  it('turns Managed OAuth on with its settings, and sends every member [S17-S26]', async () => {
    const before = await api<Application>('PUT', `/access/apps/${(await demo()).id}`, {
      ...(await demo()),
      oauth_configuration: { enabled: false },
      custom_deny_message: 'Ask the team',
      tags: [],
    })
    expect((await open('access/applications')).text).toContain('Managed OAuth off')
    const form = await open(`access/applications/${before.id}`)
    expect(form.value('oauth_configuration.enabled')).toBeUndefined()
    const registration = 'oauth_configuration.dynamic_client_registration'
    const saved = await form.press('Save application', {
      'oauth_configuration.enabled': 'on',
      [`${registration}.enabled`]: 'on',
      [`${registration}.allow_any_on_localhost`]: 'on',
      [`${registration}.allow_any_on_loopback`]: null,
      [`${registration}.allowed_uris`]: 'https://playground.ai.cloudflare.com/*\n',
      'oauth_configuration.grant.session_duration': '24h',
      'oauth_configuration.grant.access_token_lifetime': '5m',
    })
    expect(saved.text).toContain('--request PUT')
    const after = await demo()
    expect(after).toEqual({
      ...before,
      updated_at: after.updated_at,
      policies: before.policies.map((policy) => ({ ...policy, updated_at: after.updated_at })),
      oauth_configuration: {
        enabled: true,
        dynamic_client_registration: {
          enabled: true,
          allow_any_on_localhost: true,
          allow_any_on_loopback: false,
          allowed_uris: ['https://playground.ai.cloudflare.com/*'],
        },
        grant: { session_duration: '24h', access_token_lifetime: '5m' },
      },
    })
  })

  it('keeps what was typed beside the API’s refusal', async () => {
    const { id } = await demo()
    const refused = await (await open(`access/applications/${id}`)).press('Save application', {
      name: 'Renamed',
      session_duration: 'a day',
      'policies.0.include.1.kind': 'email',
      'policies.0.include.1.value': 'grace@navy.example',
    })
    expect(refused.status).toBe(400)
    expect(refused.root.querySelector('#session_duration-problem')?.text).toContain('a duration')
    expect(refused.value('name')).toBe('Renamed')
    expect(refused.value('policies.0.include.1.value')).toBe('grace@navy.example')
    expect((await demo()).name).toBe('Demo')
    await refused.press('Save application', { session_duration: '24h' })
    expect((await demo()).policies[0]).toMatchObject({
      include: [
        { email_domain: { domain: 'example.com' } },
        { email: { email: 'grace@navy.example' } },
      ],
    })
  })

  it('is not overwritten if it has changed since the page was loaded [S26]', async () => {
    const { id } = await demo()
    const form = await open(`access/applications/${id}`)
    await advance('1m')
    await api('PUT', `/access/apps/${id}`, { ...(await demo()), name: 'Changed elsewhere' })
    const refused = await form.press('Save application', { name: 'Mine' })
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('after you opened this page')
    expect((await demo()).name).toBe('Changed elsewhere')
    expect(refused.value('name')).toBe('Mine')
    await refused.press('Save application')
    expect((await demo()).name).toBe('Mine')
  })

  it('is created with policies of its own and a reusable one, and deleted', async () => {
    const reusable = await api<{ id: string }>('POST', '/access/policies', {
      name: 'Machines',
      decision: 'non_identity',
      include: [{ any_valid_service_token: {} }],
    })
    const created = await (await open('access/applications/new')).press('Save application', {
      name: 'Wiki',
      hostnames: 'wiki.localhost:8788\nwiki.localhost:8788/admin',
      'policies.0.name': 'Engineering',
      'policies.0.include.0.kind': 'email_domain',
      'policies.0.include.0.value': 'example.com',
      'policies.0.require.0.kind': 'json',
      'policies.0.require.0.value': '{"geo":{"country_code":"DE"}}',
      add_reusable: reusable.id,
    })
    expect(created.text).toContain('Saved.')
    const wiki = (await api<Application[]>('GET', '/access/apps')).find(
      ({ name }) => name === 'Wiki',
    )
    expect(wiki).toMatchObject({
      domain: 'wiki.localhost:8788',
      destinations: [
        { type: 'public', uri: 'wiki.localhost:8788' },
        { type: 'public', uri: 'wiki.localhost:8788/admin' },
      ],
      policies: [
        { name: 'Engineering', require: [{ geo: { country_code: 'DE' } }] },
        { id: reusable.id, reusable: true },
      ],
    })
    const list = await (await open(`access/applications`)).press('Delete Wiki')
    expect(list.text).not.toContain('Wiki')
  })

  it('loses the policies whose box is checked, and shows a problem beside its policy', async () => {
    const { id } = await demo()
    const added = {
      'policies.0.remove': 'on',
      'policies.1.name': 'Ada',
      'policies.1.include.0.kind': 'group',
      'policies.1.include.0.value': 'no-such-group',
    }
    const refused = await (await open(`access/applications/${id}`)).press('Save application', added)
    const wrong = refused.root
      .querySelectorAll('fieldset.policy')
      .map((each) => each.querySelector('.problem') !== null)
    expect(wrong.slice(0, 2)).toEqual([false, true])
    await refused.press('Save application', {
      'policies.1.include.0.kind': 'email',
      'policies.1.include.0.value': 'ada@example.com',
    })
    expect((await demo()).policies.map(({ name }) => name)).toEqual(['Ada'])
  })

  it('does not lose what it cannot show: other rules, destinations and members', async () => {
    const { id } = await demo()
    const odd = await api<Application>('PUT', `/access/apps/${id}`, {
      ...(await demo()),
      destinations: [
        { type: 'public', uri: '*', overrides: [{ behavior: 'public', path_pattern: '/open/*' }] },
        { type: 'private', hostname: 'db.internal' },
      ],
      policies: [
        {
          name: 'Odd',
          decision: 'allow',
          include: [{ device_posture: { integration_uid: 'y' } }],
          purpose_justification_required: true,
        },
      ],
    })
    await (await open(`access/applications/${id}`)).press('Save application')
    expect(await demo()).toEqual({
      ...odd,
      updated_at: expect.any(String),
      policies: [{ ...odd.policies[0], updated_at: expect.any(String) }],
    })
  })
})

describe('Groups, policies, identity providers and the organization', () => {
  it('are edited as JSON, which the API checks', async () => {
    const refused = await (await open('access/groups/new')).press('Save', {
      json: '{"name":"Eng"}',
    })
    expect(refused.status).toBe(400)
    expect(refused.root.querySelector('#json-problem')?.text).toContain('include')
    const broken = await refused.press('Save', { json: '{"name":' })
    expect(broken.root.querySelector('#json-problem')?.text).toContain('This is not JSON')
    expect(broken.value('json')).toBe('{"name":')
    const group = { name: 'Eng', include: [{ everyone: {} }] }
    const saved = await broken.press('Save', { json: JSON.stringify(group) })
    expect(saved.text).toContain('/access/groups')
    expect(saved.value('json')).not.toMatch(/"(id|created_at|updated_at)"/)
    expect(await api('GET', '/access/groups')).toMatchObject([group])
    expect((await open('access/groups')).text).toContain('Eng')
    await saved.press('Delete Eng')
    expect(await api('GET', '/access/groups')).toEqual([])
  })

  it('MCP servers and portals too', async () => {
    const server = {
      id: 'docs',
      name: 'Docs',
      hostname: 'http://localhost:1/mcp',
      auth_type: 'oauth',
    }
    const saved = await (await open('access/mcp-servers/new')).press('Save', {
      json: JSON.stringify(server),
    })
    expect(saved.status).toBe(200)
    expect((await open('access/mcp-servers')).text).toContain('Docs waiting')
    const portal = { id: 'tools', name: 'Tools', hostname: 'tools.example.com' }
    await (await open('access/mcp-portals/new')).press('Save', {
      json: JSON.stringify({ ...portal, servers: [{ server_id: 'docs' }] }),
    })
    const renamed = await (await open('access/mcp-portals/tools')).press('Save', {
      json: JSON.stringify({ name: 'Renamed' }),
    })
    expect(renamed.status).toBe(200)
    expect(await api('GET', '/access/ai-controls/mcp/portals/tools')).toMatchObject({
      name: 'Renamed',
      hostname: 'tools.example.com',
      servers: [{ server_id: 'docs' }],
    })
  })

  it.each([
    ['groups', { name: 'Eng', include: [{ everyone: {} }], require: [], exclude: [] }],
    ['policies', { name: 'All', decision: 'allow', include: [{ everyone: {} }] }],
    ['identity_providers', { name: 'GitHub', type: 'github', config: {} }],
  ])('the editor of %s has no member that only the API sets', async (kind, body) => {
    const { id } = await api<{ id: string }>('POST', `/access/${kind}`, body)
    const editor = await open(`access/${kind.replace('_', '-')}/${id}`)
    const shown = JSON.parse(editor.value('json') ?? '') as object
    expect(shown).toMatchObject(body)
    for (const member of [
      'id',
      'created_at',
      'updated_at',
      'is_default',
      'read_only',
      'reusable',
    ]) {
      expect(shown).not.toHaveProperty(member)
    }
  })

  it('the organization is one record', async () => {
    const saved = await (await open('access/organization')).press('Save', {
      json: '{"name":"Lovelace","session_duration":"12h"}',
    })
    expect(saved.text).toContain('--request PUT')
    expect(await api('GET', '/access/organizations')).toMatchObject({
      name: 'Lovelace',
      session_duration: '12h',
    })
  })
})

describe('Service tokens', () => {
  it('are created with a secret that is shown once, rotated, disabled and deleted', async () => {
    const page = await open('access/service-tokens')
    const created = await page.press('Generate token', { name: 'CI' })
    const [, id, secret] =
      created.text.match(
        /CF-Access-Client-Id: (\S+) CF-Access-Client-Secret: (cfast_emulated_[\w-]{25})/,
      ) ?? []
    expect([id, secret]).toEqual([expect.stringMatching(/\.access$/), expect.any(String)])
    expect((await open('access/service-tokens')).text).not.toContain(String(secret))
    const rotated = await created.press('Rotate the secret')
    expect(rotated.text).toContain('CF-Access-Client-Secret')
    const disabled = await rotated.press('Disable')
    expect(disabled.text).toContain('disabled')
    expect((await disabled.press('Delete CI')).text).toContain('There are no service tokens yet.')
  })
})

describe('People', () => {
  it('are replaced, offered by the login page, and restored', async () => {
    const page = await open('access/people')
    expect(page.value('people')).toContain('<ada@example.com>')
    const refused = await page.press('Save people', { people: 'Nobody nobody@example' })
    expect(refused.root.querySelector('#people-problem')?.text).toContain('Line 1: email')
    expect(refused.value('people')).toBe('Nobody nobody@example')
    const saved = await refused.press('Save people', {
      people: 'Hedy Lamarr <hedy@example.com> radio, film',
    })
    expect(await (await fetch(`${APP}/_emulator/people`)).json()).toEqual([
      { name: 'Hedy Lamarr', email: 'hedy@example.com', groups: ['radio', 'film'] },
    ])
    const login = await fetch(`${APP}/`, { headers: { accept: 'text/html' } })
    const shown = await fetch(String(login.headers.get('location')))
    expect(await shown.text()).toContain('Hedy Lamarr')
    expect((await saved.press('Return to the setting PEOPLE')).value('people')).toContain('ada@')
  })

  it('are those of the setting again after a reset, or in a state that has no others', async () => {
    const control = controlOf(fetch)
    const addresses = async () =>
      ((await (await control('GET', 'people')).json()) as { email: string }[])
        .map(({ email }) => email)
        .join()
    const state = await (await control('GET', 'state')).json()
    const seeded = await addresses()
    for (const replace of [reset, () => control('PUT', 'state', state)]) {
      await control('PUT', 'people', [{ name: 'Hedy', email: 'hedy@example.com' }])
      expect(await addresses()).toBe('hedy@example.com')
      await replace()
      expect(await addresses()).toBe(seeded)
    }
  })

  it('the control refuses two people with one address', async () => {
    const person = { name: 'Ada', email: 'ada@example.com' }
    const response = await fetch(`${APP}/_emulator/people`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([person, person]),
    })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('unique')
  })
})

describe('Who gets in?', () => {
  const ask = async (email: string) =>
    (await open(`access/who-gets-in?email=${email}&application=${(await demo()).id}`)).text

  it('names the rule that decided', async () => {
    expect(await ask('ada@example.com')).toMatch(/admitted .*email_domain example\.com/)
    expect(await ask('eve@elsewhere.example')).toMatch(/refused .*No policy of Demo matches/)
  })
})

describe('Export and import', () => {
  const IDS = {
    app: '11111111-1111-4111-8111-111111111111',
    group: '22222222-2222-4222-8222-222222222222',
    policy: '33333333-3333-4333-8333-333333333333',
    provider: '44444444-4444-4444-8444-444444444444',
  }
  // As the real API responds.
  const REAL = {
    apps: {
      success: true,
      result: [
        {
          id: IDS.app,
          uid: IDS.app,
          aud: 'a'.repeat(64),
          name: 'Wiki',
          type: 'self_hosted',
          domain: 'wiki.example.com/docs',
          self_hosted_domains: ['wiki.example.com/docs', 'old.example.com'],
          destinations: [
            { type: 'public', uri: 'wiki.example.com/docs' },
            { type: 'public', uri: 'old.example.com' },
          ],
          allowed_idps: [IDS.provider],
          session_duration: '24h',
          a_member_of_tomorrow: true,
          saas_app: { client_secret: 'never-take-this' },
          created_at: '2026-01-01T00:00:00Z',
          updated_at: '2026-01-01T00:00:00Z',
          policies: [
            {
              id: IDS.policy,
              name: 'Engineering',
              decision: 'allow',
              reusable: true,
              precedence: 1,
              include: [{ group: { id: IDS.group } }],
              require: [],
              exclude: [],
              created_at: '2026-01-01T00:00:00Z',
              updated_at: '2026-01-01T00:00:00Z',
            },
            {
              id: '55555555-5555-4555-8555-555555555555',
              name: 'Own',
              decision: 'allow',
              precedence: 2,
              include: [{ email: { email: 'eve@elsewhere.example' } }],
            },
          ],
        },
        { id: 'x', name: 'Warp', type: 'warp' },
      ],
    },
    groups: [
      {
        id: IDS.group,
        name: 'Engineers',
        include: [{ email_domain: { domain: 'example.com' } }],
        require: [],
        exclude: [],
      },
    ],
    identity_providers: {
      result: [
        {
          id: IDS.provider,
          name: 'GitHub',
          type: 'github',
          config: { client_id: 'abc', client_secret: 'never-take-this' },
        },
      ],
    },
  }
  const texts = () =>
    Object.fromEntries(Object.entries(REAL).map(([name, answer]) => [name, JSON.stringify(answer)]))

  it('an import says what it would take and leave, and maps each host', async () => {
    const plan = await (await open('access/take-along')).press('Preview', texts())
    expect(plan.text).toContain('This would be imported')
    expect(plan.text).toContain('application Wiki (self_hosted): the member a_member_of_tomorrow')
    expect(plan.text).toContain('application Warp (warp): ')
    expect(plan.text).toContain('policy Engineering')
    expect(plan.text).not.toContain('policy Own')
    expect(plan.text).toContain('identity provider GitHub (github): its configuration')
    expect(plan.value('host.0.real')).toBe('wiki.example.com')
    expect(plan.value('host.0.local')).toBe('wiki.localhost:8788')
    expect((await api<Application[]>('GET', '/access/apps')).map(({ name }) => name)).toEqual([
      'Demo',
    ])
  })

  it('takes applications with their policies, groups and providers, and no secret', async () => {
    const plan = await (await open('access/take-along')).press('Preview', texts())
    const done = await plan.press('Import', { 'host.0.local': 'wiki.test:8788' })
    expect(done.text).toContain('Imported')
    const wiki = (await api<Application[]>('GET', '/access/apps')).find(({ id }) => id === IDS.app)
    expect(wiki).toMatchObject({
      domain: 'wiki.test:8788/docs',
      destinations: [{ uri: 'wiki.test:8788/docs' }, { uri: 'old.localhost:8788' }],
      self_hosted_domains: ['wiki.test:8788/docs', 'old.localhost:8788'],
      policies: [
        { id: IDS.policy, reusable: true, include: [{ group: { id: IDS.group } }] },
        { name: 'Own' },
      ],
    })
    expect(await api('GET', `/access/identity_providers/${IDS.provider}`)).toMatchObject({
      name: 'GitHub',
      type: 'github',
      config: {},
    })
    const state = await (await fetch(`${APP}/_emulator/state`)).text()
    expect(state).not.toContain('never-take-this')
    const verdict = await open(`access/who-gets-in?email=ada@example.com&application=${IDS.app}`)
    expect(verdict.text).toContain('admitted')
  })

  it('maps the hosts of an application that has no destinations', async () => {
    const hosts = ['wiki.example.com', 'old.example.com']
    const apps = JSON.stringify([{ id: IDS.app, name: 'Wiki', self_hosted_domains: hosts }])
    await (await (await open('access/take-along')).press('Preview', { apps })).press('Import')
    expect(await api('GET', `/access/apps/${IDS.app}`)).toMatchObject({
      self_hosted_domains: ['wiki.localhost:8788', 'old.localhost:8788'],
    })
  })

  it('names the response that it cannot read, and keeps it', async () => {
    const page = await (await open('access/take-along')).press('Preview', { apps: '{"result":' })
    expect(page.root.querySelector('#apps-problem')?.text).toContain('This is not JSON')
    expect(page.value('apps')).toBe('{"result":')
  })

  it('leaves out a record that names one that does not exist, and what names that record [K14]', async () => {
    const { groups: _, ...others } = texts()
    const plan = await (await open('access/take-along')).press('Preview', others)
    const done = await plan.press('Import')
    for (const page of [plan, done]) {
      const [taken = '', left] = page.text.split('Left out')
      expect(taken).toContain('identity provider GitHub')
      expect(taken).not.toMatch(/policy Engineering|application Wiki/)
      expect(left).toContain(
        `policy Engineering: group ${IDS.group} not found, which it names at /include/0/group`,
      )
      expect(left).toContain(
        `application Wiki (self_hosted): policy ${IDS.policy} not found, which it names at /policies/0`,
      )
    }
    expect(await api('GET', '/access/policies')).toEqual([])
    expect(await api('GET', '/access/apps')).toMatchObject([{ name: 'Demo' }])
    expect(await api('GET', `/access/identity_providers/${IDS.provider}`)).toMatchObject({
      name: 'GitHub',
    })
  })

  it('takes a record that names one of an earlier import', async () => {
    const { groups = '', ...others } = texts()
    await (await (await open('access/take-along')).press('Preview', { groups })).press('Import')
    const done = await (await (await open('access/take-along')).press('Preview', others)).press(
      'Import',
    )
    expect(done.text).toContain('policy Engineering')
    expect((await api<Application[]>('GET', '/access/apps')).map(({ name }) => name)).toEqual([
      'Demo',
      'Wiki',
    ])
  })

  it('creates the tags of the applications that it takes', async () => {
    const apps = JSON.stringify([
      { id: IDS.app, name: 'Wiki', domain: 'wiki.example.com', tags: ['docs'] },
      { name: 'Left', domain: 'left.example.com', tags: ['left'], allowed_idps: ['none'] },
    ])
    const plan = await (await open('access/take-along')).press('Preview', { apps })
    expect(plan.text).toContain('tag docs')
    expect(plan.text).not.toContain('tag left')
    await plan.press('Import')
    expect(await api('GET', '/access/tags')).toMatchObject([{ name: 'docs' }])
    expect(await api('GET', `/access/apps/${IDS.app}`)).toMatchObject({ tags: ['docs'] })
  })

  it('leaves out an application with the domain of another one [K6, K37]', async () => {
    const apps = JSON.stringify([
      { id: IDS.app, name: 'Wiki', self_hosted_domains: ['wiki.example.com', 'old.example.com'] },
    ])
    const plan = await (await open('access/take-along')).press('Preview', { apps })
    const { domain } = await demo()
    const done = await plan.press('Import', { 'host.1.local': String(domain) })
    expect(done.text).toContain(`${domain} belongs to several applications: Demo, Wiki`)
    expect(await api('GET', '/access/apps')).toMatchObject([{ name: 'Demo' }])
  })

  it('refuses groups that refer to themselves', async () => {
    const include = [{ group: { id: IDS.group } }]
    const groups = JSON.stringify([{ id: IDS.group, name: 'Engineers', include }])
    const page = await (await open('access/take-along')).press('Preview', { groups })
    expect(page.status).toBe(400)
    expect(page.root.querySelector('#groups-problem')?.text).toContain('refers to itself')
    expect(await api('GET', '/access/groups')).toEqual([])
  })

  it('works on this machine only', async () => {
    const HOST = 'https://emulator.example.workers.dev'
    const TOKEN = 'a-token-of-sixteen-characters'
    const deployed = emulator({
      TEAM_DOMAIN: 'emulator.example.workers.dev',
      EMULATOR_TOKEN: TOKEN,
    })
    const headers = { authorization: `Bearer ${TOKEN}`, origin: HOST }
    const path = `${HOST}/_emulator/configure/access/take-along`
    const shown = await deployed.fetch(path, { headers })
    expect(await shown.text()).toContain('An import works on this machine only')
    const response = await deployed.fetch(path, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'intent=import',
    })
    expect(response.status).toBe(403)
  })

  it('the exported option of startEmulator makes the same applications', async () => {
    const page = await (await open('access/take-along')).press('Preview', texts())
    await page.press('Import')
    const text = (await open('access/take-along')).root
      .querySelectorAll('pre')
      .map((each) => each.text)
      .find((each) => each.startsWith('await startEmulator('))
    const { applications, settings } = JSON.parse(
      text?.replace(/^await startEmulator\(|\)$/g, '') ?? '',
    ) as { applications: object[]; settings: Record<string, object[]> }
    const vars = { ...settings, APPLICATIONS: applications }
    await reset()
    const again = emulator(
      Object.fromEntries(
        Object.entries(vars).map(([name, value]) => [name, JSON.stringify(value)]),
      ),
    )
    const response = await again.fetch(`${APP}/client/v4/accounts/${ACCOUNT}/access/apps`, {
      headers: { authorization: 'Bearer any' },
    })
    const { result } = (await response.json()) as { result: Application[] }
    expect(result.map(({ id, name }) => [id, name])).toEqual([
      [expect.any(String), 'Demo'],
      [IDS.app, 'Wiki'],
    ])
    expect(result[1]?.policies).toMatchObject([
      { include: [{ group: { id: IDS.group } }] },
      { name: 'Own' },
    ])
  })

  it('the exported calls create the records in an order that keeps their references', async () => {
    const page = await (await open('access/take-along')).press('Preview', texts())
    await page.press('Import')
    const script = (await open('access/take-along')).root.querySelector('pre')?.text ?? ''
    expect(script).toMatch(/^# needs jq/)
    expect(script.indexOf('GROUP_1=')).toBeLessThan(script.indexOf('POLICY_1='))
    expect(script).toContain(`"id": "'"$GROUP_1"'"`)
    expect(script).not.toContain(IDS.group)
    expect(script).not.toContain('self_hosted_domains')
    expect(script).toContain(`"id": "'"$POLICY_1"'"`)
  })
})

describe('Every administrator’s page', () => {
  it('refuses forms of other sites', async () => {
    const response = await fetch(`${CONFIGURE}/access/people`, {
      method: 'POST',
      headers: {
        origin: 'https://evil.example',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'intent=restore',
    })
    expect(response.status).toBe(403)
  })

  it('leaves no event for reading, and the API’s own event for a change', async () => {
    await open('access/applications')
    expect((await events()).filter(({ kind }) => kind === 'api-call')).toEqual([])
    await (await open('access/groups/new')).press('Save')
    await vi.waitFor(async () => {
      const calls = (await events()).filter(({ kind }) => kind === 'api-call')
      expect(calls).toMatchObject([{ method: 'POST', status: 201 }])
    }, 20_000)
  })

  it('works with API_TOKENS too, which only programs need', async () => {
    const limited = emulator({ API_TOKENS: '[]' })
    const page = await FormPage.open(limited.fetch, `${CONFIGURE}/access/applications`)
    expect(page.text).toContain('Demo')
  })

  it('is closed on a public host without the token', async () => {
    const response = await fetch(
      'https://emulator.example.workers.dev/_emulator/configure/access/people',
    )
    expect(response.status).toBe(503)
  })

  it('says that a record does not exist', async () => {
    const page = await open('access/groups/nothing')
    expect([page.status, page.text]).toEqual([404, expect.stringContaining('Not found')])
  })
})
