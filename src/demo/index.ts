/**
 * The demo: the built-in origin, used if no ORIGIN or ORIGIN_URL is set. It has an MCP server at
 * `/mcp`, the same behind a scope challenge at `/step-up`, `/whoami`, and a page, and trusts only a
 * verified assertion, as any origin behind Access should. It reads nothing of the emulator but the
 * arguments that it is called with (`KnownAccess`).
 */
import { Hono } from 'hono'
import { TrieRouter } from 'hono/router/trie-router'
import { bytesWithin, drainBody } from '../request/bytes'
import { STEP_UP } from '../switches/step-up'
import { type DemoEnv, verifyAssertion } from './assertion'
import { requireStepUp } from './step-up'
import { whoami } from './whoami'

// The SDK's own limit. It is checked here, because the SDK would leave the rest of the body unread.
const MCP_BODY_LIMIT_BYTES = 4 * 1024 * 1024

/** The routes of the built-in origin. */
export const demo = new Hono<DemoEnv>({ router: new TrieRouter() })
demo.use(async function readToEnd(c, next) {
  await next()
  await drainBody(c.req.raw)
})
demo.use(async function verify(c, next) {
  const claims = await verifyAssertion(c.req.header('cf-access-jwt-assertion'), c.env)
  if (!claims) {
    const message =
      'Cf-Access-Jwt-Assertion is missing, or it is not a valid assertion for this application'
    return c.json({ error: 'no_assertion', error_description: message }, 403)
  }
  c.set('claims', claims)
  await next()
})
demo.use(STEP_UP.path, requireStepUp)
demo.on('ALL', ['/mcp', STEP_UP.path], async (c) => {
  // Loaded on demand: its schemas take a third of the Worker's start-up time.
  const { mcp } = await import('./mcp')
  const { body, method } = c.req.raw
  if (body === null || method !== 'POST') return mcp(c.req.raw, c.get('claims'))
  const bytes = await bytesWithin(c.req.raw, MCP_BODY_LIMIT_BYTES)
  if (bytes) return mcp(new Request(c.req.raw, { body: bytes }), c.get('claims'))
  const message = `the body is longer than ${MCP_BODY_LIMIT_BYTES} bytes`
  return c.json({ jsonrpc: '2.0', error: { code: -32_000, message }, id: null }, 413)
})
demo.get('/whoami', whoami)
demo.get('/', async (c) => (await import('./pages')).showHome(c))
demo.notFound((c) => {
  const message =
    "The demo has /, /mcp, /step-up and /whoami. The paths of Cloudflare's dashboard, such as /oauth2/auth, are on the team domain, unless DASH_DOMAIN names another host"
  return c.json({ error: 'not_found', error_description: message }, 404)
})
