import { beforeEach, describe, expect, it } from 'vitest'
import type { ReportedEvent } from '../../src/events/event'
import type { Edit } from '../../src/store/configuration'
import type { EmulatorObject } from '../../src/store/emulator/object'
import { remote } from '../../src/store/remote'
import { stopClock } from '../support/emulator'
import { alarms, bindings } from '../support/store'

stopClock()
const [ADA, GRACE] = ['ada@example.com', 'grace@example.com']

// An object of this file's own, because another one resets the emulator's.
const name = `test ${crypto.randomUUID()}`
const object = remote<EmulatorObject>(bindings.EMULATOR as never, name)
let now: number
beforeEach(async () => {
  now = Math.floor(Date.now() / 1000)
  await object.reset()
})
const advance = (bySeconds: number) => object.moveClock({ bySeconds })

const grant = (email: string, portalId = 'tools') => ({
  portalId,
  email,
  decided: { docs: true },
  toggles: {},
  connections: {},
})
const connection = (grantId: string) => ({
  grantId,
  clientId: 'client',
  clientName: 'Client',
  accountIds: ['account'],
  scopes: ['zone.read'],
  authorizedAtSeconds: now,
})
const at = (seconds: number) => new Date(seconds * 1000).toISOString()
const signIn = (email: string, sessionId: string, changes: object = {}) =>
  ({
    kind: 'signed-in',
    at: at(now),
    holder: 'browser',
    identity: { email, name: `Name of ${email}`, groups: [] },
    sessionId,
    revision: 0,
    expiresAtSeconds: now + 100,
    ip: '192.0.2.1',
    country: 'DE',
    ...changes,
  }) as unknown as ReportedEvent

describe('A state of a portal', () => {
  const session = (holder = 'grant') => ({
    portalId: 'tools',
    holder,
    protocolVersion: '2025-06-18',
    elicitation: { url: false, form: false },
    toggles: { docs: true },
  })
  const put = (id: string, value = session(), endsIn = 100) =>
    object.putPortalState('session', id, 'owner', now + endsIn, value)

  it('is found until it ends, by its kind and id', async () => {
    await put('one')
    expect(await object.portalState('session', 'one')).toEqual(session())
    expect(await object.portalState('session', 'two')).toBeUndefined()
    expect(await object.portalState('grant', 'one')).toBeUndefined()
    await advance(100)
    expect(await object.portalState('session', 'one')).toBeUndefined()
  })

  it('is replaced by a later one of the same id', async () => {
    await put('one')
    await put('one', session('another'))
    expect(await object.portalState('session', 'one')).toEqual(session('another'))
  })

  it('is taken once', async () => {
    await put('one')
    expect(await object.takePortalState('session', 'one')).toEqual(session())
    expect(await object.takePortalState('session', 'one')).toBeUndefined()
  })

  it('is changed member by member, and record by record', async () => {
    await put('one')
    const changes = { protocolVersion: '2025-11-25', toggles: { wiki: false } }
    const changed = { ...session(), ...changes, toggles: { docs: true, wiki: false } }
    expect(await object.mergePortalState('session', 'one', changes)).toEqual(changed)
    expect(await object.portalState('session', 'one')).toEqual(changed)
    expect(await object.mergePortalState('session', 'two', changes)).toBeUndefined()
    expect(await object.portalState('session', 'two')).toBeUndefined()
  })

  it('that is a session ends after a time without a request of its holder [MP60]', async () => {
    await put('one')
    await advance(90)
    expect(await object.usePortalSession('one', 'another', 100)).toBeUndefined()
    expect(await object.usePortalSession('one', 'grant', 100)).toEqual(session())
    await advance(90)
    expect(await object.portalState('session', 'one')).toEqual(session())
    expect(await object.usePortalSession('one', 'another', 100)).toBeUndefined()
    await advance(10)
    expect(await object.usePortalSession('one', 'grant', 100)).toBeUndefined()
  })

  it('that is a grant or a session is listed for its portal until it ends, the oldest first', async () => {
    const all = [grant(ADA), grant(GRACE), grant(ADA, 'another'), grant(ADA)]
    for (const [index, each] of all.entries()) {
      await object.putPortalState('grant', `${index}`, 'owner', now + 100 + index, each)
    }
    await put('session')
    const [first, ...later] = [
      { id: '0', grant: grant(ADA) },
      { id: '1', grant: grant(GRACE) },
      { id: '3', grant: grant(ADA) },
    ]
    expect(await object.portalHolders('tools')).toEqual({
      grants: [first, ...later],
      sessions: [session()],
    })
    await advance(100)
    expect(await object.portalHolders('tools')).toEqual({ grants: later, sessions: [] })
  })

  it('ends with its owner', async () => {
    await put('one')
    await object.putPortalState('session', 'two', 'another', now + 100, session())
    await object.removePortalStatesOf('owner')
    expect(await object.portalState('session', 'one')).toBeUndefined()
    expect(await object.portalState('session', 'two')).toEqual(session())
    await object.removePortalState('session', 'two')
    expect(await object.portalState('session', 'two')).toBeUndefined()
  })
})

