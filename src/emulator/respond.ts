import type { AppContext } from '../request/context'
import type { Responses } from './responses'

/** Sends a response of the control; `responses.ts` has its type by method and path. */
export function respond<R extends keyof Responses>(
  c: AppContext,
  _route: R,
  response: Responses[R],
): Response {
  return c.json(response)
}
