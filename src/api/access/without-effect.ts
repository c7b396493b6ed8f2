import type { AppContext } from '../../request/context'
import { report } from '../../request/events'

/** The members of each resource that are stored and returned, and decide nothing in the emulator. */
const WITHOUT_EFFECT = {
  application: [
    ...[
      'allow_authenticate_via_warp',
      'allow_iframe',
      'custom_pages',
      'eager_redirect_cookie_setting',
    ],
    ...['mfa_config', 'saas_app', 'scim_config', 'skip_interstitial'],
    'use_clientless_isolation_app_launcher_url',
  ],
  organization: [
    ...['allow_authenticate_via_warp', 'custom_pages', 'login_design', 'mfa_config'],
    ...['mfa_piv_key_requirements', 'mfa_required_for_all_apps', 'service_token_inactivity'],
    ...['user_seat_expiration_inactive_time', 'warp_auth_non_browser_401'],
    'warp_auth_session_duration',
  ],
  policy: [
    ...['approval_groups', 'approval_required', 'connection_rules', 'isolation_required'],
    ...['mfa_config', 'purpose_justification_prompt', 'purpose_justification_required'],
  ],
}

// The value that means on by default, so that sending it asks for nothing.
const ON_BY_DEFAULT = ['eager_redirect_cookie_setting']

/** Reports the members of a request that are taken, but have no effect here [K44]. */
export function reportWithoutEffect(
  c: AppContext,
  resource: keyof typeof WITHOUT_EFFECT,
  sent: object,
): void {
  const members = Object.entries(sent)
    .filter(([name, value]) => WITHOUT_EFFECT[resource].includes(name) && !isUnset(name, value))
    .map(([name]) => name)
  if (members.length === 0) return
  const { method, path } = c.req
  report(c, { kind: 'members-without-effect', method, path, members })
}

function isUnset(name: string, value: unknown): boolean {
  if (ON_BY_DEFAULT.includes(name)) return value === true
  return !value || (typeof value === 'object' && Object.keys(value).length === 0)
}
