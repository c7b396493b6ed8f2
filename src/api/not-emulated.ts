import { RESOURCES } from './cloudflare-resources'

// Not like Access [V23]: left out, because none of them changes an OAuth exchange.
const OF_ACCESS = [
  'bookmarks',
  'certificates',
  'custom_pages',
  'gateway_ca',
  'infrastructure',
  'saml_certificates',
  'seats',
  'scim',
  'logs/scim',
  'organizations/doh',
  'idp_federation_grants',
].map((name) => `access/${name}`)
const OF_ACCESS_BELOW =
  /^access\/(apps\/[^/]+\/(settings|ca)|identity_providers\/[^/]+\/(scim\/.+|saml_certificate))$/

/**
 * Returns the sentence that a path of Cloudflare's API is not emulated, or '' if Cloudflare has no such
 * path.
 *
 * @param emulated the paths of all operations; a resource that has one of them is emulated
 */
export function notEmulated(path: string, emulated: readonly string[]): string {
  const { owner, below } = parted(path)
  const operations = emulated.map((each) => parted(each).below)
  const [first = ''] = below.split('/')
  const resource =
    OF_ACCESS.find((each) => isAtOrBelow(below, each)) ??
    (OF_ACCESS_BELOW.test(below) || RESOURCES[owner].includes(first) ? below : undefined)
  if (resource === undefined) return ''
  const isEmulated = operations.some((each) => isOf(below, each)) && !OF_ACCESS_BELOW.test(below)
  return isEmulated ? '' : `${resource} is not emulated.`
}

function parted(path: string): { owner: keyof typeof RESOURCES; below: string } {
  const [, owner, below = ''] = path.match(/^\/(accounts|zones)\/[^/]+\/(.*)$/) ?? []
  if (owner === undefined) return { owner: 'elsewhere', below: path.slice(1) }
  return { owner: owner === 'zones' ? 'zones' : 'accounts', below }
}

// `access/groups/:group_id` has everything below `access/groups`; `access/keys` has itself alone.
function isOf(path: string, operation: string): boolean {
  const at = operation.indexOf('/:')
  return at < 0 ? path === operation : isAtOrBelow(path, operation.slice(0, at))
}

function isAtOrBelow(path: string, parent: string): boolean {
  return path === parent || path.startsWith(`${parent}/`)
}
