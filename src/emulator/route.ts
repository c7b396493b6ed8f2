import type { Hono } from 'hono'
import type { AppContext, Env } from '../request/context'

/**
 * Responds to a request that no route of the control matches: 405 with `Allow` if the path has other methods
 * (RFC 9110 15.5.6), else 404.
 */
export function refuseRoute(c: AppContext, control: Hono<Env>): Response {
  const { pathname } = c.get('url')
  const allowed = methodsAt(control, pathname.replace(/^\/_emulator/, ''))
  if (allowed.length === 0) {
    const message = `${c.req.method} ${pathname} does not exist: docs/control.md lists the paths`
    return c.json({ error: 'not_found', error_description: message }, 404)
  }
  c.header('Allow', allowed.join(', '))
  const message = `${pathname} does not accept ${c.req.method}: use ${allowed.join(' or ')}`
  return c.json({ error: 'method_not_allowed', error_description: message }, 405)
}

function methodsAt(control: Hono<Env>, path: string): string[] {
  const found = control.routes.filter((route) => {
    const isPattern = route.method === 'ALL' || route.path.includes('*')
    return !isPattern && patternOf(route.path).test(path)
  })
  return [...new Set(found.map(({ method }) => method))].sort()
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:\w+/g, '[^/]+').replaceAll('.', '\\.')}$`)
}
