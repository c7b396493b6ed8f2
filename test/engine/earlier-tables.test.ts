import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { Statements } from '../../src/node/engine/sql'
import { createTables, GrantTables, isEmpty } from '../../src/store/grants/tables'

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

function earlier(): SqlStorage {
  const database = new DatabaseSync(':memory:')
  database.exec(EARLIER)
  const statements = new Statements(database)
  const exec = (query: string, ...given: never[]) => statements.exec(query, given)
  return { exec } as unknown as SqlStorage
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

it('The first counted epoch deletes the grants of an earlier version', () => {
  const sql = earlier()
  createTables(sql)
  new GrantTables(sql, 1).deleteEarlier()

  expect(isEmpty(sql)).toBe(true)
})
