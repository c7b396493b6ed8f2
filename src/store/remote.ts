import type { DurableObject } from 'cloudflare:workers'
import { failureOf } from './unavailable'

type Call<M> = M extends (...parameters: infer P) => infer R
  ? (...parameters: P) => Promise<Awaited<R>>
  : never

/** The methods of a Durable Object as its callers see them. */
export type Remote<T> = { [K in Exclude<keyof T, keyof DurableObject>]: Call<T[K]> }

type Methods = Record<string | symbol, (...given: unknown[]) => Promise<unknown>>

/**
 * Returns the object of this name. It belongs to the request, so it is created for each call. Its methods
 * throw `StorageUnavailable` if the runtime or its files fail.
 *
 * The runtime's own type of a stub replaces whatever it cannot prove to be serializable by `never`: a
 * record of unknown values, for example. Only plain values cross this border, so the types on both
 * sides are the same.
 */
export function remote<T extends Rpc.DurableObjectBranded>(
  objects: DurableObjectNamespace<T>,
  name: string,
): Remote<T> {
  const stub = objects.getByName(name) as unknown as Methods
  return new Proxy(stub, { get: called }) as unknown as Remote<T>
}

function called(stub: Methods, method: string | symbol): Methods[string] {
  return async (...given) => {
    try {
      return await stub[method]?.(...given)
    } catch (error) {
      throw failureOf(error)
    }
  }
}
