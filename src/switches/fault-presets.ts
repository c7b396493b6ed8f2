import type * as z from 'zod'
import type { FAULTS, FaultName } from './faults'

/** A real-world situation: the faults that make it, each with its parameters. */
type FaultPreset = {
  name: string
  what: string
  faults: { [N in FaultName]?: z.input<(typeof FAULTS)[N]['parameters']> }
}

/** The situations that the console offers. The control turns one on with `PUT /_emulator/faults`. */
export const FAULT_PRESETS: FaultPreset[] = [
  {
    name: 'The next refresh fails once',
    what: 'A client has to keep its refresh token, and try again after `Retry-After`.',
    faults: { error: { endpoint: 'token', status: 503, retry_after: 5, times: 1 } },
  },
  {
    name: 'The token endpoint is down',
    what: 'It stays down until you turn the fault off. A client must not start a new login at each failure.',
    faults: { error: { endpoint: 'token', status: 503, retry_after: 30 } },
  },
  {
    name: 'The next refresh is lost on the way',
    what: 'The old refresh token is spent and the new one never arrives. A retry ends the grant.',
    faults: { 'lost-rotation': { times: 1 } },
  },
  {
    name: 'The person loses access',
    what: 'The next refresh is refused. The client has to ask the person to log in again.',
    faults: { 'revoked-grant': { times: 1 } },
  },
  {
    name: 'A slow network breaks the login',
    what: 'Tokens take three seconds, and the first response never arrives.',
    faults: { slow: { endpoint: 'token', delay: '3s' }, 'dropped-answer': { times: 1 } },
  },
  {
    name: 'The keys rotate while they cannot be fetched',
    what: 'Your server must not admit a request that it cannot verify.',
    faults: { 'key-rotation': {}, 'keys-unavailable': {} },
  },
  {
    name: 'The clock of your server is behind',
    what: 'Assertions seem to come from the future. A small tolerance has to suffice.',
    faults: { 'clock-skew': { skew: '30s' } },
  },
  {
    name: 'Two servers are mixed up',
    what: 'The authorization response names another issuer. A client has to stop.',
    faults: { 'wrong-issuer': {} },
  },
  {
    name: 'The application moves to another team',
    what: 'The metadata names a second issuer. A client has to register there anew.',
    faults: { 'second-team': {} },
  },
  {
    name: 'The edge blocks the client',
    what: 'Its requests for tokens are a 403 without a challenge. A new login does not help.',
    faults: { 'blocked-user-agent': { endpoint: 'token' } },
  },
  {
    name: 'A change has not propagated yet',
    what: 'What the API has just changed is not in effect, and a new application is unknown.',
    faults: { 'late-settings': {}, 'late-application': {} },
  },
]
