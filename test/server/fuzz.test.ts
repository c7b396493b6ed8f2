import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { differs } from '../support/command'
import { stored } from '../support/control'
import { DashClient, EMULATED_ACCOUNT_ID, WRANGLER_ID } from '../support/dashboard'
import {
  bytesOf,
  type HostileRequest,
  hostileRequest,
  type Known,
} from '../support/hostile-requests'
import { Person } from '../support/person'
import { type RawResponse, rawSocket } from '../support/raw-socket'
import { type Server, startServer } from '../support/server'
import { size } from '../support/size'

// FUZZ_RUNS and FUZZ_SEED choose other requests.
const RUNS = Number(process.env.FUZZ_RUNS || size(240, 20_000))
const SEED = Number(process.env.FUZZ_SEED || Date.now() % 2 ** 31)
const AT_ONCE = 16
const ENOUGH_FAULTS = 5
const HOUR_MS = 3_600_000

let server: Server
let known: Known
beforeAll(async () => {
  // Without it, control and API are 503 on other hosts, which is no failure.
  server = await startServer(['--var', 'EMULATOR_TOKEN:a-token-of-some-length'])
  known = await learn()
})
afterAll(() => server?.stop())

it('Every request receives a response, causes no internal error, and changes nothing if it is refused', {
  timeout: HOUR_MS,
}, async () => {
  const faults: string[] = []
  const statuses: Record<string, number> = {}
  const sendAll = async (batch: HostileRequest[]) => {
    const judged = await Promise.all(batch.map(judge))
    for (const { status, fault } of judged) {
      statuses[status] = (statuses[status] ?? 0) + 1
      if (fault) faults.push(fault)
    }
    return batch.filter((_, index) => judged[index]?.isRefused)
  }
  let state = await stateNow()
  const requests = fc.array(hostileRequest, { minLength: AT_ONCE, maxLength: AT_ONCE })
  for (const batch of fc.sample(requests, { numRuns: Math.ceil(RUNS / AT_ONCE), seed: SEED })) {
    const refused = await sendAll(batch)
    let after = await stateNow()
    if (after === state) continue
    // An accepted request may have made the change, so the refused ones are sent once more.
    if (refused.length < batch.length) {
      state = after
      await sendAll(refused)
      after = await stateNow()
    }
    if (after !== state) faults.push(await guilty(refused))
    await server.control('POST', 'reset')
    known = await learn()
    state = await stateNow()
    if (faults.length >= ENOUGH_FAULTS) break
  }
  console.log(`FUZZ_SEED=${SEED}`, statuses)
  expect(faults.join('\n\n'), `FUZZ_SEED=${SEED}`).toBe('')
})

type Judged = { status: number; isRefused: boolean; fault?: string }

async function judge(request: HostileRequest): Promise<Judged> {
  const isCut = request.framing === 'cut'
  const bytes = bytesOf(request, known)
  const answer = await rawSocket(server.port, bytes, isCut ? { isCut, limitMs: 1000 } : {}).catch(
    String,
  )
  const status = typeof answer === 'object' ? answer.status : 0
  const rays = typeof answer === 'object' ? (answer.headers.get('cf-ray')?.length ?? 0) : 0
  const isGood =
    typeof answer === 'object'
      ? !answer.headers.has('x-injected') &&
        (rays === 1
          ? status < 500
          : isBeforeTheWorker(request, answer) || (isCut && isOfTheLost(answer)))
      : isCut // A client that disconnects may receive no response.
  return {
    status,
    // A client that disconnects does not learn whether its request had an effect.
    isRefused: status >= 400 && (rays === 1 || !isCut),
    ...(!isGood && { fault: `${shown(answer)}\nto (${request.framing})\n${printable(bytes)}` }),
  }
}

function isBeforeTheWorker(request: HostileRequest, answer: RawResponse): boolean {
  return differs('bare-400') ? isOfTheParser(answer) : isOfTheRuntime(request, answer)
}

// Requests that Node's parser refuses before the Worker: not HTTP. An empty chunked body is only its end.
function isOfTheParser({ status, headers, body }: RawResponse): boolean {
  return status === 400 && !headers.has('content-type') && /^(0\r\n\r\n)?$/.test(body)
}

