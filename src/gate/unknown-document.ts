import { managedOAuth } from '../access/application'
import { ACCESS_RESOURCE_METADATA, RESOURCE_METADATA, SERVER_METADATA } from '../access/metadata'
import { nearestName } from '../access/nearest-name'
import type { AppContext } from '../request/context'
import { requestedApplication } from './requested'

type Reason = { why: string; change: string }

const STANDARD = [RESOURCE_METADATA, SERVER_METADATA]
const KNOWN = [ACCESS_RESOURCE_METADATA, ...STANDARD]

/**
 * Returns the reason of a challenge for a well-known path that has no document of Access; undefined for any
 * other path. The response is the challenge of every path, so only the event can tell.
 */
export function unknownDocument(c: AppContext): Reason | undefined {
  const { pathname } = c.get('url')
  // `/.well-known/name/mcp` is the document `/.well-known/name` of the path `/mcp`.
  const [, document, rest = ''] = pathname.match(/^(\/\.well-known\/[^/]+)(.*)$/s) ?? []
  const application = requestedApplication(c)
  if (document === undefined || !application) return undefined
  const isOn = managedOAuth(application) !== undefined
  // Access: observed [M8].
  if (!isOn && STANDARD.includes(document)) {
    return {
      why: `Managed OAuth is off for ${application.name}. ${document} exists only while it is on.`,
      change: `Set oauth_configuration.enabled of the application to true, or request ${ACCESS_RESOURCE_METADATA}${rest}.`,
    }
  }
  const served = isOn ? KNOWN : [ACCESS_RESOURCE_METADATA]
  if (served.includes(document)) {
    return { why: `${document} is a document only for GET.`, change: 'Send a GET.' }
  }
  const nearest = nearestName(document, served)
  return {
    why: `Access has no document at ${pathname}, so the request needs a credential like one for any other path. Its documents here are ${inWords(served)}, with and without the path of the application.`,
    change:
      nearest === undefined
        ? "Request one of these documents, or send a credential if it is your origin's own."
        : `Request ${nearest}${rest}.`,
  }
}

function inWords(paths: string[]): string {
  return paths.length === 1 ? `only ${paths[0]}` : paths.join(', ').replace(/, (?=[^,]*$)/, ' and ')
}
