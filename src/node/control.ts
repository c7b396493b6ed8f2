import type { Reach } from './reach.ts'

/** An error response of the emulator's control. */
export class ControlError extends Error {
  readonly status: number
  readonly code: string
  /** The response's `error_description`. The message names the request before it. */
  readonly description: string

  constructor(request: string, status: number, code: string, description: string) {
    super(`${request}: ${description}`)
    this.name = 'ControlError'
    this.status = status
    this.code = code
    this.description = description
  }
}

/** Sends a request to `/_emulator`. */
export type Send = <T>(method: string, path: string, body?: unknown) => Promise<T>

/**
 * Returns a client of the control, which throws a `ControlError` for an error response.
 *
 * @param secret `EMULATOR_TOKEN`, which the control requires on other hosts than this machine
 */
export function controlBy(reach: Reach, secret?: string): Send {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(secret && { authorization: `Bearer ${secret}` }),
  }
  return async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await reach(`/_emulator/${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const json = parsed(text)
    if (response.ok) return json as T
    const { error = 'error', error_description = text } = (json ?? {}) as Record<string, string>
    throw new ControlError(
      `${method} /_emulator/${path}`,
      response.status,
      error,
      error_description,
    )
  }
}

/** Returns a path with one segment for each id, whatever characters the id contains. */
export function pathOf(list: string, ...ids: string[]): string {
  return [list, ...ids.map(encodeURIComponent)].join('/')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