describe('The directory of users', () => {
  const opened = (sessionId: string, id: string) =>
    ({
      kind: 'application-opened',
      at: at(now),
      sessionId,
      application: { id, name: 'Demo', type: 'self_hosted' },
      hostname: 'demo.example',
    }) as unknown as ReportedEvent
  const idsOf = async (...filter: Parameters<typeof object.sessions>) =>
    (await object.sessions(...filter)).map(({ id }) => id)

  it('has everyone who signed in, with the time of the last login', async () => {
    await object.record([signIn(ADA, 'one'), signIn(GRACE, 'two')])
    await object.record([signIn(ADA, 'three', { at: at(now + 60) })])
    const user = { createdAtSeconds: now, updatedAtSeconds: now, lastLoginAtSeconds: now }
    expect(await object.users()).toEqual([
      { email: ADA, name: `Name of ${ADA}`, ...user, lastLoginAtSeconds: now + 60 },
      { email: GRACE, name: `Name of ${GRACE}`, ...user },
    ])
  })

  it('has the users that the API creates and renames', async () => {
    await object.putUser(ADA, 'Ada')
    await advance(60)
    await object.putUser(ADA, 'Countess')
    const [user, ...others] = await object.users()
    expect(others).toEqual([])
    expect(user).toMatchObject({ email: ADA, name: 'Countess', lastLoginAtSeconds: null })
    expect((user?.updatedAtSeconds ?? 0) - (user?.createdAtSeconds ?? 0)).toBe(60)
  })

  it('has their sign-ins until they expire, by person and by holder', async () => {
    const forClient = signIn(ADA, 'three', { holder: 'client', expiresAtSeconds: now + 200 })
    await object.record([signIn(ADA, 'one'), signIn(GRACE, 'two'), forClient])
    expect(await idsOf()).toEqual(['one', 'two', 'three'])
    expect(await idsOf(ADA)).toEqual(['one', 'three'])
    expect(await idsOf(ADA, 'client')).toEqual(['three'])
    expect(await idsOf(undefined, 'browser')).toEqual(['one', 'two'])
    await advance(100)
    expect(await idsOf()).toEqual(['three'])
  })

  it('has the applications that each sign-in was used for, each once', async () => {
    await object.record([signIn(ADA, 'one'), signIn(ADA, 'two')])
    await object.record([opened('one', 'demo'), opened('one', 'demo'), opened('two', 'other')])
    const application = { hostname: 'demo.example', name: 'Demo', type: 'self_hosted' }
    expect(await object.sessions()).toMatchObject([
      { id: 'one', ip: '192.0.2.1', applications: { demo: { ...application, uid: 'demo' } } },
      { id: 'two', country: 'DE', applications: { other: { ...application, uid: 'other' } } },
    ])
  })

  it('loses a deleted user with their sign-ins, and nobody else', async () => {
    await object.record([signIn(ADA, 'one'), signIn(GRACE, 'two'), opened('one', 'demo')])
    await object.deleteUser(ADA)
    expect((await object.users()).map(({ email }) => email)).toEqual([GRACE])
    expect(await idsOf()).toEqual(['two'])
    await object.record([signIn(ADA, 'one')])
    expect(await object.sessions(ADA)).toMatchObject([{ applications: {} }])
  })

  it('has the last use of each service token that was admitted', async () => {
    const used = (allowed: boolean, id: string | undefined, seconds: number) =>
      ({
        kind: 'access-request',
        at: at(seconds),
        allowed,
        ...(id && { serviceToken: { id, name: id } }),
      }) as unknown as ReportedEvent
    await object.record([
      used(true, 'one', now),
      used(false, 'two', now),
      used(true, undefined, now),
    ])
    await object.record([used(true, 'one', now + 5), used(false, 'one', now + 6)])
    expect(await object.tokenUses()).toEqual({ one: now + 5 })
  })
})

