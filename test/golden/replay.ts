import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import worker from '../../src'
import { ACCOUNT } from '../support/api'
import { controlOf } from '../support/control'
import { APP, TEAM } from '../support/emulator'
import { Placeholders } from './placeholders'

/** The emulated time that every scenario begins at. */
export const BEGIN = '2026-12-01T12:00:00Z'

export type Exchange = {
  method: string
  url: string
  requestHeaders: [string, string][]
  requestBody: string | undefined
  status: number
  headers: [string, string][]
  body: string
}

export type Sent = { headers?: Record<string, string>; body?: string; bindings?: object }

/** Requests that build on one another, from a fresh store on. */
export type Scenario = {
  name: string
  /** The surfaces of its requests. The responses of the first three must not depend on events. */
  of: 'gate' | 'team' | 'dash' | 'api' | 'emulator'
  settings: Record<string, unknown>
  run(world: World): Promise<void>
}

/** The functions with which a scenario sends its requests. */
export class World {
  readonly exchanges: Exchange[] = []

  constructor(
    private readonly bindings: object,
    readonly placeholders: Placeholders,
  ) {}

  /** Sends a request that is no part of the recording. */
  readonly unrecorded = (url: string, init?: RequestInit): Promise<Response> =>
    fetchWith(this.bindings, url, init)

  /** Sends a request, and records it with its response. */
  readonly send = async (method: string, url: string, sent: Sent = {}): Promise<Exchange> => {
    const { headers = {}, body } = sent
    // The Worker reads the settings of the same object once.
    const bindings = sent.bindings ? { ...this.bindings, ...sent.bindings } : this.bindings
    const response = await fetchWith(bindings, url, {
      method,
      headers,
      ...(body !== undefined && { body }),
    })
    const exchange: Exchange = {
      method,
      url,
      requestHeaders: Object.entries(headers),
      requestBody: body,
      status: response.status,
      headers: [...response.headers],
      body: await bodyOf(response),
    }
    this.exchanges.push(exchange)
    return exchange
  }

  /** The same as `fetch`, so that the tests' own clients can be recorded. */
  readonly fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const headers = Object.fromEntries(new Headers(init.headers))
    const body = init.body == null ? {} : { body: String(init.body) }
    const exchange = await this.send(init.method ?? 'GET', url, { headers, ...body })
    const { status } = exchange
    const isEmpty = status === 204 || status === 304
    return new Response(isEmpty ? null : exchange.body, { status, headers: exchange.headers })
  }
}

// A response whose connection breaks is recorded as such.
async function bodyOf(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (;;) {
      const { done = true, value } = (await reader?.read()) ?? {}
      if (done) return text
      text += decoder.decode(value, { stream: true })
    }
  } catch {
    return `${text}\n<broken off>`
  }
}

/**
 * Sends the requests of a scenario to a fresh emulator.
 *
 * @param variation settings in which this replay differs from what was recorded
 */
export async function replay(scenario: Scenario, variation: object = {}): Promise<World> {
  const bindings = { ...env, ...scenario.settings, ...variation }
  const fetch = (url: string, init?: RequestInit) => fetchWith(bindings, url, init)
  const fixed = await fixedValues(fetch, scenario.settings)
  await begin(fetch)
  if ((await publishedKeys(fetch)) !== 2) await keepTwoKeys(fetch)
  await begin(fetch)
  const world = new World(
    bindings,
    new Placeholders(
      fixed,
      Math.floor(Date.now() / 1000),
      Date.parse(BEGIN) / 1000,
      await lastEvent(fetch),
    ),
  )
  await scenario.run(world)
  return world
}

type Fetch = (url: string, init?: RequestInit) => Promise<Response>

// The account, and the challenge of the clients' verifier.
const FIXED = `${ACCOUNT} QVCtZStyp4otVCckPqZd7qguf-OmrEKz86-A6jADrSE`
const fixedOf = new Map<object, string>()

// Values derived from the settings are the same in every recording, such as the `aud` of applications.
async function fixedValues(fetch: Fetch, settings: object): Promise<string> {
  const known = fixedOf.get(settings)
  if (known) return known
  await required(controlOf(fetch)('POST', 'reset'))
  const headers = { authorization: 'Bearer a-token' }
  const applications = await required(fetch(`${APP}/client/v4${ACCOUNT}/access/apps`, { headers }))
  const fixed = FIXED + JSON.stringify(settings) + applications
  fixedOf.set(settings, fixed)
  return fixed
}

async function begin(fetch: Fetch): Promise<void> {
  const control = controlOf(fetch)
  await required(control('POST', 'reset'))
  await required(control('PATCH', 'clock', { now: BEGIN }))
}

async function lastEvent(fetch: Fetch): Promise<number> {
  const response = await required(controlOf(fetch)('GET', 'events?limit=1'))
  const { events } = JSON.parse(response) as { events: { number: number }[] }
  return events.at(-1)?.number ?? 0
}

// Other tests rotate the keys, which survive a reset.
async function publishedKeys(fetch: Fetch): Promise<number> {
  const certs = JSON.parse(await required(fetch(`${TEAM}/cdn-cgi/access/certs`)))
  return (certs as { keys: unknown[] }).keys.length
}

async function keepTwoKeys(fetch: Fetch): Promise<void> {
  const control = controlOf(fetch)
  const state = JSON.parse(await required(control('GET', 'state'))) as {
    emulator: { keys: unknown[] }
  }
  state.emulator.keys = state.emulator.keys.slice(0, 2)
  await required(control('PUT', 'state', state))
}

async function required(answer: Promise<Response>): Promise<string> {
  const response = await answer
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status} ${text}`)
  return text
}

function fetchWith(bindings: object, url: string, init?: RequestInit): Promise<Response> {
  const request = new Request(url, { redirect: 'manual', ...init })
  // The bindings of wrangler.toml, with settings of the scenario's own.
  return Promise.resolve(worker.fetch(request, bindings as never, createExecutionContext()))
}
