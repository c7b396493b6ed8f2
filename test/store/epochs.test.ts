import { beforeEach, describe, expect, it, vi } from 'vitest'
import { KeptState } from '../../src/store/emulator/kept-state'
import type { EmulatorState } from '../../src/store/emulator/state'
import type {
  AccessGrant,
  Code,
  GrantDump,
  Redemption,
  Rotation,
} from '../../src/store/grants/grant'
import type { GrantObject } from '../../src/store/grants/object'
import { type Remote, remote } from '../../src/store/remote'
import { openStores } from '../../src/store/stores'
import { Client } from '../support/client'
import { controlOf } from '../support/control'
import { ADA, emulator } from '../support/emulator'
import { bindings, emulatorObjectWith } from '../support/store'

const NOW = 1_800_000_000
const ID = 'one'
const IDENTITY = { email: 'ada@example.com', name: 'Ada', groups: [] }
const GRANT = {
  id: ID,
  clientId: 'client',
  createdAtSeconds: NOW,
  sessionEndsAtSeconds: NOW + 3600,
  applicationId: 'application',
  identity: IDENTITY,
  identityNonce: 'nonce',
  country: 'XX',
  resource: 'http://localhost/',
} as unknown as AccessGrant
const CODE: Code = {
  hash: 'code',
  redirectUri: undefined,
  codeChallenge: undefined,
  expiresAtSeconds: NOW + 60,
  policyId: 'policy',
  accessTokenLifetimeSeconds: 900,
}
const REDEMPTION: Redemption = {
  codeHash: 'code',
  clientId: 'client',
  redirectUri: undefined,
  codeChallenge: undefined,
  accessHash: 'access',
  refreshHash: 'refresh',
  now: NOW,
}
const ROTATION: Rotation = {
  refreshHash: 'refresh',
  nonce: 'nonce',
  next: { accessHash: 'next access', refreshHash: 'next refresh' },
  accessTokenLifetimeSeconds: 900,
  policyId: 'policy',
  graceSeconds: 0,
  onReuse: 'revoke',
  now: NOW,
}
/** The same grant as a snapshot has it, with another refresh token. */
const DUMP: GrantDump = {
  state: { grant: GRANT, code: { ...CODE, redeemed: true }, refreshHash: 'loaded', revoked: false },
  accessTokens: [{ hash: 'kept', issuedAtSeconds: NOW, expiresAtSeconds: NOW + 900, policyId: '' }],
  spent: {},
}
const [FIRST, SECOND, THIRD] = [1, 2, 3]

type Loading = { load(...given: unknown[]): Promise<unknown> }

let object: Remote<GrantObject>
beforeEach(() => {
  object = remote<GrantObject>(bindings.GRANTS as never, `test ${crypto.randomUUID()}`)
})

const statusOf = (epoch: number, refreshHash: string) =>
  object.refreshTokenStatus(epoch, ID, { refreshHash, graceSeconds: 0, now: NOW })

describe('In a grant object', () => {
  beforeEach(async () => {
    await object.open(FIRST, GRANT, CODE)
    expect(await object.redeem(FIRST, ID, REDEMPTION)).toMatchObject({ outcome: 'redeemed' })
  })

  it.each<[string, () => Promise<unknown>, unknown]>([
    ['find', () => object.find(FIRST, ID), undefined],
    ['redeem', () => object.redeem(FIRST, ID, REDEMPTION), { outcome: 'unknown' }],
    ['rotate', () => object.rotate(FIRST, ID, ROTATION), { outcome: 'unknown' }],
    ['refreshTokenStatus', () => statusOf(FIRST, 'refresh'), 'unknown'],
    ['admit', () => object.admit(FIRST, ID, 'access', NOW, false), { outcome: 'unknown' }],
    ['revoke', () => object.revoke(FIRST, ID, 'refresh', 'client', 'itself'), 'unknown'],
    ['view', () => object.view(FIRST, ID), undefined],
    ['endToken', () => object.endToken(FIRST, ID, 'access'), false],
    ['dump', () => object.dump(FIRST, ID), undefined],
  ])('%s finds nothing once a later epoch has begun', async (_, call, nothing) => {
    expect(await call()).not.toEqual(nothing)
    await object.find(SECOND, 'another')

    expect(await call()).toEqual(nothing)
  })

  it('end ends the grant of its epoch alone', async () => {
    await object.open(SECOND, GRANT, CODE)
    await object.redeem(SECOND, ID, REDEMPTION)
    await object.end(FIRST, ID)
    expect(await statusOf(SECOND, 'refresh')).toBe('good')
    await object.end(SECOND, ID)
    expect(await statusOf(SECOND, 'refresh')).toBe('revoked')
  })

  it('a later epoch does not find the grants of an earlier one', async () => {
    expect(await object.find(SECOND, ID)).toBeUndefined()
  })

  it('an ended epoch opens and loads nothing, so that its ids are free', async () => {
    await object.find(SECOND, ID)
    await object.open(FIRST, GRANT, CODE)
    await object.load(FIRST, DUMP)
    await object.open(SECOND, GRANT, CODE)

    expect(await object.redeem(SECOND, ID, REDEMPTION)).toMatchObject({ outcome: 'redeemed' })
  })

  it('loaded grants wait beside those of the same id until their epoch begins', async () => {
    await object.load(SECOND, DUMP)
    const before = [await statusOf(FIRST, 'refresh'), await statusOf(FIRST, 'loaded')]
    const after = [await statusOf(SECOND, 'refresh'), await statusOf(SECOND, 'loaded')]

    expect(before).toEqual(['good', 'unknown'])
    expect(after).toEqual(['unknown', 'good'])
  })

  it('grants of a load that failed are not found by the epoch that begins after it', async () => {
    await object.load(SECOND, DUMP)

    expect(await object.find(THIRD, ID)).toBeUndefined()
    expect(await object.find(SECOND, ID)).toBeUndefined()
  })

  it('the expiry of one epoch does not delete records of another, whose clock may lag behind', async () => {
    await object.load(SECOND, DUMP)
    const later = NOW + 10 * 86_400
    await object.open(FIRST, { ...GRANT, id: 'late', createdAtSeconds: later }, CODE)

    expect(await object.find(FIRST, ID)).toBeUndefined()
    expect(await object.find(SECOND, ID)).toBeDefined()
  })

  it('of simultaneous calls of two epochs, none of the earlier succeeds after the first of the later', async () => {
    const calls = Array.from({ length: 20 }, (_, index) =>
      index === 7 ? object.find(SECOND, ID) : object.find(FIRST, ID),
    )

    const found = (await Promise.all(calls)).map((grant) => grant !== undefined)

    expect(found).toEqual(calls.map((_, index) => index < 7))
  })
})

