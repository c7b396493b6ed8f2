import { randomUUID } from 'node:crypto'
import type { Hosts } from './hosts.ts'
import { type Base, ENDPOINTS, type EndpointName, type Probe } from './probes/probe.ts'
import type { Received, Sending } from './send.ts'

/** The response to a probe, or the reason why it has none. */
export type Exchange = { response?: Received; problem?: string }

/** A JSON object of unknown members. */
type Document = Record<string, unknown>

const RESOURCE_METADATA = '/.well-known/cloudflare-access-protected-resource'
const RFC_9728 = '/.well-known/oauth-protected-resource'
const SERVER_METADATA = '/.well-known/oauth-authorization-server'
const FORM = 'application/x-www-form-urlencoded'

// Access's own paths, for a server whose metadata names no endpoint.
const ENDPOINT_PATHS: Record<EndpointName, string> = {
  authorization: '/cdn-cgi/access/oauth/authorization',
  token: '/cdn-cgi/access/oauth/token',
  registration: '/cdn-cgi/access/oauth/registration',
  revocation: '/cdn-cgi/access/oauth/revoke',
}

/** An application with its authorization server: the real one, or the emulated one. */
export class Site {
  readonly application: URL
  /** The path of the application, without a slash at its end. */
  readonly path: string
  /** The authorization server; undefined if none was announced that may be reached. */
  team: URL | undefined
  /** The response to a request without a credential. */
  challenge: Received | undefined
  resource: Document = {}
  metadata: Document = {}
  readonly #send: Sending
  #issuerPath = ''
  readonly #endpoints = new Map<EndpointName, URL>()
  // A client that exists nowhere.
  readonly #uuid = randomUUID()

  constructor(url: URL, send: Sending) {
    this.application = new URL(url.origin)
    this.path = url.pathname.replace(/\/$/, '')
    this.#send = send
  }

  /** Finds the authorization server and its endpoints in the metadata. */
  async discover(hosts: Hosts): Promise<void> {
    const url = new URL(this.path || '/', this.application)
    this.challenge = await this.#send({ method: 'GET', url, headers: { accept: '*/*' } })
    for (const path of [RESOURCE_METADATA, RFC_9728]) {
      const document = await this.#json(this.application, path + this.path)
      const { authorization_servers: servers } = document
      const issuer = Array.isArray(servers) ? URL.parse(String(servers[0])) : null
      if (!issuer || !(await hosts.announce(issuer))) continue
      this.resource = document
      this.team = new URL(issuer.origin)
      this.#issuerPath = issuer.pathname.replace(/\/$/, '')
      break
    }
    // Servers without protected resource metadata have both on one host.
    this.metadata = await this.#json(
      this.team ?? this.application,
      SERVER_METADATA + this.#issuerPath,
    )
    if (this.metadata.issuer !== undefined) this.team ??= this.application
    for (const name of ENDPOINTS) {
      const endpoint = URL.parse(String(this.metadata[`${name}_endpoint`]))
      if (endpoint && (await hosts.announce(endpoint))) this.#endpoints.set(name, endpoint)
    }
  }

  /** Sends probes one after the other. */
  async sendAll(probes: Probe[]): Promise<Map<string, Exchange>> {
    const exchanges = new Map<string, Exchange>()
    for (const probe of probes) exchanges.set(probe.id, await this.#exchange(probe))
    return exchanges
  }

  async #exchange({ base, body, headers, method, path, query }: Probe): Promise<Exchange> {
    const url = this.#base(base)
    if (!url) return { problem: 'the server announces no authorization server that may be reached' }
    if (base === 'application' || base === 'team') url.pathname = this.#filled(path)
    for (const [name, value] of query) url.searchParams.set(name, this.#filled(value))
    const isForm = headers['Content-Type'] === FORM
    try {
      const response = await this.#send({
        method,
        url,
        headers,
        ...(body !== undefined && { body: isForm ? this.#filledForm(body) : body }),
      })
      return { response }
    } catch (error) {
      return { problem: error instanceof Error ? error.message : String(error) }
    }
  }

  #base(base: Base): URL | undefined {
    if (base === 'application') return new URL(this.application)
    const found = base === 'team' ? this.team : this.#endpoints.get(base)
    if (found || base === 'team') return found && new URL(found)
    return this.team && new URL(ENDPOINT_PATHS[base], this.team)
  }

  #filled(text: string): string {
    return text
      .replace('{uuid}', this.#uuid)
      .replace('{application}', this.application.origin)
      .replace('{path}', this.path)
      .replace('{issuer-path}', this.#issuerPath)
  }

  #filledForm(body: string): string {
    const values = [...new URLSearchParams(body)]
    const filled = values.map(([name, value]) => [name, this.#filled(value)])
    return new URLSearchParams(filled).toString()
  }

  async #json(base: URL, path: string): Promise<Document> {
    try {
      const url = new URL(path, base)
      const { body } = await this.#send({ method: 'GET', url, headers: {} })
      const found: unknown = JSON.parse(body)
      return found !== null && typeof found === 'object' ? { ...found } : {}
    } catch {
      return {}
    }
  }
}
