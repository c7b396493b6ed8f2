/**
 * What the bundle has as `globalThis` and `global` (`inject` of esbuild). Libraries leave things there:
 * zod its registry, reflect-metadata its methods of `Reflect`, the HTTP adapter its Request. Those stay
 * among themselves; everything else is the process's.
 */
const own: Record<PropertyKey, unknown> = { Reflect: Object.create(Reflect) }
const guest = new Proxy(own as unknown as typeof globalThis, {
  get: (_, name) => (name in own ? own[name] : Reflect.get(globalThis, name)),
  has: (_, name) => name in own || name in globalThis,
})
const guestReflect = own.Reflect

export { guest, guest as global, guest as globalThis, guestReflect as Reflect }

/** What the engine uses of a process that is not its own, as it was when the package was imported. */
export type Found = { fetch: typeof fetch; Date: DateConstructor; Response: typeof Response }

/** A test may replace these later: fake timers, a stubbed `fetch`. */
export const found: Found = {
  fetch: globalThis.fetch,
  Date: globalThis.Date,
  Response: globalThis.Response,
}

/** Takes what the package found, which was imported before this bundle of the engine was. */
export function adopt(given: Found): void {
  Object.assign(found, given)
}
