// Not like Access [V23]: left out, because none of them changes an OAuth exchange.
const LEFT_OUT = [
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

/**
 * Returns why a path of Cloudflare's API does not exist here, or '' if Cloudflare has no such path.
 *
 * @param emulated the paths of all operations; a resource that has one of them is emulated
 */
export function notEmulated(path: string, emulated: readonly string[]): string {
  const below = belowAccount(path)
  const isEmulated = (part: string) =>
    emulated.some((each) => isAtOrBelow(belowAccount(each), part))
  const known =
    LEFT_OUT.find((each) => isAtOrBelow(below, each) && !isEmulated(each)) ??
    (LEFT_OUT_BELOW.test(below) ? below : undefined)
  return known === undefined ? '' : `${known} is not emulated.`
}

function belowAccount(path: string): string {
  return path.split('/').slice(3).join('/')
}

function isAtOrBelow(path: string, parent: string): boolean {
  return path === parent || path.startsWith(`${parent}/`)
}
