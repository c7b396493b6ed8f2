import type { Responses } from '../emulator/responses.ts'
import { type AssertionMethods, assertionMethodsBy } from './assertions.ts'
import { controlBy, type Send } from './control.ts'
import { type Events, eventsOf } from './events.ts'
import type { Reach } from './reach.ts'
import { type RecordMethods, recordMethodsBy } from './records.ts'
import type { CheckOriginOptions, Clock, OriginReport, Revocation, State } from './responses.ts'
import type { Served } from './serve.ts'
import { type SignIn, signInBy } from './sign-in.ts'
import { type SwitchMethods, switchMethodsBy } from './switches.ts'
import { type PortalMethods, portalMethodsBy } from './upstreams.ts'

/** A running emulator. */
export type Emulator = AssertionMethods &
  SwitchMethods &
  RecordMethods &
  PortalMethods & {
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
     * Sends a good assertion to the origin, and six that it has to refuse: expired, wrong `aud`, wrong `iss`,
     * unsigned, signed with a foreign key, missing. Returns which it let in, and what to change.
     *
     * @param options.path the path of a GET; by default the `initialize` of an MCP client is sent to `/mcp`
     * @throws ControlError if the application does not cover the path
     */
    checkOrigin(options?: CheckOriginOptions): Promise<OriginReport>
    clock: {
      /** Moves the clock that decides every lifetime: `16m`, `24h`. */
      advance(duration: string): Promise<Clock>
      set(now: Date | string): Promise<Clock>
      reset(): Promise<Clock>
      now(): Promise<Date>
    }
    events: Events
    state: {
      /** Returns the whole state as one JSON document, the emulator's secrets included. */
      save(): Promise<State>
      /** Replaces the whole state with a saved one. */
      load(state: State): Promise<void>
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
  { mcpPath, reach, secret, isNew, close }: Served,
  clock: Date | string | undefined,
): Promise<Emulator> {
  const send = controlBy(reach, secret)
  const urls = await send<Responses['GET urls']>('GET', 'urls')
  const { application: url, issuer } = urls
  if (clock !== undefined) await send('PATCH', 'clock', { now: new Date(clock).toISOString() })
  const mcpUrl = url + mcpPath
  const newest = isNew && clock === undefined ? 0 : await newestEvent(send)
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
    ...assertionMethodsBy(send),
    checkOrigin: (options) => send('POST', 'check-origin', options ?? {}),
    clock: {
      advance: (duration) => send('PATCH', 'clock', { advance: duration }),
      set: async (now) => send('PATCH', 'clock', { now: new Date(now).toISOString() }),
      reset: () => send('PATCH', 'clock', { reset: true }),
      now: async () => new Date((await send<Clock>('GET', 'clock')).now),
    },
    events: eventsOf(send, newest),
    state: {
      save: () => send('GET', 'state'),
      load: (state) => send('PUT', 'state', state),
    },
    ...switchMethodsBy(send),
    ...recordMethodsBy(send),
    ...portalMethodsBy(send),
    revoke: (what) => send('POST', 'revoke', what),
    rotateKeys: () => send('POST', 'keys/rotate'),
    reset: () => send('POST', 'reset'),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function newestEvent(send: Send): Promise<number> {
  const { events } = await send<{ events: { number: number }[] }>('GET', 'events?limit=1')
  return events.at(-1)?.number ?? 0
}
