import { Hono } from 'hono'
import { OAuthError } from '../../oauth/errors'
import type { AppContext, Env } from '../../request/context'
import type { Responses } from '../responses'

/** The emulator's own control, which the console's pages ask and whose buttons they show. */
export type Control = Hono<Env>

/**
 * Sends a request to the control as if it came from outside, with the caller's own credentials: the
 * console knows nothing that the control does not say.
 *
 * @param path below the caller's origin, with its query
 */
export async function inside(
  c: AppContext,
  control: Control,
  method: string,
  path: string,
  body?: string,
): Promise<Response> {
  const url = new URL(path, c.get('url').origin)
  // Whoever asks the console has been judged already, and the console asks for them.
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
    const answer = { error: error.code, error_description: error.description }
    return inner.json(answer, error.status as 400)
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

type Lists = 'faults' | 'quirks' | 'clients' | 'grants' | 'sessions'

/**
 * Returns the control's response to a GET.
 *
 * @param query with its `?`, or nothing
 */
export async function ask<L extends Lists>(
  c: AppContext,
  control: Control,
  list: L,
  query = '',
): Promise<Responses[`GET ${L}`]> {
  const response = await inside(c, control, 'GET', `/_emulator/${list}${query}`)
  if (!response.ok) throw new Error(`GET ${list} was answered with ${response.status}`)
  return response.json()
}
