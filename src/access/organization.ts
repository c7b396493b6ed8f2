import * as z from 'zod'
import { lifetimeSchema } from './duration'
import type { RecordKind } from './record-kind'
import { type Timestamps, timestampMembers } from './timestamps'

const kept = z.looseObject({}).optional()

/** The members of the organization that can be changed, in the API's own spelling. */
export const organizationMembersSchema = z.strictObject({
  name: z.string().min(1).optional(),
  /** The lifetime of a session at the team domain, which skips the login page. */
  session_duration: lifetimeSchema.optional(),
  strict_service_token_auth: z.boolean().optional(),
  auto_redirect_to_identity: z.boolean().optional(),
  /** Refuses requests that no application covers, but for these zones. */
  deny_unmatched_requests: z.boolean().optional(),
  deny_unmatched_requests_exempted_zone_names: z.array(z.string()).optional(),
  // Stored and returned; they decide nothing in the emulator.
  allow_authenticate_via_warp: z.boolean().optional(),
  custom_pages: kept,
  is_ui_read_only: z.boolean().optional(),
  login_design: kept,
  mfa_config: kept,
  mfa_piv_key_requirements: kept,
  mfa_required_for_all_apps: z.boolean().optional(),
  service_token_inactivity: kept,
  ui_read_only_toggle_reason: z.string().optional(),
  user_seat_expiration_inactive_time: lifetimeSchema.optional(),
  warp_auth_non_browser_401: z.boolean().optional(),
  warp_auth_session_duration: lifetimeSchema.optional(),
})

const DEFAULTS = {
  name: 'Emulated organization',
  session_duration: '24h',
  // Access: documented [K19]. It is on and locked for organizations created since 2026-10-05, and off
  // for older ones. Service tokens were observed in organizations where it is off [U17-U19].
  strict_service_token_auth: false,
  allow_authenticate_via_warp: false,
  auto_redirect_to_identity: false,
  is_ui_read_only: false,
}

const STRICT_SINCE_SECONDS = Date.parse('2026-10-05T00:00:00Z') / 1000

/**
 * Returns whether `strict_service_token_auth` is on and locked, because the organization is new.
 *
 * Access: documented [K19].
 */
export function isStrictForGood({ created_at }: Timestamps): boolean {
  return created_at !== undefined && Date.parse(created_at) / 1000 >= STRICT_SINCE_SECONDS
}

function withDefaults<M extends Timestamps>(members: M) {
  const strict = isStrictForGood(members) && { strict_service_token_auth: true }
  return { ...DEFAULTS, ...members, ...strict }
}

/** The organization: the Access settings of the whole account. */
export const organizationSchema = organizationMembersSchema
  .extend({ created_at: timestampMembers.created_at })
  .transform(withDefaults)
export type Organization = typeof DEFAULTS & z.infer<typeof organizationMembersSchema> & Timestamps

export const organizationKind: RecordKind<Organization> = {
  noun: 'organization',
  idOf: () => 'organization',
  schema: z
    .looseObject({ ...organizationMembersSchema.shape, ...timestampMembers })
    .transform(withDefaults),
  isSingleton: true,
  seed: {
    setting: 'ORGANIZATION',
    schema: organizationSchema.prefault({}).transform((organization) => [organization]),
  },
}
