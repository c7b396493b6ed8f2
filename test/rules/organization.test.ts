import { describe, expect, it } from 'vitest'
import { organizationMembersSchema, organizationSchema } from '../../src/access/organization'

describe('The organization [K18, K19]', () => {
  it('has defaults for missing members', () => {
    expect(organizationSchema.parse({})).toEqual({
      name: 'Emulated organization',
      session_duration: '24h',
      strict_service_token_auth: false,
      allow_authenticate_via_warp: false,
      auto_redirect_to_identity: false,
      is_ui_read_only: false,
    })
  })

  it('has the given members instead, including those without effect', () => {
    const said = {
      name: 'Ours',
      session_duration: '8h',
      strict_service_token_auth: true,
      login_design: { background_color: '#fff' },
      service_token_inactivity: { enabled: true, action: 'disable', inactivity_threshold_days: 90 },
      user_seat_expiration_inactive_time: '730h',
    }
    expect(organizationSchema.parse(said)).toMatchObject(said)
  })

  it('has no defaults in a change, which would change members that it does not name', () => {
    expect(organizationMembersSchema.parse({ name: 'Ours' })).toEqual({ name: 'Ours' })
  })

  it.each([
    [{ name: '' }, ['name']],
    [{ session_duration: '1d' }, ['session_duration']],
    [{ session_duration: '0s' }, ['session_duration']],
    [{ strict_service_token_auth: 'yes' }, ['strict_service_token_auth']],
    [{ warp_auth_session_duration: 'long' }, ['warp_auth_session_duration']],
    [{ login_design: 'blue' }, ['login_design']],
  ])('is refused with the name of its wrong member: %j', (members, path) => {
    expect(organizationSchema.safeParse(members).error?.issues).toMatchObject([{ path }])
  })

  it('has no unknown members', () => {
    const { error } = organizationSchema.safeParse({ strict_service_tokens: true })
    expect(error?.issues).toMatchObject([
      { code: 'unrecognized_keys', keys: ['strict_service_tokens'] },
    ])
  })

  it.each([
    ['2026-10-04T23:59:59Z', false],
    ['2026-10-05T00:00:00Z', true],
    ['2026-11-21T00:00:00Z', true],
  ])('is strict about service tokens if it was created at %s: %s [K19]', (created_at, isStrict) => {
    expect(organizationSchema.parse({ created_at }).strict_service_token_auth).toBe(isStrict)
  })
})
