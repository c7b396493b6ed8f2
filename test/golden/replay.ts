import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import worker from '../../src/index'
import { ACCOUNT } from '../support/api'
import { controlOf } from '../support/control'
import { APP } from '../support/emulator'
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
  /** Of which surfaces its requests are: what must not depend on what is reported is the first three. */
  of: 'gate' | 'team' | 'dash' | 'api' | 'emulator'
  settings: Record<string, unknown>
  run(world: World): Promise<void>
}

/** What a scenario sends its requests with. */
export class World {
  readonly exchanges: Exchange[] = []

  constructor(
    private readonly bindings: object,
    readonly placeholders: Placeholders,
  ) {}

  /** Sends a request, and records it with its response. */
  readonly send = async (method: string, url: string, sent: Sent = {}): Promise<Exchange> => {
    const { headers = {}, body } = sent
    const response = await fetchWith({ ...this.bindings, ...sent.bindings }, url, {
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

// A response whose connection breaks off says so instead.
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
  const control = controlOf(fetch)
  const required = async (answer: Promise<Response>): Promise<string> => {
    const response = await answer
    const text = await response.text()
    if (!response.ok) throw new Error(`${response.status} ${text}`)
    return text
  }
  await required(control('POST', 'reset'))
  await twoKeys(control, required)
  // What follows from the settings is the same in every recording.
  const path = `${APP}/client/v4${ACCOUNT}/access/apps`
  const headers = { authorization: `Bearer ${API_TOKEN}` }
  const applications = await required(fetch(path, { headers }))
  await required(control('POST', 'reset'))
  await required(control('PATCH', 'clock', { now: BEGIN }))
  const world = new World(
    bindings,
    new Placeholders(
      applications + FIXED + JSON.stringify(scenario.settings),
      Math.floor(Date.now() / 1000),
      Date.parse(BEGIN) / 1000,
    ),
  )
  await scenario.run(world)
  return world
}

/** A token that is good at the API in every scenario. */
export const API_TOKEN = 'a-token-of-the-golden-recording'
// The account; the challenge of the clients' verifier.
const FIXED = `${ACCOUNT} QVCtZStyp4otVCckPqZd7qguf-OmrEKz86-A6jADrSE`

type Control = ReturnType<typeof controlOf>

// Other test files rotate the keys, which survive a reset.
async function twoKeys(
  control: Control,
  required: (answer: Promise<Response>) => Promise<string>,
): Promise<void> {
  const state = JSON.parse(await required(control('GET', 'state'))) as {
    emulator: { keys: object[] }
  }
  const { keys } = state.emulator
  state.emulator.keys = keys.slice(0, 2)
  if (keys.length !== 2) await required(control('PUT', 'state', state))
}

function fetchWith(bindings: object, url: string, init?: RequestInit): Promise<Response> {
  const request = new Request(url, { redirect: 'manual', ...init })
  // The bindings of wrangler.toml, with settings of the scenario's own.
  return Promise.resolve(worker.fetch(request, bindings as never, createExecutionContext()))
}
