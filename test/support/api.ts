import type { Fetch } from './client'
import { APP } from './emulator'

/** The account of the default seed, as paths begin with it. */
export const ACCOUNT = '/accounts/0123456789abcdef0123456789abcdef'

type Message = { code: number; message: string; source?: { pointer: string } }
/** An object of the API, whatever it is. */
export type Item = Record<string, unknown> & { id: string }
export type ApiResponse<Result> = {
  status: number
  body: {
    success: boolean
    errors: Message[]
    messages: Message[]
    result: Result
    result_info?: Record<string, number>
  }
}

/** The v4 API of this emulator, called as an administrator. */
export function api(fetch: Fetch) {
  const ask = async <Result>(method: string, path: string, body?: unknown) => {
    const response = await fetch(`${APP}/client/v4${path}`, {
      method,
      headers: {
        authorization: 'Bearer a-token',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    return { status: response.status, body: await response.json() } as ApiResponse<Result>
  }
  return {
    get: <Result = Item>(path: string) => ask<Result>('GET', path),
    post: <Result = Item>(path: string, body?: unknown) => ask<Result>('POST', path, body),
    put: <Result = Item>(path: string, body?: unknown) => ask<Result>('PUT', path, body),
    patch: <Result = Item>(path: string, body?: unknown) => ask<Result>('PATCH', path, body),
    delete: <Result = Item>(path: string) => ask<Result>('DELETE', path),
  }
}
