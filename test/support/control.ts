import type { Fetch } from './client'

const APP = 'http://localhost:8788'

/** The emulator's own control over HTTP: `control('PUT', 'quirks/refresh-grace', { on: true })`. */
export type Control = (method: string, path: string, body?: unknown) => Promise<Response>

export function controlOf(fetch: Fetch, app = APP): Control {
  return (method, path, body) =>
    fetch(`${app}/_emulator/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
}

type State = { at: string; emulator: { state: { revocations: { count: number } } } }

/** The whole state, for comparisons: without the counters that reading it increments. */
export async function stored(control: Control): Promise<string> {
  const state = (await (await control('GET', 'state')).json()) as State
  state.at = ''
  state.emulator.state.revocations.count = 0
  return JSON.stringify(state)
}