describe('The number of an epoch', () => {
  it('is used once, also for a load that fails', () => {
    const state = new KeptState(memory({}))
    const { epochNumber: loaded } = state.nextEpoch()

    expect(state.reset().epochNumber).toBeGreaterThan(loaded)
    expect(state.nextEpoch().epochNumber).toBeGreaterThan(state.current.epochNumber)
  })

  it('continues after a restart', () => {
    const kv = memory({})
    const { epochNumber } = new KeptState(kv).nextEpoch()

    expect(new KeptState(kv).reset().epochNumber).toBe(epochNumber + 1)
  })

  it('is no part of a snapshot', () => {
    expect(new KeptState(memory({})).dump().dumped).not.toHaveProperty('epochNumber')
  })

  it('is 0 in the state of an earlier version, until its first reset', () => {
    const { epochNumber: _, ...earlier } = new KeptState(memory({})).current
    const state = new KeptState(memory({ state: earlier }))

    expect(state.current).toMatchObject({ epoch: earlier.epoch, epochNumber: 0 })
    expect(state.reset().epochNumber).toBe(1)
  })

  it.each([
    [0, ['early:o', 'early:dashboard:o']],
    [1, ['o', 'dashboard:o']],
    [2, ['o', 'dashboard:o']],
  ])('%i: grants are in the objects %j', async (epochNumber, expected) => {
    const names: string[] = []
    const GRANTS = { getByName: (name: string) => ({ view: async () => void names.push(name) }) }
    // Stores are remembered by their KV.
    const stores = openStores({ KV: {}, GRANTS } as never, { epoch: 'early', epochNumber })
    await stores.grants.view(ID)
    await stores.dashboardGrants.view(ID)

    expect(names).toEqual(expected)
  })
})

describe('A reset during a load', () => {
  it('wins: the loaded state ends with it, and its records are swept from KV', async () => {
    const world = emulator()
    await world.reset()
    await world.signIn(ADA)
    const client = new Client(world.fetch)
    const { clientId } = await client.connect()
    const state = await (await controlOf(world.fetch)('GET', 'state')).json()
    const object = bindings.EMULATOR.getByName('emulator') as unknown as Loading
    const load = async (...given: unknown[]) => {
      await world.reset()
      return object.load(...given)
    }
    const loading = controlOf(emulator({ EMULATOR: emulatorObjectWith({ load }) }).fetch)

    const response = await loading('PUT', 'state', state)

    expect(response.status).toBe(200)
    await world.signIn(ADA)
    expect((await client.authorization(clientId)).status).toBe(400)
    const kept = async () =>
      (await bindings.KV.list()).keys.filter(({ name }) => name.includes(clientId))
    await vi.waitFor(async () => expect(await kept()).toEqual([]), 10_000)
  })
})

/** A storage of the object in memory. */
function memory(stored: Record<string, unknown>): SyncKvStorage {
  const values = new Map<string, unknown>(Object.entries(stored))
  return {
    get: (key: string) => values.get(key),
    put: (key: string, value: EmulatorState) => values.set(key, value),
  } as unknown as SyncKvStorage
}
