import http from 'node:http'
import https from 'node:https'
import { setTimeout } from 'node:timers/promises'
import { packageVersion } from '../version.ts'
import { type Hosts, NoResponse } from './hosts.ts'

const LARGEST_BODY_BYTES = 64 * 1024

/** The time that a comparison takes, in milliseconds. */
export type Pace = {
  /** Between a response and the next request. */
  intervalMs: number
  /** For one response. */
  timeoutMs: number
}

/** At most two requests in a second. */
export const POLITE: Pace = { intervalMs: 500, timeoutMs: 10_000 }

/** A request to one of the allowed hosts. */
export type Outgoing = {
  method: string
  url: URL
  headers: Record<string, string>
  body?: string
}

/** A response, read up to a limit. */
export type Received = {
  status: number
  /** By their names in lower case; several values are joined. */
  headers: Map<string, string>
  body: string
}

/**
 * Sends a request, follows no redirect, and reads at most 64 KiB.
 *
 * @throws NoResponse if the host is not allowed, or sends no complete head of a response in time
 */
export type Sending = (request: Outgoing) => Promise<Received>

/** Returns a function that sends requests to the allowed hosts, at most one in each interval. */
export function sender(hosts: Hosts, { intervalMs, timeoutMs }: Pace): Sending {
  let next = 0
  return async function send(request) {
    if (!hosts.allows(request.url)) throw new NoResponse('the host may not be reached')
    const wait = next - Date.now()
    if (wait > 0) await setTimeout(wait)
    // From the response on: a request that was delayed on its way must not arrive together with the next.
    return exchange(request, hosts, timeoutMs).finally(() => {
      next = Date.now() + intervalMs
    })
  }
}

function exchange(
  { method, url, headers, body }: Outgoing,
  hosts: Hosts,
  timeoutMs: number,
): Promise<Received> {
  const { promise, resolve, reject } = Promise.withResolvers<Received>()
  const { request } = url.protocol === 'https:' ? https : http
  const signal = AbortSignal.timeout(timeoutMs)
  const sent = request(url, {
    method,
    signal,
    // Checks the address that is connected to, so that a name cannot change between check and use.
    lookup: hosts.lookup,
    agent: false,
    headers: {
      'user-agent': `access-oauth-emulator/${packageVersion()} compare`,
      'accept-encoding': 'identity',
      ...headers,
      ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
    },
  })
  let finishResponse: (() => void) | undefined
  sent.on('error', (error: NodeJS.ErrnoException) => {
    // The part that has arrived is compared, even if the rest does not arrive.
    if (finishResponse) return finishResponse()
    if (error instanceof NoResponse) return reject(error)
    const why = signal.aborted
      ? `no response in ${timeoutMs / 1000} s`
      : `the connection failed: ${error.code ?? 'unknown error'}`
    reject(new NoResponse(why))
  })
  sent.on('response', (response) => {
    const chunks: Buffer[] = []
    let size = 0
    const finish = () => {
      resolve({
        status: response.statusCode ?? 0,
        headers: headersOf(response),
        body: Buffer.concat(chunks).subarray(0, LARGEST_BODY_BYTES).toString('utf8'),
      })
      sent.destroy()
    }
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size >= LARGEST_BODY_BYTES) finish()
    })
    finishResponse = finish
    for (const event of ['end', 'error', 'aborted']) response.on(event, finish)
  })
  sent.end(body)
  return promise
}

function headersOf({ headers }: http.IncomingMessage): Map<string, string> {
  return new Map(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]))
}
