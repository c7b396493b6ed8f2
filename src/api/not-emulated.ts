// Access: section F, row 31, which changes no OAuth exchange; and row 26.
const LEFT_OUT = [
  'access/ai-controls',
  'access/bookmarks',
  'access/certificates',
  'access/custom_pages',
  'access/gateway_ca',
  'access/infrastructure',
  'access/saml_certificates',
  'access/seats',
  'access/scim',
  'access/logs/scim',
  'access/organizations/doh',
  'access/idp_federation_grants',
  'infrastructure',
  'devices',
  'gateway',
]
const LEFT_OUT_BELOW =
  /^access\/(apps\/[^/]+\/(settings|ca)|identity_providers\/[^/]+\/(scim\/.+|saml_certificate))$/

/** Why a path of Cloudflare's API is not here, or nothing where the path is none of it. */
export function notEmulated(path: string): string {
  const [, , , ...rest] = path.split('/')
  const below = rest.join('/')
  const known =
    LEFT_OUT.find((each) => below === each || below.startsWith(`${each}/`)) ??
    (LEFT_OUT_BELOW.test(below) ? below : undefined)
  return known === undefined ? '' : `${known} is not emulated.`
}
