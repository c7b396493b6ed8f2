import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, inject, vi } from 'vitest'
import worker from '../../src'
import { Client, type Fetch } from './client'

export const APP = 'http://localhost:8788'
export const TEAM = 'http://127.0.0.1:8788'

export type Emulator = {
  fetch: Fetch
  /** Moves the emulated clock. */
  advance(duration: string): Promise<void>
  /** Completes authorizations without pages; null turns it off. */
  signIn(who: { email: string; consent?: 'allow' | 'deny' } | null): Promise<void>
  /** Returns to the seed. */
  reset(): Promise<void>
  /** Revokes as an administrator: `{person}`, `{deleted_person}` or `{application}`. */
  revoke(what: Record<string, string>): Promise<void>
  /** Makes a new signing key the current one. */
  rotateKeys(): Promise<void>
  /** The events since the last reset, the latest last. */
  events(): Promise<Record<string, unknown>[]>
}

/** The title of the login page on this machine [A16]. */
export const LOGIN_TITLE = 'Sign in ・ Cloudflare Access'

export const ADA = { email: 'ada@example.com' }
export const GRACE = { email: 'grace@example.com' }
export const MALLORY = { email: 'mallory@blocked.example' }

/**
 * The Worker in this process, over HTTP requests and responses only. Emulators share their storage
 * and their clock within a file; `settings` are vars of this one, so that a setting can change
 * between two requests as a live edit would.
 */
export function emulator(settings: Record<string, unknown> = {}): Emulator {
  let bindings = { ...env, ...settings }
  // Work after the response is not awaited, as no client would.
  const send: Fetch = async (url, init) =>
    worker.fetch(
      // Node requires `duplex` for a body that is a stream.
      new Request(url, { redirect: 'manual', duplex: 'half', ...init } as RequestInit),
      bindings as never,
      createExecutionContext(),
    )
  const control = async (method: string, path: string, body: unknown) => {
    const response = await send(`${APP}/_emulator/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(await response.text())
    return response
  }
  const change = async (method: string, path: string, body: unknown) => {
    await control(method, path, body)
  }
  return {
    fetch: send,
    advance: (duration) => change('PATCH', 'clock', { advance: duration }),
    signIn: (who) => change('PUT', 'auto-sign-in', who),
    reset: () => {
      // A mutant must not use settings that another one has read.
      if (inject('mode') === 'mutation') bindings = { ...env, ...settings }
      return change('POST', 'reset', undefined)
    },
    revoke: (what) => change('POST', 'revoke', what),
    rotateKeys: () => change('POST', 'keys/rotate', undefined),
    events: async () => {
      const response = await control('GET', 'events', undefined)
      return ((await response.json()) as { events: Record<string, unknown>[] }).events
    },
  }
}

/**
 * Stops the real clock for the tests of the calling file, so that lifetimes are exact to the second.
 * Only `advance` moves time then.
 */
export function stopClock(): void {
  beforeAll(() => {
    vi.useFakeTimers({ toFake: ['Date'] })
  })
  afterAll(() => {
    vi.useRealTimers()
  })
}

/** A client of an emulator with these settings, which shares the storage of all others. */
export function clientOf(settings: Record<string, unknown>): Client {
  return new Client(emulator(settings).fetch)
}

/** Returns a `fetch` that adds these headers to each request, such as the caller's address. */
export function carrying(fetch: Fetch, headers: Record<string, string>): Fetch {
  return (url, init) => {
    const all = new Headers(init?.headers)
    for (const [name, value] of Object.entries(headers)) all.set(name, value)
    return fetch(url, { ...init, headers: all })
  }
}

/** The application of the default seed, with members replaced. */
export function application(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'Demo',
    domain: '*',
    oauth_configuration: {
      dynamic_client_registration: {
        allow_any_on_localhost: true,
        allow_any_on_loopback: true,
        allowed_uris: ['https://playground.ai.cloudflare.com/*'],
      },
    },
    policies: [
      {
        name: 'Everybody at example.com',
        decision: 'allow',
        include: [{ email_domain: { domain: 'example.com' } }],
      },
    ],
    ...changes,
  }
}
