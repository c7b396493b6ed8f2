import { applicationAt, domainsOf, managedOAuth } from '../../access/application'
import { withoutSlash } from '../../access/metadata'
import { hostFor } from '../../access/team-domain'
import type { Parameters } from '../../oauth/parameters'
import type { AppContext } from '../../request/context'

/**
 * Returns the `iss` of the authorization response: none, as observed [A10], unless the quirk
 * `iss-in-response` is on. It is then the issuer of the metadata that the client has read.
 */
export function issuerOf(c: AppContext, parameters: Parameters): string | undefined {
  if (!c.get('quirks').has('iss-in-response')) return undefined
  return namedIssuer(c, parameters)?.text ?? c.get('team').origin
}

/**
 * Returns the resource of an authorization that names none, if the quirk `default-resource` is on: that
 * of the issuer that the client has read, or of the only application with Managed OAuth.
 */
export function defaultResource(c: AppContext, parameters: Parameters): string | undefined {
  const { configuration, quirks, team, url } = c.var
  if (!quirks.has('default-resource')) return undefined
  const issuer = namedIssuer(c, parameters)
  if (issuer) return issuer.url.href
  const [only, ...others] = configuration.applications.filter(managedOAuth)
  const [domain] = only && others.length === 0 ? domainsOf(only) : []
  if (domain === undefined) return undefined
  const [host = '', ...path] = (domain === '*' ? team.host : domain.replaceAll('*', 'x')).split('/')
  return [`${url.protocol}//${hostFor(host, url)}`, ...path].join('/')
}

// The metadata of an application's host adds its issuer to the authorization endpoint, with the quirk
// `metadata-of-host`. Only a URL that an application with Managed OAuth covers is an issuer.
function namedIssuer(
  c: AppContext,
  parameters: Parameters,
): { text: string; url: URL } | undefined {
  const { configuration, quirks } = c.var
  const named = quirks.has('metadata-of-host') ? parameters.get('issuer') : undefined
  const url = URL.parse(named ?? '')
  const application = url && applicationAt(configuration.applications, url)
  if (!url || !application || !managedOAuth(application)) return undefined
  return { text: withoutSlash(url), url }
}
