import type { Handler } from 'hono'
import type { AppContext, Env } from './context'

type Respond<Rest extends unknown[]> = (
  c: AppContext,
  ...rest: Rest
) => Response | Promise<Response>

/**
 * Returns a function that imports a module at its first call. In Node, modules that no request needs are
 * neither read nor compiled.
 */
export function imported<Module>(load: () => Promise<Module>): () => Promise<Module> {
  // Kept, because an import of a loaded module takes longer than the rest of a small request.
  let module: Module | undefined
  return async () => {
    module ??= await load()
    return module
  }
}

/**
 * Makes handlers of the functions of a module, which is imported when the first of them gets a request.
 *
 * @returns a function that makes a handler. It gets the name of the function and its arguments after the
 *   context
 */
export function onDemand<Module>(load: () => Promise<Module>) {
  const loaded = imported(load)
  return <Rest extends unknown[], Name extends keyof Module>(
    name: Name & (Module[Name] extends Respond<Rest> ? Name : never),
    ...rest: Rest
  ): Handler<Env> =>
    async function respondOnDemand(c) {
      const { [name]: respond } = await loaded()
      // The type of `name` permits only functions that respond.
      return (respond as Respond<Rest>)(c, ...rest)
    }
}
