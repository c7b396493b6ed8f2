import type { Credential, CredentialForm, CredentialForms } from '../../access/token'

// Fills the first half up to the 43 characters of the real one, and tells everybody who finds such a
// token, a secret scanner too, that it opens nothing.
const FILLING = '-EMULATED-NOT-A-REAL-'

/**
 * The codes and tokens of the dashboard's OAuth server: `cfoat_` and twice 43 characters, 93 in all.
 *
 * Dashboard: observed (B.4), access tokens and the prefix of codes. Assumed: the prefix `cfort_` of
 * refresh tokens, and that all three are of one length.
 */
export const DASHBOARD_FORMS: CredentialForms = {
  code: form('cfoac_'),
  access: form('cfoat_'),
  refresh: form('cfort_'),
}

/** Whether a bearer token looks like an access token of the dashboard's OAuth server. */
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
