/**
 * A part of a response that is compared: the status, a header, the title of a page, a member of a JSON
 * body, the names of all members, or the members that no other expectation of the probe names.
 */
export type Part =
  | 'status'
  | 'title'
  | 'names of members'
  | 'other members'
  | `header ${string}`
  | `member ${string}`

/** Parts with the row of docs/fidelity.md that describes them, and what a difference would mean. */
export type Expectation = {
  row: string
  /** The rows that count in its place, if the server is configured so. The first one that fits counts. */
  instead: Instead
  parts: Part[]
  means: string
}

/** Configurations that have rows of their own. */
export type Instead = {
  oauthOff?: string
  registrationOff?: string
  /** If the application is a path of its host. */
  atPath?: string
}

/** The endpoints of the authorization server, with their names in its metadata. */
export const ENDPOINTS = ['authorization', 'token', 'registration', 'revocation'] as const
export type EndpointName = (typeof ENDPOINTS)[number]

/** The address that a URL begins with: the application, the team domain, or an endpoint. */
export type Base = 'application' | 'team' | EndpointName

/** An entry of the table of probes. */
export type ProbeEntry = {
  title: string
  /**
   * The request as an `.http` file has it: method and URL, header fields, an empty line, the body. A query
   * may continue on lines of its own.
   *
   * `{application}` is the origin of the named application, `{path}` its path, `{team}` the origin of the
   * authorization server, `{issuer-path}` the path of the issuer, which Access does not have, `{token}` and
   * the other names of endpoints their URLs, `{uuid}` a made-up client_id.
   */
  request: string
  compares: Expectation[]
  /** Sent only with --register. */
  needs?: 'register'
}

/** A probe whose request has been read. Queries, forms and paths still have their placeholders. */
export type Probe = Omit<ProbeEntry, 'request'> & {
  id: string
  method: string
  base: Base
  path: string
  query: URLSearchParams
  headers: Record<string, string>
  body?: string
}

/** A value in the form of Access's tokens that no server has issued. */
export const MADE_UP_TOKEN = `oauth:${'made-up-'.repeat(8)}x`

const TARGET = /^(\w+) \{(\w+)\}([^?]*)\??(.*)$/

/**
 * Reads the requests of a table of probes.
 *
 * @throws TypeError that names an entry whose request has another form
 */
export function readProbes(table: Record<string, ProbeEntry>): Probe[] {
  return Object.entries(table).map(([id, { request, ...entry }]) => {
    const [head = '', body] = request.replace(/^[ ]+/gm, '').split('\n\n')
    const [target = '', ...fields] = head.replace(/\n(?=[?&])/g, '').split('\n')
    const [, method, base = '', path = '', query] = TARGET.exec(target) ?? []
    if (method === undefined || !isBase(base)) throw new TypeError(`${id}: ${target} is no request`)
    return {
      ...entry,
      id,
      method,
      base,
      path,
      query: new URLSearchParams(query),
      headers: Object.fromEntries(fields.map((field) => field.split(/: (.*)/, 2))),
      ...(body !== undefined && { body: body.replaceAll('\n', '') }),
    }
  })
}

function isBase(name: string): name is Base {
  return ['application', 'team', ...ENDPOINTS].includes(name)
}
