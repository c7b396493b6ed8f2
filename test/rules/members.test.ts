import { describe, expect, it } from 'vitest'
import {
  accountSchema,
  accountsOf,
  dashboardUserId,
  EMULATED_ACCOUNT,
  findAccount,
  hasRole,
  isMember,
  membershipId,
  rolesOf,
} from '../../src/account/members'

const ours = accountSchema.parse({
  id: 'a'.repeat(32),
  name: 'Ours',
  members: ['Ada@example.com', { email: 'grace@example.com', roles: ['Billing'] }],
})
const theirs = accountSchema.parse({ id: 'b'.repeat(32), name: 'Theirs', members: [] })

describe('A configured account', () => {
  it('has the members that it lists, and no others', () => {
    expect(isMember(ours, 'ada@example.com')).toBe(true)
    expect(isMember(ours, 'mallory@example.com')).toBe(false)
    expect(accountsOf([ours, theirs], 'grace@example.com')).toEqual([ours])
  })

  it('makes a member an Administrator by default', () => {
    expect(rolesOf(ours, 'ada@example.com')).toEqual(['Administrator'])
    expect(rolesOf(ours, 'grace@example.com')).toEqual(['Billing'])
  })

  it('asks its members for a role, and other people too [C20]', () => {
    const roles = ['Administrator', 'OAuth Client Write']
    expect(hasRole(ours, 'ada@example.com', roles)).toBe(true)
    expect(hasRole(ours, 'grace@example.com', roles)).toBe(false)
    expect(hasRole(ours, 'grace@example.com', ['Billing'])).toBe(true)
    expect(hasRole(ours, 'mallory@example.com', roles)).toBe(false)
    expect(hasRole(EMULATED_ACCOUNT, 'mallory@example.com', roles)).toBe(true)
  })

  it('is found by its id alone', () => {
    expect(findAccount([ours, theirs], theirs.id)).toBe(theirs)
    expect(findAccount([ours, theirs], 'c'.repeat(32))).toBeUndefined()
  })
})

describe('The emulated account', () => {
  it('has every person as a member', () => {
    expect(accountsOf([EMULATED_ACCOUNT], 'anybody@example.com')).toEqual([EMULATED_ACCOUNT])
  })

  it('is returned for any account id', () => {
    expect(findAccount([EMULATED_ACCOUNT], 'c'.repeat(32))).toBe(EMULATED_ACCOUNT)
  })
})

it('Ids of memberships and persons are stable, with 32 hexadecimal characters', async () => {
  const [one, again] = await Promise.all([membershipId(ours, 'a@b.c'), membershipId(ours, 'a@b.c')])
  expect(one).toMatch(/^[0-9a-f]{32}$/)
  expect(again).toBe(one)
  expect(await membershipId(theirs, 'a@b.c')).not.toBe(one)
  expect(await dashboardUserId('a@b.c')).toMatch(/^[0-9a-f]{32}$/)
  expect(await dashboardUserId('a@b.c')).not.toBe(await dashboardUserId('a@b.d'))
})
