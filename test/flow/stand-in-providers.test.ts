import { beforeEach, describe, expect, it } from 'vitest'
import { APP, application, emulator, LOGIN_TITLE } from '../support/emulator'
import { observer } from '../support/observer'
import { Person } from '../support/person'

const OKTA = { id: 'okta-1', name: 'Our Okta', type: 'okta', config: {} }
const GITHUB = { id: 'github-1', name: 'GitHub', type: 'github', config: {} }
const POSTURE = [{ name: 'Ada', email: 'ada@example.com', posture: ['disk-encryption'] }]
const world = emulator()
const { events } = observer(world.fetch)
beforeEach(world.reset)

const withProviders = (changes: Record<string, unknown> = {}, settings = {}) =>
  emulator({
    IDENTITY_PROVIDERS: [OKTA, GITHUB],
    PEOPLE: POSTURE,
    APPLICATIONS: [application(changes)],
    ...settings,
  })
const opened = (emulated: typeof world) => new Person(emulated.fetch).open(`${APP}/whoami`)
const claimsOf = (person: Person) => (person.json() as { claims: Record<string, unknown> }).claims

describe('An identity provider without a login of its own [K42]', () => {
  it('is a button that leads to a choice of people', async () => {
    const person = await opened(withProviders())
    expect(person.page?.text).toContain('Sign in with GitHub')
    await person.press('Sign in with Our Okta')
    expect(person.page).toMatchObject({ status: 200, title: LOGIN_TITLE })
    expect(person.page?.text).toContain('stands in for the login at Our Okta')
    expect(await events({ kind: 'login' })).toContainEqual(
      expect.objectContaining({ step: 'provider', rule: 'K42' }),
    )
    await person.press('ada@example.com')
    expect(claimsOf(person)).toMatchObject({ email: 'ada@example.com' })
  })

  it('gives the identity its id and type', async () => {
    const person = await opened(withProviders())
    await person.press('Sign in with GitHub')
    await person.press('Log in', { email: 'eve@example.com' })
    await person.open(`${APP}/cdn-cgi/access/get-identity`)
    expect(person.json()).toMatchObject({
      email: 'eve@example.com',
      idp: { id: 'github-1', type: 'github' },
    })
  })

  it('is offered as allowed_idps says', async () => {
    const person = await opened(withProviders({ allowed_idps: ['okta-1'] }))
    expect(person.page?.text).toContain('Our Okta')
    expect(person.page?.text).not.toContain('GitHub')
  })

  it.each([
    ['okta-1', 200],
    ['github-1', 403],
  ])('is what a login_method rule for %s sees: %d', async (id, status) => {
    const policies = [{ name: 'By Okta', decision: 'allow', include: [{ login_method: { id } }] }]
    const person = await opened(withProviders({ policies }))
    await person.press('Sign in with Our Okta')
    await person.press('ada@example.com')
    expect(person.page?.status).toBe(status)
  })

  it('is the next page at once with auto_redirect_to_identity of the application', async () => {
    const changes = { allowed_idps: ['okta-1'], auto_redirect_to_identity: true }
    const person = await opened(withProviders(changes))
    expect(person.page?.text).toContain('stands in for the login at Our Okta')
    await person.press('ada@example.com')
    expect(claimsOf(person)).toMatchObject({ email: 'ada@example.com' })
  })

  it('is the next page at once with auto_redirect_to_identity of the organization [K41]', async () => {
    const ORGANIZATION = { auto_redirect_to_identity: true }
    const alone = { IDENTITY_PROVIDERS: [OKTA], ORGANIZATION }
    expect((await opened(withProviders({}, alone))).page?.text).toContain('stands in for')
    const two = await opened(withProviders({}, { ORGANIZATION }))
    expect(two.page?.text).toContain('Sign in with GitHub')
  })

  it('is not offered on a host for everybody', async () => {
    const settings = { TEAM_DOMAIN: 'team.example', EMULATOR_TOKEN: 'a-secret-of-the-test' }
    const deployed = withProviders({}, settings)
    const person = await new Person(deployed.fetch, ['app.example', 'team.example']).open(
      'http://app.example/whoami',
    )
    expect(person.page?.text).toContain('Picking a person is off on this host')
    expect(person.page?.text).not.toContain('Our Okta')
  })
})

describe('The posture of a person [K43]', () => {
  const rule = (integration_uid: string) => ({ device_posture: { integration_uid } })
  const status = async (policy: Record<string, unknown>, people: object[] = POSTURE) => {
    const include = [{ email_domain: { domain: 'example.com' } }]
    const policies = [{ name: 'Devices', decision: 'allow', include, ...policy }]
    const person = await opened(withProviders({ policies }, { PEOPLE: people }))
    await person.press('Sign in with Our Okta')
    await person.press('ada@example.com')
    return person.page?.status
  }

  it('decides device_posture rules without a device', async () => {
    expect(await status({ require: [rule('disk-encryption')] })).toBe(200)
    expect(await status({ require: [rule('firewall')] })).toBe(403)
    expect(await status({ exclude: [rule('disk-encryption')] })).toBe(403)
  })

  it('is empty for a person without the member', async () => {
    const people = [{ name: 'Ada', email: 'ada@example.com' }]
    expect(await status({ require: [rule('disk-encryption')] }, people)).toBe(403)
  })
})
