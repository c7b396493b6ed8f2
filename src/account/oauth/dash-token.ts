import type { Credential, CredentialForm, CredentialForms } from '../../access/token'

// Fills the first half up to Cloudflare's 43 characters. People and secret scanners that find such a
// token see that it is not a real one.
const FILLING = '-EMULATED-NOT-A-REAL-'

/**
 * The formats of the dashboard's OAuth server: a prefix, 43 characters, a dot and 43 characters.
 *
 * Dashboard: observed [D20], access tokens and the prefix of codes. Assumed: the prefix `cfort_` of
 * refresh tokens [D21], and that all three have the same length.
 */
export const DASHBOARD_FORMS: CredentialForms = {
  code: form('cfoac_'),
  access: form('cfoat_'),
  refresh: form('cfort_'),
}

/** Returns whether a bearer token has the prefix of the dashboard's access tokens. */
export function isDashboardToken(text: string): boolean {
  return text.startsWith('cfoat_')
}

function form(prefix: string): CredentialForm {
  const pattern = new RegExp(`^${prefix}([\\w-]{22})${FILLING}\\.([\\w-]{43})$`)
  return {
    format: ({ grantId, secret }: Credential) => `${prefix}${grantId}${FILLING}.${secret}`,
    parse(text) {
      const [, grantId, secret] = text.match(pattern) ?? []
      return grantId && secret ? { grantId, secret } : undefined
    },
  }
}
