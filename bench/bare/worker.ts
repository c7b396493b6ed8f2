import { Hono } from 'hono'
import { proxy } from 'hono/proxy'

/** The least a Worker can do under the same `wrangler dev`. Everything else is measured against it. */
const app = new Hono<{ Bindings: { ORIGIN_URL: string; STATIC_BODY: string } }>()
// The same body as the response that it is compared with: the emulator's metadata.
app.get('/static', (c) => c.body(c.env.STATIC_BODY, 200, { 'content-type': 'application/json' }))
app.all('*', (c) => {
  const url = new URL(c.req.url)
  return proxy(c.env.ORIGIN_URL + url.pathname + url.search, c.req.raw)
})

export default app
