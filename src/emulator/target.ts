import { type Application, applicationAt } from '../access/application'
import { isPublic } from '../access/application-schema'
import { OAuthError } from '../oauth/errors'
import type { AppContext } from '../request/context'
import { requireApplication } from './application'
import { mcpServer } from './urls'

/**
 * Finds an application and a page that it covers.
 *
 * @param wanted its id or name; the application of the MCP server if it is left out
 * @throws OAuthError `invalid_request`
 */
export function findTarget(
  c: AppContext,
  wanted: string | undefined,
): { target: Application; page: URL } {
  const { applications } = c.get('configuration')
  const target =
    wanted === undefined
      ? applicationAt(applications, new URL(mcpServer(c)))
      : requireApplication(applications, wanted)
  if (!target) {
    const message = `application: none covers ${mcpServer(c)}: expected the id or name of an application`
    throw new OAuthError('invalid_request', message)
  }
  const page = pagesOf(c, target).find(
    (each) => applicationAt(applications, each)?.id === target.id,
  )
  if (page) return { target, page }
  const message = `application: every page of ${target.name} is covered by another application`
  throw new OAuthError('invalid_request', message)
}

// On this host if possible. Elsewhere a star stands for any text, and a host without a port takes the
// request's.
function pagesOf(c: AppContext, { destinations }: Application): URL[] {
  const { url } = c.var
  const others = destinations.filter(isPublic).flatMap(({ uri }) => {
    const page = URL.parse(`${url.protocol}//${uri.replaceAll('*', 'x')}`)
    if (page && page.port === '') page.port = url.port
    return page ?? []
  })
  return [new URL(mcpServer(c)), new URL(url.origin), ...others]
}