describe('An edit of the configuration', () => {
  const tag = (name: string | null, id = 'blue') =>
    ({ kind: 'tags', id, value: name === null ? null : { name } }) as Edit
  const revision = async () => (await object.read()).configurationRevision

  it('is stored if no other came between, and counted', async () => {
    const planned = await revision()
    await object.edit([tag('blue')], planned)
    expect(await revision()).toBe(planned + 1)
    expect(await object.edit([tag('red')], planned)).toBe('overtaken')
    expect(await object.edits()).toEqual([tag('blue')])
  })

  it('replaces the earlier one of its record, in its place', async () => {
    await object.edit([tag('blue'), tag('red', 'red')], await revision())
    await object.edit([tag('navy')], await revision())
    expect(await object.edits()).toEqual([tag('navy'), tag('red', 'red')])
  })

  it('that deletes a record leaves nothing, unless the seed has the record', async () => {
    await object.edit([tag('blue'), tag('red', 'red')], await revision())
    await object.edit([tag(null), tag(null, 'red')], await revision(), [tag(null)])
    expect(await object.edits()).toEqual([tag(null, 'red')])
  })

  it('is refused if all edits together exceed 16 MiB, and changes nothing', async () => {
    const half = 'x'.repeat(8 * 1024 * 1024)
    await object.edit([tag(half)], await revision())
    const before = await revision()
    expect(await object.edit([tag(half, 'red')], before)).toBe('full')
    expect([await revision(), (await object.edits()).length]).toEqual([before, 1])
    expect(await object.edit([tag('red', 'red')], before)).toMatchObject({})
  })
})

describe('The connected applications of a person', () => {
  it('are the latest first, until they end or are removed', async () => {
    await object.addConnection(ADA, connection('one'), now + 100)
    await object.addConnection(ADA, connection('two'), now + 200)
    await object.addConnection(ADA, connection('three'), now + 200)
    await object.addConnection(GRACE, connection('four'), now + 200)
    const all = [connection('three'), connection('two'), connection('one')]
    expect(await object.connections(ADA)).toEqual(all)
    await object.removeConnection('three')
    await advance(100)
    expect(await object.connections(ADA)).toEqual([connection('two')])
    expect(await object.connections(GRACE)).toEqual([connection('four')])
  })
})

describe('The alarm', () => {
  const DAY = 86_400
  const sizes = async () => {
    const { connection, portal_state, session } = (await object.dump()).dump.tables
    return [connection.length, portal_state.length, session.length]
  }
  /** Adds a connection, a state of a portal and a sign-in that end together. */
  async function add(id: string, endsIn: number): Promise<void> {
    const end = now + endsIn
    await object.addConnection(ADA, connection(id), end)
    await object.putPortalState('grant', id, id, end, grant(ADA))
    await object.record([signIn(ADA, id, { expiresAtSeconds: end })])
  }

  it('deletes what has expired by the emulated clock, and nothing else', async () => {
    await add('short', DAY)
    await add('long', DAY + 1)
    await advance(DAY)
    await alarms()
    expect(await sizes()).toEqual([1, 1, 1])
  })
})
