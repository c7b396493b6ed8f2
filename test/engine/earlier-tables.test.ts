import { expect, it } from 'vitest'
import {
  createTables,
  GrantTables,
  isEmpty,
  type Spent,
  type State,
} from '../../src/store/grants/tables'
import { tablesOf } from '../support/tables'

// The tables of the version before epochs were counted.
const EARLIER = `
CREATE TABLE grant_state (
  id TEXT PRIMARY KEY, value TEXT NOT NULL, endsAtSeconds INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX grant_end ON grant_state (endsAtSeconds);
CREATE TABLE access_token (
  grantId TEXT NOT NULL, hash TEXT NOT NULL, issuedAtSeconds INTEGER NOT NULL,
  expiresAtSeconds INTEGER NOT NULL, policyId TEXT NOT NULL, PRIMARY KEY (grantId, hash)
) WITHOUT ROWID;
CREATE TABLE spent_token (
  grantId TEXT NOT NULL, hash TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (grantId, hash)
) WITHOUT ROWID;
INSERT INTO grant_state VALUES ('one', '{"refreshHash":"refresh"}', 9);
INSERT INTO access_token VALUES ('one', 'access', 1, 9, 'policy');
INSERT INTO spent_token VALUES ('one', 'spent', '{"nonce":"nonce"}');`

// A version in between added the column to these tables.
const WITH_EPOCHS = ['grant_state', 'access_token', 'spent_token']
  .map((name) => `ALTER TABLE ${name} ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;`)
  .join('')

function earlier(tables = EARLIER): SqlStorage {
  return tablesOf(tables).storage
}

it('The tables of an earlier version keep their grants in epoch 0', () => {
  const sql = earlier()
  createTables(sql)
  createTables(sql)
  const tables = new GrantTables(sql, 0)

  expect(tables.find('one')).toEqual({ refreshHash: 'refresh' })
  expect(tables.token('one', 'access')).toMatchObject({ policyId: 'policy' })
  expect(tables.spent('one', 'spent')).toEqual({ nonce: 'nonce' })
})

it.each([
  ['without epochs', EARLIER],
  ['with epochs that are in no key', EARLIER + WITH_EPOCHS],
])('A state that repeats the ids of tables %s is written beside their grants', (_, tables) => {
  const sql = earlier(tables)
  createTables(sql)
  const [before, ahead] = [new GrantTables(sql, 0), new GrantTables(sql, 1)]
  const code = { expiresAtSeconds: 9 }
  const state = { grant: { id: 'one', sessionEndsAtSeconds: 9 }, code, refreshHash: 'new' } as State
  ahead.add(state)
  ahead.addToken('one', {
    hash: 'access',
    issuedAtSeconds: 1,
    expiresAtSeconds: 9,
    policyId: 'next',
  })
  ahead.spend('one', 'spent', { nonce: 'next' } as Spent)

  expect(before.all()).toEqual([{ refreshHash: 'refresh' }])
  expect(before.token('one', 'access')).toMatchObject({ policyId: 'policy' })
  ahead.deleteEarlier()
  expect(before.all()).toEqual([])
  expect(ahead.all()).toMatchObject([{ refreshHash: 'new' }])
  expect(ahead.token('one', 'access')).toMatchObject({ policyId: 'next' })
  expect(ahead.spent('one', 'spent')).toEqual({ nonce: 'next' })
})

it('The first counted epoch deletes the grants of an earlier version', () => {
  const sql = earlier()
  createTables(sql)
  new GrantTables(sql, 1).deleteEarlier()

  expect(isEmpty(sql)).toBe(true)
})
