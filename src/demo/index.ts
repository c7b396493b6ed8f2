import { Hono } from 'hono'
import { bytesWithin, drainBody } from '../request/bytes'
import { type AccessClaims, type KnownAccess, verifyAssertion } from './assertion'
import { home } from './home'

// Of the SDK, which would leave the rest of a longer body unread.
const MCP_BODY_LIMIT_BYTES = 4 * 1024 * 1024

/**
 * The built-in origin: an MCP server at `/mcp`, `/whoami`, and a page. It believes nothing but a
 * verified assertion, as an origin behind Access should.
 */
export const demo = new Hono<{ Bindings: KnownAccess; Variables: { claims: AccessClaims } }>()
demo.use(async function readToEnd(c, next) {
  await next()
  await drainBody(c.req.raw)
})
demo.use(async function verify(c, next) {
  const claims = await verifyAssertion(c.req.header('cf-access-jwt-assertion'), c.env)
  if (!claims) {
    const message = 'Cf-Access-Jwt-Assertion is missing or not signed by this Access'
    return c.json({ error: 'no_assertion', error_description: message }, 403)
  }
  c.set('claims', claims)
  await next()
})
demo.all('/mcp', async (c) => {
  // Loaded when it is asked for: its schemas are a third of the time that the Worker takes to start.
  const { mcp } = await import('./mcp')
  const { body, method } = c.req.raw
  if (body === null || method !== 'POST') return mcp(c.req.raw, c.get('claims'))
  const bytes = await bytesWithin(body, MCP_BODY_LIMIT_BYTES, c.req.header('content-length'))
  if (bytes) return mcp(new Request(c.req.raw, { body: bytes }), c.get('claims'))
  const message = `the body is longer than ${MCP_BODY_LIMIT_BYTES} bytes`
  return c.json({ jsonrpc: '2.0', error: { code: -32_000, message }, id: null }, 413)
})
demo.get('/whoami', (c) => {
  // The assertion is in it.
  c.header('Cache-Control', 'no-store')
  return c.json({ headers: Object.fromEntries(c.req.raw.headers), claims: c.get('claims') })
})
demo.get('/', home)
demo.notFound((c) => {
  return c.json({ error: 'not_found', error_description: 'The demo has /, /mcp and /whoami' }, 404)
})
