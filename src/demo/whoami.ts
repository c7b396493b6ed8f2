import type { Context } from 'hono'
import { accepts } from 'hono/accepts'
import type { DemoEnv } from './assertion'

/** Shows the headers and the verified claims that the origin receives: a page for browsers, else JSON. */
export async function whoami(c: Context<DemoEnv>): Promise<Response> {
  const claims = c.get('claims')
  const headers = Object.fromEntries(c.req.raw.headers)
  // The response contains the assertion.
  c.header('Cache-Control', 'no-store')
  c.header('Vary', 'Accept')
  const json = 'application/json'
  const type = accepts(c, { header: 'Accept', supports: [json, 'text/html'], default: json })
  if (type === json) return c.json({ headers, claims })
  const { showWhoami } = await import('./pages')
  return showWhoami(c, headers)
}
