import { expect, it } from 'vitest'
import { ToolCalls } from '../../src/store/emulator/tool-calls'
import { createTables, GrantTables, type Spent, type State } from '../../src/store/grants/tables'
import { tablesOf } from '../support/tables'

const DAY = 24 * 3600

it('A grant is deleted one day after its end, with its access tokens and rotated refresh tokens', () => {
  const { database, storage } = tablesOf()
  createTables(storage)
  const tables = new GrantTables(storage, 0)
  for (const [id, end] of [
    ['early', 1000],
    ['late', 1001],
  ] as const) {
    const code = { expiresAtSeconds: end }
    tables.add({ grant: { id, sessionEndsAtSeconds: end }, code } as State)
    const token = { hash: 'access', issuedAtSeconds: 1, expiresAtSeconds: end, policyId: 'policy' }
    tables.addToken(id, token)
    tables.spend(id, 'spent', { nonce: 'nonce' } as Spent)
  }

  tables.collect(1000 + DAY)

  expect(tables.find('early')).toBeUndefined()
  const left = ['grant_state', 'access_token', 'spent_token'].map(
    (table) => database.prepare(`SELECT COUNT(*) AS rows FROM ${table}`).get()?.rows,
  )
  expect(left).toEqual([1, 1, 1])
  expect(tables.all()).toMatchObject([{ grant: { id: 'late' } }])
  expect(tables.tokens('late')).toHaveLength(1)
  expect(tables.spent('late', 'spent')).toEqual({ nonce: 'nonce' })
})

it('The calls of a tool are deleted after 200 days, which no window of the analytics reaches [MP24]', () => {
  const { storage } = tablesOf()
  const calls = new ToolCalls(storage)
  const record = { Method: 'tools/call', PortalID: 'tools', ServerID: 'docs' }
  const call = { kind: 'portal-call', record } as Parameters<ToolCalls['learn']>[0]
  calls.learn(call, 0)
  calls.learn(call, 60)

  calls.collect(200 * DAY)
  expect(calls.count({ from: 0, to: 2 })).toHaveLength(2)
  calls.collect(200 * DAY + 60)
  expect(calls.count({ from: 0, to: 2 })).toEqual([{ minute: 1, calls: 1 }])
})
