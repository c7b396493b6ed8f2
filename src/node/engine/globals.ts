/**
 * What the bundle has in the place of globals (`inject` of esbuild). The Worker's code is written for a
 * process of its own; here it is a guest in the user's, whose globals stay as they are.
 */

import {
  clearInterval as nodeClearInterval,
  clearTimeout as nodeClearTimeout,
  setInterval as nodeSetInterval,
  setTimeout as nodeSetTimeout,
} from 'node:timers'
import { format } from 'node:util'
import { getRequestListener } from '@hono/node-server'
import { found, guest } from './guest.ts'
import { inside, type LogLevel } from './inside.ts'
import { outgoingFetch } from './outgoing-fetch.ts'

// The HTTP adapter hands out its Request and Response only as globals, which are the guest's. They read
// the incoming message and answer a text without a stream between, which takes half of a small request.
getRequestListener(() => undefined)
export const { Request, Response } = guest

export const fetch = outgoingFetch

export const clearTimeout = nodeClearTimeout
export const clearInterval = nodeClearInterval

/** Timers that let the process end. */
export function setTimeout(act: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) {
  return nodeSetTimeout(act, ms, ...given).unref()
}
export function setInterval(act: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) {
  return nodeSetInterval(act, ms, ...given).unref()
}

/** Prints through the emulator's `log`, and nowhere outside of one. */
export const console = {
  debug: printer('log'),
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

/** `Date` as the package found it, or as a test has it now where the emulator follows that. */
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
