/** The values that a server needs to verify the assertions of Access. */
export type Verification = { issuer: string; certs: string; aud: string }

/** Returns servers to paste that admit only requests with a valid assertion, one for each framework. */
export function verifiers(values: Verification) {
  return [
    {
      name: 'Express',
      where: 'Save as server.mjs, then run `npm install express jose` and `node server.mjs`.',
      text: express(values),
    },
    {
      name: 'Hono',
      where: 'Save as server.mjs, then run `npm install hono @hono/node-server jose`.',
      text: hono(values),
    },
    {
      name: 'Workers',
      where:
        'Save as src/index.js of a Worker, then run `npm install jose` and `npx wrangler dev`.',
      text: worker(values),
    },
  ]
}

const constants = ({ issuer, certs, aud }: Verification) => `const issuer = '${issuer}'
const audience = '${aud}'
const keys = createRemoteJWKSet(new URL('${certs}'))
const options = { issuer, audience, algorithms: ['RS256'] }`

const express = (values: Verification) => `import express from 'express'
import { createRemoteJWKSet, jwtVerify } from 'jose'

${constants(values)}

const app = express()
app.use(async (req, res, next) => {
  try {
    const assertion = req.get('Cf-Access-Jwt-Assertion') ?? ''
    const { payload } = await jwtVerify(assertion, keys, options)
    req.access = payload
    next()
  } catch (error) {
    res.status(403).send(\`The assertion is not valid: \${error.message}\`)
  }
})
app.get('/', (req, res) => res.send(\`Hello, \${req.access.email ?? req.access.common_name}\`))
app.listen(process.env.PORT ?? 3000)
`

const hono = (values: Verification) => `import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createRemoteJWKSet, jwtVerify } from 'jose'

${constants(values)}

const app = new Hono()
app.use(async (c, next) => {
  try {
    const assertion = c.req.header('Cf-Access-Jwt-Assertion') ?? ''
    const { payload } = await jwtVerify(assertion, keys, options)
    c.set('access', payload)
  } catch (error) {
    return c.text(\`The assertion is not valid: \${error.message}\`, 403)
  }
  await next()
})
app.get('/', (c) => c.text(\`Hello, \${c.get('access').email ?? c.get('access').common_name}\`))
serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) })
`

const worker = (values: Verification) => `import { createRemoteJWKSet, jwtVerify } from 'jose'

${constants(values)}

export default {
  async fetch(request) {
    try {
      const assertion = request.headers.get('Cf-Access-Jwt-Assertion') ?? ''
      const { payload } = await jwtVerify(assertion, keys, options)
      return new Response(\`Hello, \${payload.email ?? payload.common_name}\`)
    } catch (error) {
      return new Response(\`The assertion is not valid: \${error.message}\`, { status: 403 })
    }
  },
}
`
