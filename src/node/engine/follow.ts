/** The requests that follow each signal, held as long as the signal itself. */
const followers = new WeakMap<AbortSignal, Request[]>()

/**
 * Returns a Request class whose instances receive every abort of their signal. Node's Request follows the signal that it
 * was made with only while something else holds the Request. A handler that has returned a stream holds
 * none, so the garbage collector would decide whether an origin learns that its client has gone.
 */
export function following(Class: typeof Request): typeof Request {
  return new Proxy(Class, {
    construct(target, given: ConstructorParameters<typeof Request>, newTarget) {
      const request: Request = Reflect.construct(target, given, newTarget)
      const signal = followed(...given)
      if (signal) {
        const held = followers.get(signal)
        if (held) held.push(request)
        else followers.set(signal, [request])
      }
      return request
    },
  })
}

function followed(input: RequestInfo | URL, init?: RequestInit): AbortSignal | null | undefined {
  if (init?.signal !== undefined) return init.signal
  return typeof input === 'object' && 'signal' in input ? input.signal : undefined
}
