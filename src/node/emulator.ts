import type { FaultName } from '../switches/faults.ts'
import type { QuirkName } from '../switches/quirks.ts'
import type {
  AutoSignInRule,
  ClientReport,
  Clock,
  Fault,
  FaultParameters,
  Grant,
  Quirk,
  RegisteredClient,
  Revocation,
  Session,
  State,
} from './answers.ts'
import { controlBy, type Send } from './control.ts'
import { type Events, eventsOf } from './events.ts'
import { checkOptions, type EmulatorOptions } from './options.ts'
import type { Reach } from './reach.ts'
import { type Served, serve } from './serve.ts'
import { type SignIn, signInAt } from './sign-in.ts'

/** A running emulator. */
export type Emulator = {
  /** The application: `http://localhost:8788`. */
  url: string
  /** The MCP server behind it. */
  mcpUrl: string
  /** The team domain, which is the issuer: `http://127.0.0.1:8788`. */
  teamUrl: string
  /** The console, for a browser. */
  consoleUrl: string
  /**
   * `fetch` of a path of the application, or of a URL whose host is none but the emulator's (a team
   * domain, an application's): it need not resolve, and no connection is opened. Redirects are left to
   * the caller.
   */
  fetch: Reach
  /** Signs a person in through the real flow, with a client of its own. */
  signIn: SignIn
  autoSignIn: {
    /** Authorizations complete without pages, as the first rule says that fits; null: no more. */
    set(rules: null | AutoSignInRule | AutoSignInRule[]): Promise<void>
    get(): Promise<null | AutoSignInRule | AutoSignInRule[]>
  }
  clock: {
    /** Moves the one clock that every lifetime is judged by: `16m`, `24h`. */
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
    /** Everything as one JSON; it holds the emulator's secrets. */
    save(): Promise<State>
    /** The emulator is as it was when the state was saved. */
    load(state: State): Promise<void>
  }
  clients: {
    list(): Promise<RegisteredClient[]>
    /** As if it had never registered: its grants end with all their tokens. */
    forget(id: string): Promise<void>
    /** What the client did of what the MCP specification and the RFCs ask. */
    report(id: string): Promise<ClientReport>
  }
  grants: {
    list(): Promise<Grant[]>
    /** Ends a grant with all its tokens. */
    end(id: string): Promise<void>
    /** Ends one access token; the grant lives on. */
    endToken(id: string, tokenId: string): Promise<void>
  }
  sessions: { list(): Promise<Session[]>; end(id: string): Promise<void> }
  dns: {
    /** The emulated zone: TXT records by host, where the domains of OAuth clients are verified. */
    get(): Promise<Record<string, string[]>>
    set(zone: Record<string, string[]>): Promise<void>
  }
  /** What an administrator does: `{ person }`, `{ application }`, `{ deleted_person }`. */
  revoke(what: Revocation): Promise<void>
  rotateKeys(): Promise<void>
  /** Back to the start: clients, grants, sessions and switches are forgotten. */
  reset(): Promise<void>
  /** Stops it; nothing is left. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

// The first that has node:sqlite without a flag.
const OLDEST_NODE = { major: 22, minor: 13 }

/**
 * Starts an emulator on a free port, in this process.
 *
 * @throws TypeError for a wrong option, Error for a wrong setting, a port that is taken, a folder that
 *   another process has, or an old Node
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  refuseOldNode()
  checkOptions(options)
  const served = await serve(options)
  try {
    return await handle(served, options.clock)
  } catch (error) {
    await served.close()
    throw error
  }
}

function refuseOldNode(): void {
  const { node } = process.versions
  const [major = 0, minor = 0] = node.split('.').map(Number)
  const { major: oldest, minor: oldestMinor } = OLDEST_NODE
  if (major > oldest || (major === oldest && minor >= oldestMinor)) return
  throw new Error(`Node ${oldest}.${oldestMinor} or newer is needed, this is ${node}`)
}

async function handle(
  { url, mcpPath, reach, close }: Served,
  clock: Date | string | undefined,
): Promise<Emulator> {
  const send = controlBy(reach)
  const { team_domain: teamUrl } = await send<{ team_domain: string }>('GET', 'urls')
  if (clock !== undefined) await send('PATCH', 'clock', { now: new Date(clock).toISOString() })
  const mcpUrl = url + mcpPath
  const { events: before } = await send<{ events: { number: number }[] }>('GET', 'events?limit=1')
  // An id is one segment of the path, whatever is in it.
  const one = (list: string, ...ids: string[]) => [list, ...ids.map(encodeURIComponent)].join('/')
  return {
    url,
    mcpUrl,
    teamUrl,
    consoleUrl: `${url}/_emulator/`,
    fetch: reach,
    signIn: signInAt(reach, send, { teamUrl, mcpUrl }),
    autoSignIn: {
      set: (rules) => send('PUT', 'auto-sign-in', rules),
      get: () => send('GET', 'auto-sign-in'),
    },
    clock: {
      advance: (duration) => send('PATCH', 'clock', { advance: duration }),
      set: async (now) => send('PATCH', 'clock', { now: new Date(now).toISOString() }),
      reset: () => send('PATCH', 'clock', { reset: true }),
      now: async () => new Date((await send<Clock>('GET', 'clock')).now),
    },
    events: eventsOf(send, before.at(-1)?.number ?? 0),
    faults: {
      set: (name, parameters) => send('PUT', one('faults', name), parameters ?? {}),
      clear: (name) => send('DELETE', name ? one('faults', name) : 'faults'),
      list: async () => (await send<{ faults: Fault[] }>('GET', 'faults')).faults,
    },
    quirks: {
      set: (name, on) => send('PUT', one('quirks', name), { on }),
      list: async () => (await send<{ quirks: Quirk[] }>('GET', 'quirks')).quirks,
    },
    state: {
      save: () => send('GET', 'state'),
      load: (state) => send('PUT', 'state', state),
    },
    clients: {
      list: () => whole(send, 'clients'),
      forget: (id) => send('DELETE', one('clients', id)),
      report: (id) => send('GET', `${one('clients', id)}/report`),
    },
    grants: {
      list: () => whole(send, 'grants'),
      end: (id) => send('DELETE', one('grants', id)),
      endToken: (id, tokenId) => send('DELETE', one('grants', id, 'tokens', tokenId)),
    },
    sessions: {
      list: () => whole(send, 'sessions'),
      end: (id) => send('DELETE', one('sessions', id)),
    },
    dns: {
      get: () => send('GET', 'dns'),
      set: (zone) => send('PUT', 'dns', zone),
    },
    revoke: (what) => send('POST', 'revoke', what),
    rotateKeys: () => send('POST', 'keys/rotate'),
    reset: () => send('POST', 'reset'),
    close,
    [Symbol.asyncDispose]: close,
  }
}

type Lists = { clients: RegisteredClient; grants: Grant; sessions: Session }

// All pages of a list.
async function whole<N extends keyof Lists>(send: Send, name: N): Promise<Lists[N][]> {
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
