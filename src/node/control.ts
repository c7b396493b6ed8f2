import type { Reach } from './reach.ts'

/** An error response of the emulator's control. */
export class ControlError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'ControlError'
    this.status = status
    this.code = code
  }
}

/** Sends a request to `/_emulator`. */
export type Send = <T>(method: string, path: string, body?: unknown) => Promise<T>

/** Returns a client of the control, which throws a `ControlError` for an error response. */
export function controlBy(reach: Reach): Send {
  return async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await reach(`/_emulator/${path}`, {
      method,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const json = parsed(text)
    if (response.ok) return json as T
    const { error = 'error', error_description = text } = (json ?? {}) as Record<string, string>
    throw new ControlError(
      response.status,
      error,
      `${method} /_emulator/${path}: ${error_description}`,
    )
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