// Requests that do not reach the Worker: not HTTP, or refused by wrangler's own checks.
function isOfTheRuntime(
  { method }: HostileRequest,
  { status, headers, body }: RawResponse,
): boolean {
  const isBare = headers.get('content-type')?.[0] === 'text/plain'
  if (status === 400 || status === 501) return isBare || headers.get('content-length')?.[0] === '11'
  return status === 403 && (method === 'HEAD' || /^Invalid (`?Host|`?Origin)/.test(body))
}

// The runtime's response to a client that has disconnected.
function isOfTheLost({ status, body }: RawResponse): boolean {
  return status === 500 && body.startsWith('Error: Network connection lost.')
}

// Finds the refused request that made the change, by sending them one by one.
async function guilty(refused: HostileRequest[]): Promise<string> {
  for (const request of refused) {
    const before = await stateNow()
    const { isRefused } = await judge(request)
    const after = await stateNow()
    if (isRefused && after !== before) {
      return `changed by a refusal:\n${difference(before, after)}\n${printable(bytesOf(request, known))}`
    }
  }
  return `changed by one of these refusals:\n${JSON.stringify(refused)}`
}

function difference(before: string, after: string): string {
  let from = 0
  while (before[from] === after[from]) from++
  return [before, after].map((each) => each.slice(Math.max(0, from - 80), from + 200)).join('\n')
}

function shown(answer: RawResponse | string | undefined): string {
  if (typeof answer !== 'object') return answer ?? 'closed without a response'
  return JSON.stringify([answer.status, [...answer.headers], answer.body.slice(0, 500)])
}

function printable(text: string): string {
  return text
    .slice(0, 3000)
    .replace(/[^\n -~]/g, (each) => encodeURIComponent(each))
    .replaceAll('%0D\n', '\n')
}

const stateNow = () => stored(server.control)

// The values that a real client, browser and administrator would have.
async function learn(): Promise<Known> {
  const { client, fetch } = server
  await server.control('PUT', 'auto-sign-in', { email: 'ada@example.com' })
  const { clientId, tokens } = await client.connect()
  const confidential = await client.register({ token_endpoint_auth_method: 'client_secret_post' })
  const seen = await client.request('/whoami', tokens.access_token)
  const { headers } = (await seen.json()) as { headers: Record<string, string> }
  const redirect_uri = 'http://localhost:8976/oauth/callback'
  const dash = new DashClient(fetch, WRANGLER_ID, server.team)
  const scope = 'account:read user:read offline_access'
  const code = await dash.code({ redirect_uri, scope })
  const answer = await dash.exchange(code, { redirect_uri })
  const dashTokens = (await answer.json()) as { access_token: string }
  await server.control('PUT', 'auto-sign-in', null)
  const hosts = [new URL(server.app).host, new URL(server.team).host]
  const person = await new Person(fetch, hosts).open(await client.authorizationUrl(clientId))
  const login = new URL(person.page?.url ?? '').search.slice(1)
  await person.press('ada@example.com')
  const consent = new URL(person.page?.url ?? '').searchParams.get('request') ?? ''
  const list = await fetch(`${server.app}/client/v4/accounts/${EMULATED_ACCOUNT_ID}/access/apps`, {
    headers: { authorization: 'Bearer a-token' },
  })
  const { result } = (await list.json()) as { result: { id: string }[] }
  const { grants } = (await (await server.control('GET', 'grants')).json()) as {
    grants: { id: string }[]
  }
  return {
    CLIENT: clientId,
    SECRET_CLIENT: confidential.client_id,
    SECRET: confidential.client_secret ?? '',
    ACCESS_TOKEN: tokens.access_token,
    REFRESH_TOKEN: tokens.refresh_token,
    ASSERTION: headers['cf-access-jwt-assertion'] ?? '',
    COOKIES: person.cookies(hosts[1] ?? ''),
    LOGIN_QUERY: login,
    CONSENT_QUERY: consent,
    APPLICATION_ID: result[0]?.id ?? '',
    GRANT_ID: grants[0]?.id ?? '',
    DASH_TOKEN: dashTokens.access_token,
    PORT: String(server.port),
  }
}
