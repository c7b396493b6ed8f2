// An OAuth client as a command: `node client.mjs <how it opens the browser> <url>`. Without dependencies.
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'

const [how, url = process.env.MCP_URL] = process.argv.slice(2)
const json = async (...request) => (await fetch(...request)).json()

const challenge = await fetch(url, { method: 'POST' })
const metadata = challenge.headers.get('www-authenticate').match(/resource_metadata="([^"]+)"/)[1]
const { resource, authorization_servers } = await json(metadata)
const server = await json(`${authorization_servers[0]}/.well-known/oauth-authorization-server`)

const { promise: code, resolve } = Promise.withResolvers()
const listener = createServer((request, response) => {
  response.end()
  resolve(new URL(request.url, 'http://127.0.0.1').searchParams.get('code'))
})
await new Promise((listening) => listener.listen(0, '127.0.0.1', listening))
const redirect_uri = `http://127.0.0.1:${listener.address().port}/callback`
const { client_id } = await json(server.registration_endpoint, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    redirect_uris: [redirect_uri],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  }),
})
const code_verifier = randomBytes(32).toString('base64url')
const query = new URLSearchParams({
  response_type: 'code',
  client_id,
  redirect_uri,
  resource,
  state: randomBytes(16).toString('hex'),
  code_challenge: createHash('sha256').update(code_verifier).digest('base64url'),
  code_challenge_method: 'S256',
})
const address = `${server.authorization_endpoint}?${query}`
if (how === 'prints') process.stdout.write(`Open \u001b[4m${address}\u001b[0m in a browser`)
else spawn(how === 'BROWSER' ? process.env.BROWSER : how, [address], { stdio: 'ignore' })

const { access_token } = await json(server.token_endpoint, {
  method: 'POST',
  body: new URLSearchParams({
    grant_type: 'authorization_code',
    code: await code,
    client_id,
    code_verifier,
    redirect_uri,
    resource,
  }),
})
listener.close()
await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${access_token}` } })
