import type { Handler } from 'hono'
import type { AppContext, Env } from './context'

type Respond<Rest extends unknown[]> = (
  c: AppContext,
  ...rest: Rest
) => Response | Promise<Response>

/**
 * Makes handlers of the functions of a module, which is imported when the first of them gets a request. In
 * Node, modules that no request needs are neither read nor compiled.
 *
 * @returns a function that makes a handler. It gets the name of the function and its arguments after the
 *   context
 */
export function onDemand<Module>(load: () => Promise<Module>) {
  return <Rest extends unknown[], Name extends keyof Module>(
    name: Name & (Module[Name] extends Respond<Rest> ? Name : never),
    ...rest: Rest
  ): Handler<Env> =>
    async function loaded(c) {
      const { [name]: respond } = await load()
      // The type of `name` permits only functions that respond.
      return (respond as Respond<Rest>)(c, ...rest)
    }
}
