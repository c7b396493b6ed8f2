import { Hono } from 'hono'
import { OAuthError } from '../../oauth/errors'
import type { AppContext, Env } from '../../request/context'
import type { Responses } from '../responses'

/** The emulator's own control, to which the console sends its requests. */
export type Control = Hono<Env>

/**
 * Sends a request to the control with the caller's credentials, as if it came from outside: the console
 * has no other source of data.
 *
 * @param path the path and query at the caller's origin
 */
export async function inside(
  c: AppContext,
  control: Control,
  method: string,
  path: string,
  body?: string,
): Promise<Response> {
  const url = new URL(path, c.get('url').origin)
  // The caller is already authorised; the console acts on their behalf.
  const headers = new Headers({
    'content-type': 'application/json',
    'sec-fetch-site': 'same-origin',
  })
  for (const name of ['authorization', 'cookie']) {
    const value = c.req.header(name)
    if (value !== undefined) headers.set(name, value)
  }
  const around = new Hono<Env>()
  around.onError((error, inner) => {
    if (!(error instanceof OAuthError)) throw error
    const refusal = { error: error.code, error_description: error.description }
    return inner.json(refusal, error.status as 400)
  })
  around.use(async function likeOutside(inner, next) {
    for (const name of Object.keys(c.var) as (keyof Env['Variables'])[])
      inner.set(name, c.var[name])
    inner.set('url', url)
    await next()
  })
  around.route('/_emulator', control)
  const request = new Request(url, { method, headers, ...(body !== undefined && { body }) })
  return around.fetch(request, c.env, c.executionCtx)
}

type Lists = 'faults' | 'quirks' | 'clients' | 'grants' | 'sessions' | 'portals' | 'upstreams'

/**
 * Returns the control's response to a GET.
 *
 * @param query the query with its `?`, or an empty string
 */
export async function fetchList<L extends Lists>(
  c: AppContext,
  control: Control,
  list: L,
  query = '',
): Promise<Responses[`GET ${L}`]> {
  const response = await inside(c, control, 'GET', `/_emulator/${list}${query}`)
  if (!response.ok) throw new Error(`GET ${list} failed with status ${response.status}`)
  return response.json()
}
