import { Hono } from 'hono'
import type { AppContext, Env } from '../../env'
import { OAuthError } from '../../oauth/errors'

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

/**
 * What the control answers to a GET. Its shape is the control's own, as docs/control.md tells it, and
 * nobody else's: it is not checked again.
 *
 * @param path below `/_emulator/`
 */
export async function ask<T>(c: AppContext, control: Control, path: string): Promise<T> {
  const response = await inside(c, control, 'GET', `/_emulator/${path}`)
  if (!response.ok) throw new Error(`GET ${path} was answered with ${response.status}`)
  return response.json()
}
