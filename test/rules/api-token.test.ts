import { describe, expect, it } from 'vitest'
import { apiTokenSchema } from '../../src/account/api-token'
import { SCOPES } from '../../src/account/scopes'

const TOKEN = { name: 'CI', token: 'the-secret', permissions: ['Access: Apps and Policies Write'] }
const read = (changes: object = {}) => apiTokenSchema.safeParseAsync({ ...TOKEN, ...changes })

describe('An API token of the settings', () => {
  it('is stored as a hash only', async () => {
    const [one, again, other] = await Promise.all([read(), read(), read({ token: 'another' })])
    expect(JSON.stringify(one.data)).not.toContain('the-secret')
    expect(one.data?.tokenHash).toBe(again.data?.tokenHash)
    expect(one.data?.tokenHash).not.toBe(other.data?.tokenHash)
  })

  it('has a name, permissions and an expiry', async () => {
    const { data } = await read({ expires_on: '2027-01-01T00:00:00+01:00' })
    expect(data).toMatchObject({
      name: 'CI',
      permissions: ['Access: Apps and Policies Write'],
      expires_on: '2027-01-01T00:00:00+01:00',
    })
    expect((await read()).data).not.toHaveProperty('expires_on')
  })

  it.each([
    'Access: Apps and Policies Read',
    'Access: Apps and Policies Revoke',
    'Access: Organizations, Identity Providers, and Groups Write',
    'Access: Service Tokens Read',
    'Access: Audit Logs Read',
    'Account Settings Read',
    'Memberships Read',
    'User Details Read',
    'Zone Read',
  ])('may have the permission %s', async (permission) => {
    expect((await read({ permissions: [permission] })).success).toBe(true)
  })

  it('may have every permission that /oauth/scopes names', async () => {
    const permissions = SCOPES.map(({ name }) => name)
    expect(permissions.length).toBeGreaterThan(100)
    expect((await read({ permissions })).error?.issues ?? []).toEqual([])
  })

  it.each([
    [{ name: '' }, ['name']],
    [{ token: '' }, ['token']],
    [{ token: undefined }, ['token']],
    [{ permissions: undefined }, ['permissions']],
    [{ permissions: ['access.write'] }, ['permissions', 0]],
    [{ permissions: ['Zone Read', 'access: apps and policies read'] }, ['permissions', 1]],
    [{ permissions: [''] }, ['permissions', 0]],
    [{ expires_on: 'tomorrow' }, ['expires_on']],
    [{ expires_on: '2027-01-01' }, ['expires_on']],
  ])('is refused with the name of its wrong member: %j', async (changes, path) => {
    expect((await read(changes)).error?.issues).toMatchObject([{ path }])
  })

  it('has no unknown members', async () => {
    expect((await read({ scopes: [] })).error?.issues).toMatchObject([{ keys: ['scopes'] }])
  })
})
