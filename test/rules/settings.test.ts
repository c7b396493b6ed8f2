import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { DEFAULT_PROVIDERS } from '../../src/access/identity-provider'
import seed from '../../src/node/seed.toml?raw'
import { readSettings } from '../../src/settings'
import { SettingsError, type SettingsProblem } from '../../src/settings/error'
import wranglerToml from '../../wrangler.toml?raw'

const ADA = { name: 'Ada', email: 'ada@example.com' }
const app = (members: object = {}) => ({ name: 'Demo', domain: '*', ...members })
const apps = (...members: object[]) => ({ APPLICATIONS: members.map(app) })

/** Returns the problems of these vars. */
async function problemsOf(vars: object): Promise<SettingsProblem[]> {
  const error = await readSettings(vars).then(
    () => undefined,
    (error) => error,
  )
  if (error === undefined) return []
  expect(error).toBeInstanceOf(SettingsError)
  return error.problems
}

describe('A setting that is left out', () => {
  it.each([{}, { TEAM_DOMAIN: '', ACCESS_PATH: '', ORIGIN_URL: '', CODE_LIFETIME: '' }])(
    'or empty has its default: %j',
    async (vars) => {
      expect(await readSettings(vars)).toEqual({
        TEAM_DOMAIN: '127.0.0.1',
        ACCESS_PATH: 'auto',
        ORIGIN_URL: undefined,
        CODE_LIFETIME: '60s',
        REFRESH_TOKEN_GRACE: '0s',
        REFRESH_TOKEN_REUSE: 'revoke',
        REVOCATION: 'observed',
        REDIRECT_RULES: 'current',
        DASH_ACCESS_TOKEN_LIFETIME: '1h',
        ACCOUNTS: [{ id: '0123456789abcdef0123456789abcdef', name: 'Emulated account' }],
        PEOPLE: [],
        LOCAL_HOSTS: [],
        QUIRKS: [],
        EVENTS_KEPT: 1000,
        seed: {
          applications: [],
          policies: [],
          groups: [],
          emailLists: [],
          accounts: [{ id: '0123456789abcdef0123456789abcdef', name: 'Emulated account' }],
          serviceTokens: [],
          identityProviders: DEFAULT_PROVIDERS,
          tags: [],
          mcpServers: [],
          mcpPortals: [],
          oauthClients: [],
          dnsRecords: [],
          userPopulations: [],
          populationUsers: [],
          organizations: [
            expect.objectContaining({
              name: 'Emulated organization',
              session_duration: '24h',
              strict_service_token_auth: false,
            }),
          ],
        },
      })
    },
  )
})

it('The package carries the settings of wrangler.toml as they are committed (src/node/seed.toml)', () => {
  const varsOf = (toml: string) => toml.slice(toml.indexOf('[vars]'))
  expect(varsOf(seed)).toBe(varsOf(wranglerToml))
})

describe('The seed of wrangler.toml', async () => {
  const settings = await readSettings({ ...env })

  it('has three people', () => {
    expect(settings.PEOPLE).toMatchObject([
      { email: 'ada@example.com', groups: ['engineering'] },
      { email: 'grace@example.com', groups: ['research'] },
      { email: 'mallory@blocked.example', groups: [] },
    ])
  })

  it('has one application on every host, for every person at example.com', () => {
    expect(settings.seed.applications).toMatchObject([
      {
        name: 'Demo',
        domain: '*',
        oauth_configuration: {
          enabled: true,
          dynamic_client_registration: {
            enabled: true,
            allow_any_on_localhost: true,
            allow_any_on_loopback: true,
            allowed_uris: ['https://playground.ai.cloudflare.com/*'],
          },
          grant: { access_token_lifetime: '15m', session_duration: '24h' },
        },
        policies: [
          {
            decision: 'allow',
            include: [{ email_domain: { domain: 'example.com' } }],
            exclude: [],
          },
        ],
      },
    ])
  })
})

