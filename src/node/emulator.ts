import type { Responses } from '../emulator/responses.ts'
import type { FaultName } from '../switches/faults.ts'
import type { QuirkName } from '../switches/quirks.ts'
import { controlBy, type Send } from './control.ts'
import { type Events, eventsOf } from './events.ts'
import type { Reach } from './reach.ts'
import type {
  Assertion,
  AssertionOf,
  AutoSignInRule,
  CheckOriginOptions,
  ClientReport,
  Clock,
  Fault,
  FaultParameters,
  Grant,
  OriginReport,
  Quirk,
  RegisteredClient,
  Revocation,
  Session,
  State,
} from './responses.ts'
import type { Served } from './serve.ts'
import { type SignIn, signInBy } from './sign-in.ts'
import { type PortalMethods, portalMethodsBy } from './upstreams.ts'

/** A running emulator. */
export type Emulator = PortalMethods & {
  /** The application: `http://localhost:8788`. */
  url: string
  /** The MCP server behind it. */
  mcpUrl: string
  /** The team domain, which is the issuer: `http://127.0.0.1:8788`. */
  teamUrl: string
  /** The MCP portals: of each its id, and the endpoint that a client is given. */
  portals: { id: string; url: string }[]
  /** The console, for a browser. */
  consoleUrl: string
  /** The management API: `http://localhost:8788/client/v4`. */
  apiUrl: string
  /** The `iss` of the assertions, the same as `teamUrl`. */
  issuer: string
  /** The `aud` of the MCP server's application; empty if no application covers it. */
  aud: string
  /** The published keys of the assertions. */
  certsUrl: string
  /**
   * `fetch` of a path of the application, or of a URL on any host of the emulator (a team domain, an
   * application's domain). The host need not resolve, and no connection is opened. Redirects are not
   * followed.
   */
  fetch: Reach
  /** Signs a person in, with a client registered for it. Policies and redirect rules apply. */
  signIn: SignIn
  /**
   * Returns the signed assertion of a person or service token, the headers that the origin gets with it,
   * and the cookie that the caller gets. The origin gets no request, so a test can send the headers to
   * a server that verifies them, without the emulator in between.
   *
   * @throws ControlError `access_denied` if the application does not admit the caller
   */
  assertion(caller: AssertionOf): Promise<Assertion>
  /**
   * Returns the cookie of a person who has logged in at the application, `CF_Authorization=<jwt>`: the
   * value of the header `Cookie`.
   *
   * @param options.application the id or name of an application; that of the MCP server by default
   * @throws ControlError `access_denied` if the application does not admit the person
   */
  browserCookie(email: string, options?: { application?: string }): Promise<string>
  /**
   * Returns the headers that the origin gets of a request with a service token: the assertion, with the
   * token's `client_id` as `common_name`.
   *
   * @param serviceToken the id, name or client_id of the service token
   * @param options.application the id or name of an application; that of the MCP server by default
   * @throws ControlError `access_denied` if the application does not admit the service token
   */
  serviceToken(
    serviceToken: string,
    options?: { application?: string },
  ): Promise<Record<string, string>>
  /**
   * Sends a good assertion to the origin, and six that it has to refuse: expired, wrong `aud`, wrong `iss`,
   * unsigned, signed with a foreign key, missing. Returns which it let in, and what to change.
   *
   * @param options.path the path of a GET; by default the `initialize` of an MCP client is sent to `/mcp`
   * @throws ControlError if the application does not cover the path
   */
  checkOrigin(options?: CheckOriginOptions): Promise<OriginReport>
  autoSignIn: {
    /** Completes authorizations without pages, by the first rule that matches; null turns it off. */
    set(rules: null | AutoSignInRule | AutoSignInRule[]): Promise<void>
    get(): Promise<null | AutoSignInRule | AutoSignInRule[]>
  }
  clock: {
    /** Moves the clock that decides every lifetime: `16m`, `24h`. */
    advance(duration: string): Promise<Clock>
    set(now: Date | string): Promise<Clock>
    reset(): Promise<Clock>
    now(): Promise<Date>
  }
  events: Events
  faults: {
    /** Breaks something on purpose, for the next `times` requests or until it is cleared. */
    set<N extends FaultName>(name: N, parameters?: FaultParameters<N>): Promise<Fault<N>>
    /** Clears one fault, or all of them. */
    clear(name?: FaultName): Promise<void>
    list(): Promise<Fault[]>
  }
  quirks: {
    set(name: QuirkName, on: boolean): Promise<void>
    list(): Promise<Quirk[]>
  }
  state: {
    /** Returns the whole state as one JSON document, the emulator's secrets included. */
    save(): Promise<State>
    /** Replaces the whole state with a saved one. */
    load(state: State): Promise<void>
  }
  clients: {
    list(): Promise<RegisteredClient[]>
    /** Deletes a client as if it had never registered. Its grants end with all their tokens. */
    forget(id: string): Promise<void>
    /** Reports which rules of the MCP specification and the RFCs the client follows. */
    report(id: string): Promise<ClientReport>
  }
  grants: {
    list(): Promise<Grant[]>
    /** Ends a grant with all its tokens. */
    end(id: string): Promise<void>
    /** Ends one access token; the grant continues. */
    endToken(id: string, tokenId: string): Promise<void>
  }
  sessions: { list(): Promise<Session[]>; end(id: string): Promise<void> }
  dns: {
    /** Returns the emulated zone: TXT records by host, which verify the domains of OAuth clients. */
    get(): Promise<Record<string, string[]>>
    set(zone: Record<string, string[]>): Promise<void>
  }
  /** Revokes as an administrator does: `{ person }`, `{ application }`, `{ deleted_person }`. */
  revoke(what: Revocation): Promise<void>
  rotateKeys(): Promise<void>
  /** Resets everything but the signing keys: clients, grants, sessions, edits, switches, the clock. */
  reset(): Promise<void>
  /** Stops the emulator. Nothing is left running. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Returns the methods of a running emulator, its clock set. */
export async function emulatorAt(
  { mcpPath, reach, secret, close }: Served,
  clock: Date | string | undefined,
): Promise<Emulator> {
  const send = controlBy(reach, secret)
  const urls = await send<Responses['GET urls']>('GET', 'urls')
  const { application: url, issuer } = urls
  if (clock !== undefined) await send('PATCH', 'clock', { now: new Date(clock).toISOString() })
  const mcpUrl = url + mcpPath
  const { events: before } = await send<{ events: { number: number }[] }>('GET', 'events?limit=1')
  return {
    url,
    mcpUrl,
    teamUrl: urls.team_domain,
    portals: urls.portals,
    consoleUrl: urls.console,
    apiUrl: urls.api,
    issuer,
    aud: urls.aud ?? '',
    certsUrl: urls.certs,
    fetch: reach,
    signIn: signInBy(send, mcpUrl),
    ...assertionsBy(send),
    checkOrigin: (options) => send('POST', 'check-origin', options ?? {}),
    clock: {
      advance: (duration) => send('PATCH', 'clock', { advance: duration }),
      set: async (now) => send('PATCH', 'clock', { now: new Date(now).toISOString() }),
      reset: () => send('PATCH', 'clock', { reset: true }),
      now: async () => new Date((await send<Clock>('GET', 'clock')).now),
    },
    events: eventsOf(send, before.at(-1)?.number ?? 0),
    state: {
      save: () => send('GET', 'state'),
      load: (state) => send('PUT', 'state', state),
    },
    ...switchesBy(send),
    ...recordsBy(send),
    ...portalMethodsBy(send),
    revoke: (what) => send('POST', 'revoke', what),
    rotateKeys: () => send('POST', 'keys/rotate'),
    reset: () => send('POST', 'reset'),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function assertionsBy(send: Send): Pick<Emulator, 'assertion' | 'browserCookie' | 'serviceToken'> {
  const assertion: Emulator['assertion'] = (caller) => send('POST', 'assertions', caller)
  return {
    assertion,
    async browserCookie(email, { application } = {}) {
      // Only a service token can be without a cookie.
      return (await assertion({ email, application })).cookie ?? ''
    },
    async serviceToken(serviceToken, { application } = {}) {
      return (await assertion({ service_token: serviceToken, application })).headers
    },
  }
}

function switchesBy(send: Send): Pick<Emulator, 'autoSignIn' | 'faults' | 'quirks'> {
  return {
    autoSignIn: {
      set: (rules) => send('PUT', 'auto-sign-in', rules),
      get: () => send('GET', 'auto-sign-in'),
    },
    faults: {
      set: (name, parameters) => send('PUT', pathOf('faults', name), parameters ?? {}),
      clear: (name) => send('DELETE', name ? pathOf('faults', name) : 'faults'),
      list: async () => (await send<{ faults: Fault[] }>('GET', 'faults')).faults,
    },
    quirks: {
      set: (name, on) => send('PUT', pathOf('quirks', name), { on }),
      list: async () => (await send<{ quirks: Quirk[] }>('GET', 'quirks')).quirks,
    },
  }
}

function recordsBy(send: Send): Pick<Emulator, 'clients' | 'grants' | 'sessions' | 'dns'> {
  return {
    clients: {
      list: () => allPages(send, 'clients'),
      forget: (id) => send('DELETE', pathOf('clients', id)),
      report: (id) => send('GET', `${pathOf('clients', id)}/report`),
    },
    grants: {
      list: () => allPages(send, 'grants'),
      end: (id) => send('DELETE', pathOf('grants', id)),
      endToken: (id, tokenId) => send('DELETE', pathOf('grants', id, 'tokens', tokenId)),
    },
    sessions: {
      list: () => allPages(send, 'sessions'),
      end: (id) => send('DELETE', pathOf('sessions', id)),
    },
    dns: {
      get: () => send('GET', 'dns'),
      set: (zone) => send('PUT', 'dns', zone),
    },
  }
}

// An id is one segment of the path, whatever characters it contains.
function pathOf(list: string, ...ids: string[]): string {
  return [list, ...ids.map(encodeURIComponent)].join('/')
}

type Lists = { clients: RegisteredClient; grants: Grant; sessions: Session }

async function allPages<N extends keyof Lists>(send: Send, name: N): Promise<Lists[N][]> {
  const all: Lists[N][] = []
  let cursor: string | undefined
  do {
    const query = cursor ? `?cursor=${encodeURIComponent(cursor)}` : ''
    const page = await send<{ [name in N]: Lists[N][] } & { cursor?: string }>('GET', name + query)
    all.push(...page[name])
    cursor = page.cursor
  } while (cursor)
  return all
}
