import type { Fetch } from './client'
import { APP } from './emulator'

/** The emulator's own control over HTTP: `control('PUT', 'quirks/refresh-grace', { on: true })`. */
export type Control = (method: string, path: string, body?: unknown) => Promise<Response>

export function controlOf(fetch: Fetch): Control {
  return (method, path, body) =>
    fetch(`${APP}/_emulator/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
}
