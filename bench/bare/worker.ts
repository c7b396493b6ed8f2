import { Hono } from 'hono'
import { proxy } from 'hono/proxy'

/** What costs least under the same `wrangler dev`: everything else is measured against it. */
const app = new Hono<{ Bindings: { ORIGIN_URL: string; ANSWER: string } }>()
// As long as what it is compared with: the metadata that the emulator answers.
app.get('/static', (c) => c.body(c.env.ANSWER, 200, { 'content-type': 'application/json' }))
app.all('*', (c) => {
  const url = new URL(c.req.url)
  return proxy(c.env.ORIGIN_URL + url.pathname + url.search, c.req.raw)
})

export default app
