/**
 * The globals of the bundle (`inject` of esbuild). The Worker's code is written for a process of its
 * own. Here it is a guest in the user's process, and leaves that process's globals unchanged.
 */

import {
  clearInterval as nodeClearInterval,
  clearTimeout as nodeClearTimeout,
  setInterval as nodeSetInterval,
  setTimeout as nodeSetTimeout,
} from 'node:timers'
import { format } from 'node:util'
import { getRequestListener } from '@hono/node-server'
import { following } from './follow.ts'
import { found, guest } from './guest.ts'
import { inside, type LogLevel } from './inside.ts'
import { outgoingFetch } from './outgoing-fetch.ts'

// The HTTP adapter exposes its Request and Response only by assigning globals: here, the guest's. They
// read a message and send a text without a stream, which would take half the time of a small request.
getRequestListener(() => undefined)
export const { Response } = guest
export const Request = following(guest.Request)

export const fetch = outgoingFetch

export const clearTimeout = nodeClearTimeout
export const clearInterval = nodeClearInterval

/** Sets a timer that does not keep the process alive. */
export function setTimeout(act: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) {
  return nodeSetTimeout(act, ms, ...given).unref()
}
/** Sets a repeated timer that does not keep the process alive. */
export function setInterval(act: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) {
  return nodeSetInterval(act, ms, ...given).unref()
}

/** A console that writes to the emulator's `log`. Outside of an emulator it writes nothing. */
export const console = {
  debug: printer('debug'),
  log: printer('log'),
  info: printer('log'),
  warn: printer('warn'),
  error: printer('error'),
}

function printer(level: LogLevel) {
  return (...given: unknown[]) => {
    const here = inside.getStore()
    if (here) for (const line of format(...given).split('\n')) here.log(level, line)
  }
}

/** `Date` as it was at import, or the test's current one if the emulator follows fake timers. */
const guestDate = new Proxy(function construct() {} as unknown as DateConstructor, {
  get: (_, name) => Reflect.get(current(), name),
  construct: (_, given) => Reflect.construct(current(), given),
  apply: () => current()(),
})

export { guestDate as Date }

function current(): DateConstructor {
  return inside.getStore()?.followsFakeTimers ? globalThis.Date : found.Date
}

export { guestCrypto as crypto } from './crypto.ts'
