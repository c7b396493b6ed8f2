import { describe, expect, it } from 'vitest'
import { apiTokenSchema, unknownPermissions } from '../../src/account/api-token'
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
    ['OAuth Clients Write', 'OAuth Client Write'],
    ['OAuth Clients Read', 'OAuth Client Read'],
    ['Workers Scripts Write', 'Workers Write'],
    ['D1 Write', 'D1 Edit'],
    ['Queues Write', 'Queues Edit'],
    ['Email Sending Write', 'Email Sending Edit'],
    ['Email Routing Addresses Write', 'Email Routing Addresses Edit'],
  ])('may call a permission by its second name: %s [C16, C18]', async (second, name) => {
    expect((await read({ permissions: [second] })).data?.permissions).toEqual([name])
    expect((await read({ permissions: [name] })).data?.permissions).toEqual([name])
  })

  it.each(['access.write', 'access: apps and policies read', '', 'constructor'])(
    'keeps an unknown name, whose place is reported: "%s"',
    async (name) => {
      const { data } = await read({ permissions: ['Zone Read', name] })
      expect(data && unknownPermissions([data])).toEqual([{ path: [0, 'permissions', 1], name }])
    },
  )

  it.each([
    [{ name: '' }, ['name']],
    [{ token: '' }, ['token']],
    [{ token: undefined }, ['token']],
    [{ permissions: undefined }, ['permissions']],
    [{ permissions: [1] }, ['permissions', 0]],
    [{ expires_on: 'tomorrow' }, ['expires_on']],
    [{ expires_on: '2027-01-01' }, ['expires_on']],
  ])('is refused with the name of its wrong member: %j', async (changes, path) => {
    expect((await read(changes)).error?.issues).toMatchObject([{ path }])
  })

  it('has no unknown members', async () => {
    expect((await read({ scopes: [] })).error?.issues).toMatchObject([{ keys: ['scopes'] }])
  })
})
