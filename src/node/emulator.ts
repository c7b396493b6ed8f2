import type { AutoSignIn } from '../access/auto-sign-in.ts'
import type { FaultName } from '../access/faults.ts'
import type { QuirkName } from '../access/quirks.ts'
import { controlAt, type Send } from './control.ts'
import { type Events, eventsOf } from './events.ts'
import { checkOptions, type EmulatorOptions } from './options.ts'
import { serve } from './serve.ts'
import { type SignInOptions, signIn, type Tokens } from './sign-in.ts'

type Clock = { now: string; now_seconds: number; offset_seconds: number }
type Json = Record<string, unknown>

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
  /** `fetch` of a path of the application; redirects are left to the caller. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Signs a person in through the real flow, with a client of its own. */
  signIn(email: string, options?: SignInOptions): Promise<Tokens>
  autoSignIn: {
    /** Authorizations complete without pages, as the first rule says that fits; null: no more. */
    set(rules: null | AutoSignInRule | AutoSignInRule[]): Promise<void>
    get(): Promise<null | AutoSignIn | AutoSignIn[]>
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
    set(name: FaultName, parameters?: Json): Promise<Json>
    /** Clears one fault, or all of them. */
    clear(name?: FaultName): Promise<void>
    list(): Promise<Json[]>
  }
  quirks: {
    set(name: QuirkName, on: boolean): Promise<void>
    list(): Promise<{ name: QuirkName; what: string; source: string; on: boolean }[]>
  }
  state: {
    /** Everything as one JSON; it holds the emulator's secrets. */
    save(): Promise<Json>
    /** The emulator is as it was when the state was saved. */
    load(state: Json): Promise<void>
  }
  clients: {
    list(): Promise<Json[]>
    forget(id: string): Promise<void>
    /** What the client did of what the MCP specification and the RFCs ask. */
    report(id: string): Promise<Json>
  }
  grants: { list(): Promise<Json[]>; end(id: string): Promise<void> }
  sessions: { list(): Promise<Json[]>; end(id: string): Promise<void> }
  /** What an administrator does: `{ person }`, `{ application }`, `{ deleted_person }`. */
  revoke(what: Record<string, string>): Promise<void>
  rotateKeys(): Promise<void>
  /** Back to the start: clients, grants, sessions and switches are forgotten. */
  reset(): Promise<void>
  /** Stops it; nothing is left. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export type AutoSignInRule = Pick<AutoSignIn, 'email'> & Partial<AutoSignIn>

/**
 * Starts an emulator on a free port.
 *
 * @throws TypeError for a wrong option, Error for a wrong setting or a port that is taken
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  checkOptions(options)
  const { close, mcpPath, port } = await serve(options)
  const url = `http://localhost:${port}`
  const send = controlAt(url)
  try {
    return await handle(send, { url, mcpPath, close, clock: options.clock })
  } catch (error) {
    await close()
    throw error
  }
}

type Running = {
  url: string
  mcpPath: string
  close(): Promise<void>
  clock: Date | string | undefined
}

async function handle(send: Send, { url, mcpPath, close, clock }: Running): Promise<Emulator> {
  const urls = await send<Record<string, string>>('GET', 'urls')
  if (clock !== undefined) await send('PATCH', 'clock', { now: new Date(clock).toISOString() })
  const mcpUrl = url + mcpPath
  const teamUrl = urls.team_domain ?? ''
  const { events: before } = await send<{ events: { number: number }[] }>('GET', 'events?limit=1')
  return {
    url,
    mcpUrl,
    teamUrl,
    consoleUrl: `${url}/_emulator/`,
    fetch: (path, init) => fetch(new URL(path, url), { redirect: 'manual', ...init }),
    signIn: (email, options) => signIn(send, teamUrl, email, { resource: mcpUrl, ...options }),
    autoSignIn: {
      set: (rules) => send('PUT', 'auto-sign-in', rules),
      get: () => send('GET', 'auto-sign-in'),
    },
    clock: {
      advance: (duration) => send('PATCH', 'clock', { advance: duration }),
      set: (now) => send('PATCH', 'clock', { now: new Date(now).toISOString() }),
      reset: () => send('PATCH', 'clock', { reset: true }),
      now: async () => new Date((await send<Clock>('GET', 'clock')).now),
    },
    events: eventsOf(send, before.at(-1)?.number ?? 0),
    faults: {
      set: (name, parameters = {}) => send('PUT', `faults/${name}`, parameters),
      clear: (name) => send('DELETE', name ? `faults/${name}` : 'faults'),
      list: async () => (await send<{ faults: Json[] }>('GET', 'faults')).faults,
    },
    quirks: {
      set: (name, on) => send('PUT', `quirks/${name}`, { on }),
      list: async () => (await send<{ quirks: never[] }>('GET', 'quirks')).quirks,
    },
    state: {
      save: () => send('GET', 'state'),
      load: (state) => send('PUT', 'state', state),
    },
    clients: {
      list: () => whole(send, 'clients'),
      forget: (id) => send('DELETE', `clients/${encodeURIComponent(id)}`),
      report: (id) => send('GET', `clients/${encodeURIComponent(id)}/report`),
    },
    grants: {
      list: () => whole(send, 'grants'),
      end: (id) => send('DELETE', `grants/${encodeURIComponent(id)}`),
    },
    sessions: {
      list: () => whole(send, 'sessions'),
      end: (id) => send('DELETE', `sessions/${encodeURIComponent(id)}`),
    },
    revoke: (what) => send('POST', 'revoke', what),
    rotateKeys: () => send('POST', 'keys/rotate'),
    reset: () => send('POST', 'reset'),
    close,
    [Symbol.asyncDispose]: close,
  }
}

// All pages of a list.
async function whole(send: Send, name: 'clients' | 'grants' | 'sessions'): Promise<Json[]> {
  const all: Json[] = []
  let cursor: string | undefined
  do {
    const query = cursor ? `?cursor=${encodeURIComponent(cursor)}` : ''
    const page = await send<Json & { cursor?: string }>('GET', name + query)
    all.push(...(page[name] as Json[]))
    cursor = page.cursor
  } while (cursor)
  return all
}
