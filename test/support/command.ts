/**
 * Whether `startServer` starts the package's command, which runs on Node. `npm start` runs in workerd. The
 * Vitest project `command` sets the variable.
 */
export const isCommand = process.env.SERVER === 'command'

// Each difference between the command and `npm start` that a test of both has to know, with its reason.
const DIFFERENCES = {
  'no-websockets':
    'A WebSocket needs a connection that `fetch` does not expose. The command responds with 501 and ' +
    'names npm start (test/package/start-emulator.test.ts).',
  'no-miniflare':
    'Miniflare, before the Worker of `npm start`, takes the URL of a request from MF-Original-URL or ' +
    'X-Forwarded-Proto. The command reads neither (docs/security.md).',
  'bare-400':
    'Node and its adapter parse a request before the Worker receives it. They refuse a request that is ' +
    'not valid HTTP: an unknown method; a control character, a space, a backslash or a byte beyond ' +
    'ASCII in the target; a control character in a header; a Host that is empty or not a host; a body ' +
    'that ends too early. The response is an empty 400 without our headers. workerd and wrangler have ' +
    'refusals of their own.',
}

/** Whether this run has a difference between the command and `npm start`. */
export function differs(_difference: keyof typeof DIFFERENCES): boolean {
  return isCommand
}
