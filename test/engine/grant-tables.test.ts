import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { Statements } from '../../src/node/engine/sql'
import { createTables, GrantTables } from '../../src/store/grants/tables'

it('A new access token finds the expired ones of its grant by an index, however many there are', () => {
  const database = new DatabaseSync(':memory:')
  const statements = new Statements(database)
  const plans: string[] = []
  const exec = (query: string, ...given: never[]) => {
    if (query.startsWith('DELETE')) {
      const steps = database.prepare(`EXPLAIN QUERY PLAN ${query}`).all(...given)
      plans.push(...steps.map(({ detail }) => String(detail)))
    }
    return statements.exec(query, given)
  }
  const sql = { exec } as unknown as SqlStorage
  createTables(sql)
  const token = { hash: 'hash', issuedAtSeconds: 1, expiresAtSeconds: 2, policyId: 'policy' }
  new GrantTables(sql, 0).addToken('grant', token)

  expect(plans).toHaveLength(1)
  expect(plans[0]).toContain('(epoch=? AND grantId=? AND expiresAtSeconds<?)')
})