describe('A setting', () => {
  it.each([
    [{ TEAM_DOMAIN: 'Team.Example:8789' }, { TEAM_DOMAIN: 'team.example:8789' }],
    [{ TEAM_DOMAIN: '[::1]:8789' }, { TEAM_DOMAIN: '[::1]:8789' }],
    [{ ACCESS_PATH: '/.access' }, { ACCESS_PATH: '/.access' }],
    [{ ACCESS_PATH: '/cdn-cgi/access' }, { ACCESS_PATH: '/cdn-cgi/access' }],
    [{ ORIGIN_URL: 'http://localhost:3000' }, { ORIGIN_URL: 'http://localhost:3000' }],
    [{ ORIGIN_URL: 'https://origin.example/' }, { ORIGIN_URL: 'https://origin.example/' }],
    [{ REFRESH_TOKEN_GRACE: '30s' }, { REFRESH_TOKEN_GRACE: '30s' }],
    [{ REFRESH_TOKEN_REUSE: 'refuse' }, { REFRESH_TOKEN_REUSE: 'refuse' }],
  ])('is accepted: %j', async (vars, settings) => {
    expect(await readSettings(vars)).toMatchObject(settings)
  })

  it('that is structured may be JSON text, as --var passes it', async () => {
    const structured = { PEOPLE: [ADA], ...apps({ policies: [] }) }
    const text = {
      PEOPLE: JSON.stringify(structured.PEOPLE),
      APPLICATIONS: JSON.stringify(structured.APPLICATIONS),
    }
    expect(await readSettings(text)).toEqual(await readSettings(structured))
    expect((await readSettings(text)).PEOPLE).toMatchObject([ADA])
  })

  it.each([
    ['ORIGN_URL', 'http://localhost:3000', 'ORIGIN_URL'],
    ['TEAM_DOMIAN', 'team.example', 'TEAM_DOMAIN'],
    ['EMULATOR_TOKN', 'a-secret-of-some-length', 'EMULATOR_TOKEN'],
    ['PEOPLES', [{ name: 'Ada' }], 'PEOPLE'],
    ['organisation', { name: 'x' }, 'ORGANIZATION'],
  ])('that does not exist is a problem, with the nearest one: %s', async (setting, value, near) => {
    expect(await problemsOf({ [setting]: value })).toEqual([
      {
        setting,
        // It may be a misspelt secret.
        found: 'not shown, because it may be a secret',
        expected: `there is no such setting; did you mean ${near}?`,
      },
    ])
  })

  it('that resembles none is a problem, with all of them', async () => {
    const [problem] = await problemsOf({ DATABASE: 'x' })
    expect(problem?.expected).toMatch(
      /^there is no such setting; expected one of TEAM_DOMAIN, .*MCP_PORTALS/,
    )
  })

  it('is not confused with a binding, whatever its name is', async () => {
    class Binding {}
    const bindings = { KV: {}, GRANTS: {}, OTHER: new Binding(), SERVICE: () => undefined }
    expect(await problemsOf(bindings)).toEqual([])
  })

  it.each([
    [{ polices: [] }, 'APPLICATIONS[0].polices', 'policies'],
    [{ oauth_configuration: { grnat: {} } }, 'APPLICATIONS[0].oauth_configuration.grnat', 'grant'],
  ])('has no misspelt member at any depth: %j', async (members, setting, near) => {
    const expected = `there is no such member; did you mean ${near}?`
    expect(await problemsOf(apps(members))).toEqual([
      { setting, found: expect.any(String), expected },
    ])
  })

  it.each([
    [{ wrong: 1 }, 'APPLICATIONS[0].wrong', /expected one of id, aud, name, .* policies, /],
    [{ oauth_configuration: { wrong: 1 } }, 'APPLICATIONS[0].oauth_configuration.wrong', /grant$/],
    [
      { policies: [{ name: 'P', decision: 'allow', include: [{ email: { wrong: 1 } }] }] },
      'APPLICATIONS[0].policies[0].include[0].email.wrong',
      /expected email$/,
    ],
  ])('has no member that does not exist at its place: %j', async (members, setting, expected) => {
    expect(await problemsOf(apps(members))).toContainEqual({
      setting,
      found: '1',
      expected: expect.stringMatching(expected),
    })
  })

  it.each([
    [{ group: { id: 'engineering' } }, 'group', 'GROUPS', /oidc = \{ claim_name = "groups"/],
    [{ email_list: { id: 'x' } }, 'email_list', 'EMAIL_LISTS', /never matches$/],
    [{ service_token: { token_id: 'x' } }, 'service_token', 'SERVICE_TOKENS', /never matches$/],
    [{ login_method: { id: 'x' } }, 'login_method', 'IDENTITY_PROVIDERS', /never matches$/],
  ])('with a rule that names a missing record has a warning: %j', async (rule, kind, of, hint) => {
    vi.spyOn(console, 'info').mockImplementation(() => {})
    const policies = [{ name: 'P', decision: 'allow', include: [rule] }]
    const { warnings = [] } = await readSettings(apps({ policies }))
    expect(warnings).toEqual([expect.stringMatching(hint)])
    expect(warnings[0]).toContain(`APPLICATIONS[0].policies[0].include[0].${kind} is `)
    expect(warnings[0]).toContain(`none of ${of}`)
  })

  it('is parsed once', () => {
    const vars = { CODE_LIFETIME: '30s' }
    expect(readSettings(vars)).toBe(readSettings(vars))
  })
})

describe('A wrong setting is reported with the value found and the value expected:', () => {
  it.each<[object, string, string, string]>([
    [{ TEAM_DOMAIN: 'https://team.example' }, 'TEAM_DOMAIN', '"https://team.example"', 'host:port'],
    [{ TEAM_DOMAIN: 'team.example/x' }, 'TEAM_DOMAIN', '"team.example/x"', 'host:port'],
    [{ TEAM_DOMAIN: 'team example' }, 'TEAM_DOMAIN', '"team example"', 'host:port'],
    [{ TEAM_DOMAIN: 'user@team.example' }, 'TEAM_DOMAIN', '"user@team.example"', 'host:port'],
    [{ TEAM_DOMAIN: '*' }, 'TEAM_DOMAIN', '"*"', 'host:port'],
    [{ TEAM_DOMAIN: 'team:port' }, 'TEAM_DOMAIN', '"team:port"', 'host:port'],
    [{ TEAM_DOMAIN: 8788 }, 'TEAM_DOMAIN', '8788', 'string'],
    [{ ACCESS_PATH: '/access' }, 'ACCESS_PATH', '"/access"', 'auto, /cdn-cgi/access or /.access'],
    [{ ORIGIN_URL: 'localhost:3000' }, 'ORIGIN_URL', '"localhost:3000"', 'http://host[:port]'],
    [{ ORIGIN_URL: '3000' }, 'ORIGIN_URL', '"3000"', 'http://host[:port]'],
    [{ ORIGIN_URL: 'ws://h' }, 'ORIGIN_URL', '"ws://h"', 'http://host[:port]'],
    [{ ORIGIN_URL: 'http://h/path' }, 'ORIGIN_URL', '"http://h/path"', 'without a path'],
    [{ ORIGIN_URL: 'http://h?q' }, 'ORIGIN_URL', '"http://h?q"', 'without a path'],
    [{ ORIGIN_URL: 'http://h#f' }, 'ORIGIN_URL', '"http://h#f"', 'without a path'],
    [{ ORIGIN_URL: 'http://u:p@h' }, 'ORIGIN_URL', '"http://u:p@h"', 'http://host[:port]'],
    [{ ORIGIN_URL: 'http://:p@h' }, 'ORIGIN_URL', '"http://:p@h"', 'http://host[:port]'],
    [
      { ORGANIZATION: { session_duration: '1d' } },
      'ORGANIZATION.session_duration',
      '"1d"',
      'expected a duration',
    ],
    [
      { APPLICATIONS: [{ name: 'A', domain: '*', allowed_idps: ['nobody'] }] },
      'APPLICATIONS[0].allowed_idps[0]',
      '"nobody"',
      'expected the id of one of IDENTITY_PROVIDERS',
    ],
    [
      apps({ type: 'end_user', user_populations: ['nobody'] }),
      'APPLICATIONS[0].user_populations[0]',
      '"nobody"',
      'expected the id of one of USER_POPULATIONS',
    ],
    [{ CODE_LIFETIME: '0s' }, 'CODE_LIFETIME', '"0s"', 'at least 1s'],
    [{ CODE_LIFETIME: 60 }, 'CODE_LIFETIME', '60', 'expected a duration'],
    [{ REFRESH_TOKEN_GRACE: '30' }, 'REFRESH_TOKEN_GRACE', '"30"', 'expected a duration'],
    [{ REFRESH_TOKEN_REUSE: 'x' }, 'REFRESH_TOKEN_REUSE', '"x"', 'expected revoke or refuse'],
    [{ PEOPLE: 'ada' }, 'PEOPLE', '"ada"', 'expected a list of people'],
    [{ PEOPLE: '{}' }, 'PEOPLE', '"{}"', 'expected a list of people'],
    [{ PEOPLE: [{ ...ADA, email: 'ada' }] }, 'PEOPLE[0].email', '"ada"', 'an e-mail address'],
    [{ PEOPLE: [ADA, { email: 'g@example.com' }] }, 'PEOPLE[1].name', 'not set', 'string'],
    [{ APPLICATIONS: 'demo' }, 'APPLICATIONS', '"demo"', 'expected array'],
    [{ APPLICATIONS: '[{"name":' }, 'APPLICATIONS', '"[{\\"name\\":"', 'expected array'],
    [{ APPLICATIONS: [null] }, 'APPLICATIONS[0]', 'null', 'expected object'],
    [
      { PEOPLE: [ADA, { ...ADA, name: 'B' }] },
      'PEOPLE[1].email',
      '"ada@example.com"',
      'expected a unique value',
    ],
    [
      { GROUPS: ['A', 'B'].map((name) => ({ id: 'g', name, include: [{ everyone: {} }] })) },
      'GROUPS[1].id',
      '"g"',
      'expected a unique value',
    ],
    [
      { GROUPS: [{ id: 'g', name: 'G', include: [{ group: { id: 'g' } }] }] },
      'GROUPS[0]',
      '{"id":"g","name":"G","include":[{"group":{"id":"g"}}]}',
      'the group G refers to itself',
    ],
    [
      { APPLICATIONS: [{ name: 'Demo' }] },
      'APPLICATIONS[0].domain',
      'not set',
      'is required for type self_hosted',
    ],
    [apps({ domain: 'https://x' }), 'APPLICATIONS[0].domain', '"https://x"', 'host[:port][/path]'],
    [
      { APPLICATIONS: '[{"name":"Demo","domain":5}]' },
      'APPLICATIONS[0].domain',
      '5',
      'expected string',
    ],
    [
      apps({ oauth_configuration: { grant: { access_token_lifetime: '15 minutes' } } }),
      'APPLICATIONS[0].oauth_configuration.grant.access_token_lifetime',
      '"15 minutes"',
      'expected a duration',
    ],
    [
      apps({
        oauth_configuration: {
          dynamic_client_registration: { allowed_uris: ['https://x', 'a:/*'] },
        },
      }),
      'APPLICATIONS[0].oauth_configuration.dynamic_client_registration.allowed_uris[1]',
      '"a:/*"',
      'custom scheme',
    ],
    [
      apps({ policies: [{ name: 'P', decision: 'allow', include: [{ emails: 'x' }] }] }),
      'APPLICATIONS[0].policies[0].include[0]',
      '{"emails":"x"}',
      'unknown rule kind emails',
    ],
  ])('%j is %s', async (vars, setting, found, expected) => {
    expect(await problemsOf(vars)).toEqual([
      { setting, found, expected: expect.stringContaining(expected) },
    ])
  })

  it.each<[object, string]>([
    [{ EMULATOR_TOKEN: 'a-secret' }, 'EMULATOR_TOKEN'],
    [{ EMULATOR_TOKEN: 'a-secret with words in it' }, 'EMULATOR_TOKEN'],
    [{ EMULATOR_TOKEN: 'a-secret-of-sixteen-characters-é' }, 'EMULATOR_TOKEN'],
    [{ API_TOKENS: '[{"token":"a-secret"' }, 'API_TOKENS'],
    [{ API_TOKENS: ['a-secret'] }, 'API_TOKENS[0]'],
    [{ API_TOKENS: [{ name: 'x', token: ['a-secret'], permissions: [] }] }, 'API_TOKENS[0].token'],
    [
      { API_TOKENS: [{ name: 'x', token: 'x', permissions: [], Token: 'a-secret' }] },
      'API_TOKENS[0].Token',
    ],
    [{ SERVICE_TOKENS: '[{"client_secret":"a-secret"' }, 'SERVICE_TOKENS'],
    [{ OAUTH_CLIENTS: { client_secret: 'a-secret' } }, 'OAUTH_CLIENTS'],
    [{ IDENTITY_PROVIDERS: '[{"client_secret":"a-secret"' }, 'IDENTITY_PROVIDERS'],
    [
      { IDENTITY_PROVIDERS: [{ id: 'x', name: 'x', type: 'oidc', config: 'a-secret' }] },
      'IDENTITY_PROVIDERS[0].config',
    ],
  ])('without the value if it may be a secret: %j', async (vars, setting) => {
    const faults = await problemsOf(vars)
    expect(faults).toMatchObject([{ setting, found: 'not shown, because it may be a secret' }])
    expect(JSON.stringify(faults)).not.toContain('a-secret')
  })

  it('with the other values beside a secret', async () => {
    const API_TOKENS = [{ name: 'x', token: 'a-secret', permissions: ['Access: Group Read'] }]
    const { apiError } = await readSettings({ API_TOKENS })
    expect(apiError?.problems).toMatchObject([
      { setting: 'API_TOKENS[0].permissions[0]', found: '"Access: Group Read"' },
    ])
  })

  it.each<[unknown, string]>([
    ['host.docker.internal', 'LOCAL_HOSTS'],
    [['host.docker.internal:8788'], 'LOCAL_HOSTS[0]'],
    [['http://host.docker.internal'], 'LOCAL_HOSTS[0]'],
    [['*.internal'], 'LOCAL_HOSTS[0]'],
  ])('a host that no request can have, as LOCAL_HOSTS %j', async (LOCAL_HOSTS, setting) => {
    expect(await problemsOf({ LOCAL_HOSTS })).toMatchObject([
      { setting, expected: expect.stringMatching(/^expected .*host/) },
    ])
  })

  it.each(['127.0.0.1:99999', '256.0.0.1', '1.2.3.4.5', '[::1:]', '[1:2]'])(
    'a team domain that no URL can have, %s',
    async (TEAM_DOMAIN) => {
      expect(await problemsOf({ TEAM_DOMAIN })).toMatchObject([
        { setting: 'TEAM_DOMAIN', found: `"${TEAM_DOMAIN}"` },
      ])
    },
  )

  it.each([
    [apps({ polices: [] }), 'APPLICATIONS[0].polices', '[]'],
    [
      apps({ oauth_configuration: { enable: true } }),
      'APPLICATIONS[0].oauth_configuration.enable',
      'true',
    ],
    [{ PEOPLE: [{ ...ADA, group: 'x' }] }, 'PEOPLE[0].group', '"x"'],
    [{ PEOPLE: JSON.stringify([{ ...ADA, group: 'x' }]) }, 'PEOPLE[0].group', '"x"'],
  ])('an unknown member, %j', async (vars, setting, found) => {
    expect(await problemsOf(vars)).toEqual([
      {
        setting,
        found,
        expected: expect.stringMatching(/^there is no such member; did you mean \w+\?$/),
      },
    ])
  })

  it('every unknown member separately', async () => {
    expect(await problemsOf({ PEOPLE: [{ ...ADA, a: 1, b: 2 }] })).toMatchObject([
      { setting: 'PEOPLE[0].a', found: '1' },
      { setting: 'PEOPLE[0].b', found: '2' },
    ])
  })

  it.each([
    ['domain', { domain: 'localhost' }],
    ['aud', { aud: '0f'.repeat(32) }],
    ['id', { id: 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415' }],
  ])('an application with the %s of another', async (member, same) => {
    const vars = apps(
      { name: 'One', domain: 'one.example', ...same },
      { name: 'Two', domain: 'two.example' },
      { name: 'Three', domain: 'three.example', ...same },
    )
    expect(await problemsOf(vars)).toContainEqual({
      setting: `APPLICATIONS[2].${member}`,
      found: JSON.stringify(Object.values(same)[0]),
      expected: expect.stringContaining('the application "One" has the same one'),
    })
  })

  it('an application with the name of another, from which its id is derived', async () => {
    const vars = apps({ domain: 'one.example' }, { domain: 'two.example' })
    expect(await problemsOf(vars)).toContainEqual(
      expect.objectContaining({ setting: 'APPLICATIONS[1].name', found: '"Demo"' }),
    )
  })

  it('all of them at once, in the order of the settings, also in the message', async () => {
    const vars = { CODE_LIFETIME: 'soon', TEAM_DOMAIN: '?', PEOPLE: 5 }
    const settings = (await problemsOf(vars)).map(({ setting }) => setting)
    expect(settings).toEqual(['TEAM_DOMAIN', 'CODE_LIFETIME', 'PEOPLE'])
    await expect(readSettings(vars)).rejects.toThrow(
      /^Invalid settings: TEAM_DOMAIN is "\?": .+; CODE_LIFETIME is "soon": .+; PEOPLE is 5: /,
    )
  })

  it('briefly, however long it is', async () => {
    const [fault] = await problemsOf({ TEAM_DOMAIN: '?'.repeat(10_000) })
    expect(fault?.found).toBe(`"${'?'.repeat(199)}...`)
  })
})
